"""The one error hierarchy; `core.failure` is the form in which an error leaves the process.

    PdfMillError
    ├── InvalidRequest ── InvalidOptions, WrongInputCount, InvalidPageRange, InvalidSettings, IdempotencyConflict,
    │                     UnusablePath, UnknownLanguage
    ├── UnsupportedMediaType, MethodNotAllowed
    ├── KeyRequired, InvalidKey, ScopeMissing, CrossSiteRequest, TooManyRequests, QuotaExceeded, Exposed, AuditBroken
    ├── DamagedInput, EmptyInput, EncryptedInput, ForbiddenContent, NoPages, NoTables, NoText, NotArchivable,
    │                     NotAnInvoice, NotAStatement, NotExportable, NothingToRecognise, DynamicForm, AllItemsFailed,
    │                     UnknownEncoding
    ├── InputTooLarge, ArchiveTooLarge, TooManyPages, TooManyPixels, MemoryExceeded, TooManyProcesses, OutputTooLarge
    ├── NotFound ── UnknownOperation, UnknownJob, UnknownKey, InvalidLink
    ├── QueueFull, TooManyJobs, WaitedTooLong
    ├── AddressInUse, AlreadyServing, DataDirectoryNotEmpty, BackupUnreadable, OutputExists, InvalidTransition,
    │   JobNotFinished, ResultUnavailable, JobExpired, PasswordLost
    ├── MissingDependency, UnsafeExposure, EngineFailed, OutputRejected, SandboxCrashed, Quarantined
    ├── StorageFull, StorageUnavailable, FileMissing, DatabaseUnavailable, SchemaTooNew,
    │   BrokerUnavailable, ServerUnreachable
    ├── KeyRequired, InvalidKey, ScopeMissing, CrossSiteRequest, TooManyRequests, QuotaExceeded, UnknownKey,
    │   InvalidLink, PasswordLost, AuditBroken, Exposed
    ├── ProviderNotConfigured, ProviderUnavailable, ProviderRefused, ProviderBudgetExceeded, LanguageNotSupported
    ├── DeadlineExceeded, Cancelled
    └── InternalError

Each class states a stable ``code``, a ``title`` and a ``kind``; the kind is a row of `ErrorKind`. ``detail`` is public
by construction: it says what failed, why if that is not obvious, and what to do next. The technical cause travels only
as ``__cause__`` into the log.
"""

from pdfmill.core.errors.base import (
    InternalError,
    PdfMillError,
    error_classes,
)
from pdfmill.core.errors.callers import (
    AuditBroken,
    CrossSiteRequest,
    Exposed,
    InvalidKey,
    InvalidLink,
    KeyRequired,
    PasswordLost,
    QuotaExceeded,
    ScopeMissing,
    TooManyRequests,
    UnknownKey,
)
from pdfmill.core.errors.document import (
    AllItemsFailed,
    DamagedInput,
    DynamicForm,
    EmptyInput,
    EncryptedInput,
    ForbiddenContent,
    NoPages,
    NoTables,
    NotAnInvoice,
    NotArchivable,
    NotAStatement,
    NotExportable,
    NoText,
    NothingToRecognise,
    UnknownEncoding,
)
from pdfmill.core.errors.jobs import (
    AddressInUse,
    AlreadyServing,
    BackupUnreadable,
    Cancelled,
    DataDirectoryNotEmpty,
    DeadlineExceeded,
    InvalidTransition,
    JobExpired,
    JobNotFinished,
    NotFound,
    Quarantined,
    QueueFull,
    ResultUnavailable,
    SandboxCrashed,
    TooManyJobs,
    UnknownJob,
    UnknownOperation,
    WaitedTooLong,
)
from pdfmill.core.errors.kind import ErrorKind
from pdfmill.core.errors.limits import (
    ArchiveTooLarge,
    InputTooLarge,
    MemoryExceeded,
    OutputTooLarge,
    TooManyPages,
    TooManyPixels,
    TooManyProcesses,
)
from pdfmill.core.errors.providers import (
    LanguageNotSupported,
    ProviderBudgetExceeded,
    ProviderNotConfigured,
    ProviderRefused,
    ProviderUnavailable,
)
from pdfmill.core.errors.request import (
    IdempotencyConflict,
    InvalidOptions,
    InvalidPageRange,
    InvalidRequest,
    InvalidSettings,
    MethodNotAllowed,
    OutputExists,
    UnknownLanguage,
    UnsupportedMediaType,
    UnusablePath,
    WrongInputCount,
)
from pdfmill.core.errors.surroundings import (
    BrokerUnavailable,
    DatabaseUnavailable,
    EngineFailed,
    FileMissing,
    MissingDependency,
    OutputRejected,
    SchemaTooNew,
    ServerUnreachable,
    StorageFull,
    StorageUnavailable,
    UnsafeExposure,
)

__all__ = [
    "AddressInUse",
    "AllItemsFailed",
    "AlreadyServing",
    "ArchiveTooLarge",
    "AuditBroken",
    "BackupUnreadable",
    "BrokerUnavailable",
    "Cancelled",
    "CrossSiteRequest",
    "DamagedInput",
    "DataDirectoryNotEmpty",
    "DatabaseUnavailable",
    "DeadlineExceeded",
    "DynamicForm",
    "EmptyInput",
    "EncryptedInput",
    "EngineFailed",
    "ErrorKind",
    "Exposed",
    "FileMissing",
    "ForbiddenContent",
    "IdempotencyConflict",
    "InputTooLarge",
    "InternalError",
    "InvalidKey",
    "InvalidLink",
    "InvalidOptions",
    "InvalidPageRange",
    "InvalidRequest",
    "InvalidSettings",
    "InvalidTransition",
    "JobExpired",
    "JobNotFinished",
    "KeyRequired",
    "LanguageNotSupported",
    "MemoryExceeded",
    "MethodNotAllowed",
    "MissingDependency",
    "NoPages",
    "NoTables",
    "NoText",
    "NotAStatement",
    "NotAnInvoice",
    "NotArchivable",
    "NotExportable",
    "NotFound",
    "NothingToRecognise",
    "OutputExists",
    "OutputRejected",
    "OutputTooLarge",
    "PasswordLost",
    "PdfMillError",
    "ProviderBudgetExceeded",
    "ProviderNotConfigured",
    "ProviderRefused",
    "ProviderUnavailable",
    "Quarantined",
    "QueueFull",
    "QuotaExceeded",
    "ResultUnavailable",
    "SandboxCrashed",
    "SchemaTooNew",
    "ScopeMissing",
    "ServerUnreachable",
    "StorageFull",
    "StorageUnavailable",
    "TooManyJobs",
    "TooManyPages",
    "TooManyPixels",
    "TooManyProcesses",
    "TooManyRequests",
    "UnknownEncoding",
    "UnknownJob",
    "UnknownKey",
    "UnknownLanguage",
    "UnknownOperation",
    "UnsafeExposure",
    "UnsupportedMediaType",
    "UnusablePath",
    "WaitedTooLong",
    "WrongInputCount",
    "error_classes",
]
