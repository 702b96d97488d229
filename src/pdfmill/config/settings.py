"""Every setting, in nested frozen groups, read once and passed down.

Order: arguments of `load_settings`, environment (``PDFMILL_GROUP__NAME``), ``.env``, ``pdfmill.toml``, defaults. A
secret may stand in a file that ``PDFMILL_GROUP__NAME_FILE`` names. A ``PDFMILL_`` variable that no setting has is an
error, because a silently ignored typo is the commonest mistake of self-hosting.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pdfmill.config.group import Group, Secret
from pdfmill.config.provider import ProviderSettings
from pdfmill.config.secrets import SecretFiles
from pdfmill.config.tracing import TracingSettings
from pdfmill.core.addresses import is_loopback
from pdfmill.core.errors import InvalidSettings
from pdfmill.core.limits import Limits
from pdfmill.core.suggest import did_you_mean

ENV_PREFIX = "PDFMILL_"
ENV_DELIMITER = "__"

#: Variables with our prefix that are not settings: the client's server address and key, and what the tests use.
_OTHER_VARIABLES = ("PDFMILL_SERVER", "PDFMILL_API_KEY")
_OTHER_PREFIXES = ("PDFMILL_TEST_",)


class ServerSettings(Group):
    """The web server."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Web server processes.")
    threads: int = Field(32, ge=1, le=256, description="Threads of each web server process.")
    max_wait_s: float = Field(30, ge=0, le=300, description="Longest `?wait=` or `Prefer: wait=` in seconds.")
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="How many proxies stand before the server, each of which adds to `X-Forwarded-For` whom it serves: "
        "limits count that address instead of the proxy's. Only if nobody can go around them.",
    )
    allow_open: bool = Field(
        False, description="Serve everybody who can reach the server, under any name, as long as there is no API key."
    )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)


class AccessSettings(Group):
    """Who may use the server, and how much."""

    pepper: Annotated[Secret, Field(min_length=32)] | None = Field(
        None,
        description="Secret under which keys are stored. Default: made on first use, `pepper` in the data directory.",
    )
    requests_per_minute: int = Field(
        1200, ge=0, description="Requests with one API key, or without any from one address; 0 for no limit."
    )
    failures_per_minute: int = Field(30, ge=1, description="Requests from one address whose API key is refused.")
    link_minutes: int = Field(15, ge=1, le=15, description="How long a signed download link is good.")


class QuotaSettings(Group):
    """What each owner of API keys may use up."""

    jobs_per_day: int | None = Field(
        None, ge=1, description="Jobs that one owner may submit in a day (UTC). Default: no limit."
    )
    stored_mib: int | None = Field(
        None, ge=1, description="MiB of files that one owner's jobs may hold. Default: no limit."
    )


class DatabaseSettings(Group):
    """Where the job table is."""

    url: Secret | None = Field(None, description="SQLAlchemy URL. Default: SQLite in the data directory.")
    busy_timeout_s: float = Field(30, gt=0, description="Seconds to wait for a locked SQLite database.")


class BrokerSettings(Group):
    """Where Celery messages go. They are hints: losing them costs time, never a job."""

    url: Secret | None = Field(
        None, description="Celery broker URL. Default: the private Valkey that `pdfmill serve` starts."
    )
    visibility_timeout_s: int = Field(
        7200, ge=60, description="Redis only: seconds until an unacknowledged message returns."
    )


class StorageSettings(Group):
    """Where input and output files are."""

    url: str | None = Field(
        None, description="`file:///folder` or `s3://bucket/prefix`. Default: `files` in the data directory."
    )
    endpoint: str | None = Field(None, description="S3 only: address of a service other than Amazon's.")
    region: str = Field("us-east-1", description="S3 only: region of the bucket.")
    access_key_id: str | None = Field(None, description="S3 only: who we are. Default: as the AWS tools find it.")
    secret_access_key: Secret | None = Field(None, description="S3 only: the secret of that key.")
    signed_links: bool = Field(
        True, description="S3 only: clients fetch results from the bucket themselves; turn off if they cannot reach it."
    )
    orphaned_after_s: float = Field(
        3600, ge=0, description="Seconds after which a stored file that no job names is removed."
    )
    min_free_mib: int = Field(
        512, ge=0, description="Refuse uploads when less than this many MiB of disk would be left."
    )


class QueueSettings(Group):
    """What may wait, and what may run at once."""

    max_pending: int = Field(10_000, ge=1, description="Jobs that may wait in one queue; more are refused with 503.")
    max_pending_per_client: int = Field(
        5_000, ge=1, description="Jobs of one client that may wait in one queue; more are refused with 429."
    )
    max_wait_hours: float = Field(168, gt=0, description="Hours after which a job that never started fails.")
    max_running: dict[str, int] = Field(
        default_factory=dict,
        description='Most jobs of a queue that run at once on all workers together: `{"ocr": 2}`. Default: no limit.',
    )


