"""Errors that browsers report. Nobody is named in them."""

from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Page, Query, Timestamp

MOST_BYTES = 32 * 1024
"""Of one report."""


class ReportErrorBody(Body):
    """Control characters are dropped, and so is what looks like a secret; ids in the page's path become `:id`."""

    kind: str = Field(default="Error", min_length=1, max_length=100)
    """As JavaScript calls it, such as `TypeError`."""
    message: str = Field(min_length=1, max_length=2000)
    stack: str | None = Field(default=None, max_length=10_000)
    page: str | None = Field(default=None, max_length=500)
    """The path of the page; what follows `?` or `#` is dropped."""
    release: str | None = Field(default=None, max_length=60)


class ReportError(Command[Nothing]):
    body: ReportErrorBody
    user_agent: str = Field(default="", max_length=512)


class ErrorSummary(Contract):
    """Errors that are the same but for ids, numbers, and where in a file they happened."""

    id: UUID
    kind: str
    message: str
    page: str | None
    """Where it was seen last."""
    browser: str | None
    release: str | None
    count: int
    first_seen_at: Timestamp
    last_seen_at: Timestamp
    resolved_at: Timestamp | None
    """It is not any more once the error is seen again."""


class ErrorDetails(ErrorSummary):
    stack: str | None


class ListErrors(Query[Page[ErrorSummary]]):
    """Those seen last come first."""

    q: str | None = Field(default=None, min_length=1, max_length=100)
    """In its kind, message or page."""
    resolved: bool | None = None
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class GetError(Query[ErrorDetails]):
    id: UUID


class ResolveError(Command[ErrorDetails]):
    id: UUID


class DeleteError(Command[Nothing]):
    id: UUID


class ErrorCounts(Contract):
    """Errors of browsers; those that are the same count once."""

    open: int
    resolved: int
    seen_in_day: int
    """Open ones that happened in the last 24 hours."""


class CountErrors(Query[ErrorCounts]):
    pass
