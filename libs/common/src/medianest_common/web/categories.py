"""Whose business a refusal or a failure is, and how bad, for logs and figures."""

from enum import StrEnum
from http import HTTPStatus


class Category(StrEnum):
    CLIENT = "client"
    """Of whoever asked: wrong input, nothing there, gone before the answer."""
    AUTH = "auth"
    """Not signed in, not allowed, or not from our own pages."""
    LIMIT = "limit"
    """Too often, too much, too large, too slow in sending."""
    UPSTREAM = "upstream"
    """A system outside answered nonsense or not at all."""
    DEPENDENCY = "dependency"
    """A part of the installation is away or too slow."""
    BUG = "bug"


class Severity(StrEnum):
    """The names of the levels of the log."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


SEVERITY = {
    Category.CLIENT: Severity.INFO,
    Category.AUTH: Severity.INFO,
    Category.LIMIT: Severity.WARNING,
    Category.UPSTREAM: Severity.WARNING,
    # Each request of an outage is one; the outage itself is told once, by whoever watches.
    Category.DEPENDENCY: Severity.WARNING,
    Category.BUG: Severity.ERROR,
}

_BY_STATUS: dict[int, Category] = {
    HTTPStatus.UNAUTHORIZED: Category.AUTH,
    HTTPStatus.FORBIDDEN: Category.AUTH,
    HTTPStatus.REQUEST_TIMEOUT: Category.LIMIT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Category.LIMIT,
    HTTPStatus.REQUEST_URI_TOO_LONG: Category.LIMIT,
    HTTPStatus.TOO_MANY_REQUESTS: Category.LIMIT,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: Category.LIMIT,
    HTTPStatus.BAD_GATEWAY: Category.UPSTREAM,
    HTTPStatus.SERVICE_UNAVAILABLE: Category.DEPENDENCY,
    HTTPStatus.GATEWAY_TIMEOUT: Category.DEPENDENCY,
    HTTPStatus.INSUFFICIENT_STORAGE: Category.DEPENDENCY,
}
_BY_CODE = {
    "QUOTA_EXCEEDED": Category.LIMIT,
    "AUTH_BUSY": Category.LIMIT,
}


def category_of(status: int, *, code: str | None = None, upstream: str | None = None) -> Category:
    """Of an answer of 400 and more. `upstream` is the system outside that a problem document names."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    if upstream and status >= 500:
        return Category.UPSTREAM
    if found := _BY_STATUS.get(status):
        return found
    return Category.BUG if status >= 500 else Category.CLIENT