class UploadSettings(Group):
    """What clients may send."""

    max_upload_mib: int = Field(512, ge=1, description="Largest file in MiB.")


class SandboxSettings(Group):
    """How documents are isolated."""

    allow_bare: bool = Field(
        False,
        description="Serve a public address even where the sandbox reaches tier C only, see docs/security-model.md.",
    )


class WorkerSettings(Group):
    """How jobs are worked on."""

    concurrency: int = Field(2, ge=1, le=256, description="Jobs that one worker runs at once.")
    lease_s: float = Field(30, gt=0, description="Seconds after its last heartbeat until a job counts as lost.")
    heartbeat_s: float = Field(5, gt=0, description="Seconds between heartbeats of a running job.")
    max_retries: int = Field(3, ge=0, description="How often a job is tried again after a passing error.")
    max_crashes: int = Field(3, ge=1, description="Sandbox deaths after which a job is quarantined.")
    max_lost: int = Field(10, ge=1, description="Worker deaths after which a job is quarantined.")
    retry_delay_s: float = Field(
        60, ge=0, description="Seconds before the first retry; times the number of the attempt."
    )
    crash_delay_s: float = Field(5, ge=0, description="Seconds before a job is tried again that killed its sandbox.")
    reconcile_every_s: float = Field(2, gt=0, description="Seconds between two rounds of the reconciler.")
    shutdown_grace_s: float = Field(5, ge=0, description="Seconds that running jobs get to end when the worker stops.")


class RetentionSettings(Group):
    """How long finished jobs are kept."""

    hours: float = Field(24, gt=0, description="Hours until a finished job's files are purged.")
    failed_hours: float | None = Field(None, gt=0, description="The same for failed jobs, if it is to differ.")
    cancelled_hours: float | None = Field(None, gt=0, description="The same for cancelled jobs, if it is to differ.")
    longest_ttl_hours: float = Field(
        744, gt=0, description="Hours that a client may ask to have its job's files kept, by `ttl_seconds`."
    )
    make_room_below_mib: int | None = Field(
        None,
        ge=0,
        description="MiB of free space below which the oldest results are removed before their time; 0 for never. By "
        "default the floor below which uploads are refused, PDFMILL_STORAGE__MIN_FREE_MIB.",
    )
    forget_after_days: float = Field(90, gt=0, description="Days until not even a row is left of a purged job.")


