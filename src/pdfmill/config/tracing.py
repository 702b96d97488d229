"""Traces of OpenTelemetry, where somebody collects them: one from the request to the sandbox.

The library is an extra. Without an address to send to, nothing of it is loaded, and a span costs a function call.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import Field

from pdfmill import __version__
from pdfmill.config.group import Group
from pdfmill.core.errors import MissingDependency


class TracingSettings(Group):
    """Where traces are sent."""

    endpoint: str | None = Field(
        None,
        description="URL of an OpenTelemetry collector (OTLP over HTTP), such as http://127.0.0.1:4318/v1/traces; "
        "needs the extra `otel`. Nothing is traced without it.",
    )


class _Tracing:
    """What this process traces with; nothing until `configure_tracing` was given an address."""

    tracer: Any = None
    api: Any = None
    propagator: Any = None


def configure_tracing(settings: TracingSettings, *, part: str) -> None:
    """Set up tracing of this process.

    Raises:
        MissingDependency: An address is set, and the library is not installed.
    """
    if settings.endpoint is None:
        return
    try:
        sdk = importlib.import_module("opentelemetry.sdk.trace")
        export = importlib.import_module("opentelemetry.sdk.trace.export")
        otlp = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        resources = importlib.import_module("opentelemetry.sdk.resources")
        w3c = importlib.import_module("opentelemetry.trace.propagation.tracecontext")
        _Tracing.api = importlib.import_module("opentelemetry.trace")
    except ImportError as error:
        raise MissingDependency(
            "PDFMILL_TRACING__ENDPOINT is set and OpenTelemetry is not installed: pip install 'pdfmill[otel]'"
        ) from error
    resource = resources.Resource.create({"service.name": f"pdfmill-{part}", "service.version": __version__})
    provider = sdk.TracerProvider(resource=resource)
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter(endpoint=settings.endpoint)))
    _Tracing.tracer = provider.get_tracer("pdfmill", __version__)
    _Tracing.propagator = w3c.TraceContextTextMapPropagator()


@contextmanager
def span(name: str, *, parent: str | None = None, attributes: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Trace what is done inside.

    Args:
        parent: A ``traceparent`` (W3C Trace Context); None for the span that is open in this thread.
        attributes: What is known of it; nothing that a document or a client said.
    """
    if _Tracing.tracer is None:
        yield
        return
    context = _Tracing.propagator.extract({"traceparent": parent}) if parent else None
    with _Tracing.tracer.start_as_current_span(name, context=context, attributes=dict(attributes or {})):
        yield


def annotate(**attributes: Any) -> None:
    """Add to the span that is open in this thread what became known of it."""
    if _Tracing.tracer is not None:
        _Tracing.api.get_current_span().set_attributes(attributes)


def trace_parent() -> str | None:
    """The open span as a ``traceparent``, for whoever goes on with it in another process; None if nothing is traced."""
    if _Tracing.tracer is None:
        return None
    carrier: dict[str, str] = {}
    _Tracing.propagator.inject(carrier)
    return carrier.get("traceparent")
