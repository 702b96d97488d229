"""Errors of language models and translators."""

from __future__ import annotations

from pdfmill.core.errors.base import PdfMillError
from pdfmill.core.errors.kind import ErrorKind


class ProviderNotConfigured(PdfMillError):
    """Refused before a job is accepted: there is nobody to ask, and nothing is made up instead."""

    code = "provider_not_configured"
    title = "No provider is configured for this"
    kind = ErrorKind.ENGINE_MISSING


class ProviderUnavailable(PdfMillError):
    code = "provider_unavailable"
    title = "The provider does not answer"
    kind = ErrorKind.UPSTREAM_UNAVAILABLE


class ProviderRefused(PdfMillError):
    """It answered, but not with what was asked for: an error, a refusal, or what cannot be used."""

    code = "provider_refused"
    title = "The provider gave no usable answer"
    kind = ErrorKind.ENGINE_FAILED


class ProviderBudgetExceeded(PdfMillError):
    code = "provider_budget_exceeded"
    title = "The job asks a provider for more than it may"
    kind = ErrorKind.LIMIT_EXCEEDED


class LanguageNotSupported(PdfMillError):
    code = "language_not_supported"
    title = "The provider does not know this language"
    kind = ErrorKind.INVALID_REQUEST