class LogSettings(Group):
    """What is logged, and how."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe level that is logged."
    )
    format: Literal["auto", "text", "json"] = Field(
        "auto", description="`auto` is text on a terminal and JSON otherwise."
    )


def default_data_dir() -> Path:
    """Where data lies unless it is said: ``$XDG_DATA_HOME/pdfmill`` (XDG), for root ``/var/lib/pdfmill`` (FHS).

    Root's own home is closed to everybody else, also to the unprivileged user of the sandbox.
    """
    if os.geteuid() == 0 and "XDG_DATA_HOME" not in os.environ:
        return Path("/var/lib/pdfmill")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "pdfmill"


class Settings(BaseSettings):
    """All settings of a pdfmill process."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter=ENV_DELIMITER,
        env_file=".env",
        toml_file="pdfmill.toml",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        validate_default=True,
    )

    data_dir: Path = Field(
        default_factory=default_data_dir, description="Folder for database, files and run-time state."
    )
    server: ServerSettings = Field(default_factory=ServerSettings, description="The web server.")
    database: DatabaseSettings = Field(default_factory=DatabaseSettings, description="The job table.")
    broker: BrokerSettings = Field(default_factory=BrokerSettings, description="Celery's message broker.")
    storage: StorageSettings = Field(default_factory=StorageSettings, description="The file storage.")
    queue: QueueSettings = Field(default_factory=QueueSettings, description="What may wait and run.")
    access: AccessSettings = Field(default_factory=AccessSettings, description="Who may use the server.")
    quota: QuotaSettings = Field(default_factory=QuotaSettings, description="What each owner may use up.")
    upload: UploadSettings = Field(default_factory=UploadSettings, description="What clients may send.")
    limits: Limits = Field(default_factory=Limits, description="What one attempt at a job may use.")
    sandbox: SandboxSettings = Field(default_factory=SandboxSettings, description="How documents are isolated.")
    worker: WorkerSettings = Field(default_factory=WorkerSettings, description="How jobs are worked on.")
    provider: ProviderSettings = Field(
        default_factory=ProviderSettings, description="Who may be sent text of documents."
    )
    retention: RetentionSettings = Field(default_factory=RetentionSettings, description="How long jobs are kept.")
    log: LogSettings = Field(default_factory=LogSettings, description="What is logged.")
    tracing: TracingSettings = Field(default_factory=TracingSettings, description="Where traces are sent.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The sources, strongest first."""
        toml = TomlConfigSettingsSource(settings_cls)
        files = SecretFiles(settings_cls, ENV_PREFIX, ENV_DELIMITER)
        assert isinstance(env_settings, EnvSettingsSource)
        # It would read the name of such a file as a setting that there is not.
        env_settings.env_vars = {
            name: value for name, value in env_settings.env_vars.items() if name.upper() not in files.variables
        }
        return init_settings, env_settings, files, dotenv_settings, file_secret_settings, toml

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL in force."""
        if self.database.url is not None:
            # Both names are in use for the same thing; SQLAlchemy knows the long one.
            return re.sub(r"^postgres://", "postgresql://", self.database.url.get_secret_value())
        return f"sqlite:///{self.data_dir / 'pdfmill.db'}"

    @property
    def make_room_below_mib(self) -> int:
        """MiB of free space below which the oldest results are removed before their time."""
        own = self.retention.make_room_below_mib
        return self.storage.min_free_mib if own is None else own

    @property
    def pepper_file(self) -> Path:
        """Where the server's secret lies if no setting names another."""
        return self.data_dir / "pepper"

    @property
    def audit_log(self) -> Path:
        """The log of deeds."""
        return self.data_dir / "audit.log"

    @property
    def run_dir(self) -> Path:
        """What running processes tell each other; nothing in it is needed after them."""
        return self.data_dir / "run"

    @property
    def spool_dir(self) -> Path:
        """The folder of the attempts' work directories."""
        return self.data_dir / "spool"

    @property
    def broker_socket_note(self) -> Path:
        """The file in which `pdfmill serve` leaves the path of its private Valkey's socket."""
        return self.data_dir / "broker-socket"

    @property
    def broker_url(self) -> str:
        """The Celery broker URL in force.

        Raises:
            InvalidSettings: No broker was named, and no `pdfmill serve` has run on this data directory.
        """
        if self.broker.url is not None:
            return self.broker.url.get_secret_value()
        try:
            socket_path = self.broker_socket_note.read_text().strip()
        except FileNotFoundError:
            raise InvalidSettings(
                "There is no broker. Start everything with `pdfmill serve`, or name a Redis or RabbitMQ server in "
                "PDFMILL_BROKER__URL."
            ) from None
        return f"redis+socket://{socket_path}"


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from all sources.

    Args:
        overrides: Values that win over every source, as nested dictionaries.

    Raises:
        InvalidSettings: A variable is unknown, or a value is out of range; the message names the variable.
    """
    _refuse_unknown_variables(os.environ)
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = []
        for each in error.errors(include_url=False):
            variable = ENV_PREFIX + ENV_DELIMITER.join(str(part) for part in each["loc"]).upper()
            lines.append(f"{variable}: {each['msg']}")
        raise InvalidSettings("; ".join(lines) + ".") from error


def setting_names() -> Iterator[tuple[str, str, Any]]:
    """(variable, description, default) of every setting, in order."""
    for name, info in Settings.model_fields.items():
        variable = f"{ENV_PREFIX}{name.upper()}"
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            for inner, inner_info in info.annotation.model_fields.items():
                yield f"{variable}{ENV_DELIMITER}{inner.upper()}", inner_info.description or "", inner_info.default
        else:
            yield variable, info.description or "", None


def settings_in_force(settings: Settings) -> dict[str, str]:
    """Each variable with its value as text, secrets masked."""
    shown: dict[str, str] = {}
    for name, value in settings:
        variable = f"{ENV_PREFIX}{name.upper()}"
        if isinstance(value, BaseModel):
            for inner, inner_value in value:
                shown[f"{variable}{ENV_DELIMITER}{inner.upper()}"] = "" if inner_value is None else str(inner_value)
        else:
            shown[variable] = str(value)
    return shown


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    known = [variable for variable, _, _ in setting_names()]
    known += SecretFiles(Settings, ENV_PREFIX, ENV_DELIMITER).variables
    groups = {variable.split(ENV_DELIMITER)[0] for variable in known}
    for variable in environment:
        upper = variable.upper()
        if not upper.startswith(ENV_PREFIX) or upper in known or upper in groups or upper in _OTHER_VARIABLES:
            continue
        if not upper.startswith(_OTHER_PREFIXES):
            raise InvalidSettings(
                f"There is no setting {variable}{did_you_mean(upper, known)}. `pdfmill config show` lists them all."
            )
