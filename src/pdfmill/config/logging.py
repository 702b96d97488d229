"""One way to log: structlog events, as text on a terminal and as JSON lines otherwise.

Celery, gunicorn and SQLAlchemy log through the standard library; their records pass the same renderer, so that a line
looks alike whoever wrote it. ``job_id`` and ``attempt`` are bound as context variables while a job is worked on.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

from pdfmill.config.redaction import redact
from pdfmill.config.settings import LogSettings

# structlog loads rich, where that is installed, to colour tracebacks that we print plainly: 4 MiB in each of our
# processes, of which only the command line draws anything. So it is kept from finding it while it is loaded.
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]  # the import system's own way to say "not to be had"
    import structlog

    del sys.modules["rich"]
else:
    import structlog


def configure_logging(settings: LogSettings, *, part: str, stream: TextIO | None = None) -> None:
    """Set up logging of this process.

    Args:
        part: Which part of pdfmill this process is (web, worker, reconciler, launcher); stands in every line.
        stream: Where lines go; standard error by default.
    """
    stream = stream or sys.stderr
    as_text = settings.format == "text" or (settings.format == "auto" and stream.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if as_text else "iso", utc=not as_text),
        lambda _logger, _method, event: {"part": part, **event},
        structlog.processors.StackInfoRenderer(),
    ]
    renderers: list[structlog.typing.Processor]
    if as_text:
        renderers = [structlog.dev.ConsoleRenderer(colors=stream.isatty())]
    else:
        renderers = [structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                *renderers,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: ``get_logger(__name__)``."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
