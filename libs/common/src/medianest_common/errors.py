"""What can go wrong: each error knows its HTTP status, its stable code, and whether trying again can help."""

import json
import re
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple, NoReturn

PROBLEM_CONTENT_TYPE = "application/problem+json"

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class FieldError(NamedTuple):
    """One wrong field; `message` never repeats the value that was sent."""

    field: str
    message: str


class MediaNestError(Exception):
    """An answer to the caller, rendered as RFC 9457 problem details at the edge.

    `detail` is shown to people and must say what to do. Keyword extras become members of the problem document.
    """

    status: ClassVar[int] = HTTPStatus.INTERNAL_SERVER_ERROR
    title: ClassVar[str] = "Something went wrong"
    code: ClassVar[str] = "INTERNAL"
    transient: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        if "code" not in cls.__dict__:
            cls.code = _BOUNDARY.sub("_", cls.__name__).upper()

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after: float | None = None,
        upstream: str | None = None,
        errors: list[FieldError] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.retry_after = retry_after
        self.upstream = upstream
        self.errors = errors
        self.extra = extra

    def problem(self, *, instance: str | None = None, correlation_id: str | None = None) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": int(self.status),
            "code": self.code,
        }
        if self.detail:
            document["detail"] = self.detail
        if instance:
            document["instance"] = instance
        if correlation_id:
            document["correlationId"] = correlation_id
        if self.errors:
            document["errors"] = [error._asdict() for error in self.errors]
        if self.retry_after is not None:
            document["retryAfter"] = self.retry_after
        if self.upstream:
            document["upstream"] = self.upstream
        return document | self.extra


class BadRequest(MediaNestError):
    status, title = HTTPStatus.BAD_REQUEST, "The request could not be read"


class Unauthenticated(MediaNestError):
    status, title = HTTPStatus.UNAUTHORIZED, "Sign in first"


class Forbidden(MediaNestError):
    status, title = HTTPStatus.FORBIDDEN, "Not allowed"


class NotFound(MediaNestError):
    status, title = HTTPStatus.NOT_FOUND, "Not found"


class Conflict(MediaNestError):
    status, title = HTTPStatus.CONFLICT, "Not possible in the present state"


class Gone(MediaNestError):
    status, title = HTTPStatus.GONE, "No longer available"


class PayloadTooLarge(MediaNestError):
    status, title = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large"


class UnsupportedMediaType(MediaNestError):
    status, title = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Wrong content type"


class Invalid(MediaNestError):
    status, title = HTTPStatus.UNPROCESSABLE_ENTITY, "Some values are not valid"


class TooManyRequests(MediaNestError):
    status, title, transient = HTTPStatus.TOO_MANY_REQUESTS, "Too many requests", True


class BadUpstream(MediaNestError):
    status, title, transient = HTTPStatus.BAD_GATEWAY, "Another system answered nonsense", True


class Unavailable(MediaNestError):
    status, title, transient = HTTPStatus.SERVICE_UNAVAILABLE, "A part is not available right now", True


class TimedOut(MediaNestError):
    status, title, transient = HTTPStatus.GATEWAY_TIMEOUT, "A part took too long", True


_BY_STATUS: dict[int, type[MediaNestError]] = {
    int(error.status): error
    for error in (
        BadRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        Conflict,
        Gone,
        PayloadTooLarge,
        UnsupportedMediaType,
        Invalid,
        TooManyRequests,
        BadUpstream,
        Unavailable,
        TimedOut,
    )
}
_KNOWN_MEMBERS = frozenset(
    [
        "type",
        "title",
        "status",
        "code",
        "detail",
        "instance",
        "correlationId",
        "errors",
        "retryAfter",
        "upstream",
    ]
)


class RemoteError(MediaNestError):
    """An error another service answered over the bus, carried on unchanged: same status, code and members."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(
            str(document.get("detail", "")),
            retry_after=document.get("retryAfter"),
            upstream=document.get("upstream"),
            errors=[FieldError(str(e["field"]), str(e["message"])) for e in document.get("errors", [])]
            or None,
            **{key: value for key, value in document.items() if key not in _KNOWN_MEMBERS},
        )
        family = _BY_STATUS.get(status, MediaNestError)
        self.status = status  # type: ignore[misc]
        self.title = str(document.get("title", family.title))  # type: ignore[misc]
        self.code = str(document.get("code", family.code))  # type: ignore[misc]
        self.transient = family.transient  # type: ignore[misc]


def raise_problem(status: int, body: bytes) -> NoReturn:
    """Raise what a problem document from the bus says; nonsense becomes `BadUpstream`."""
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise BadUpstream("A service answered with an error that could not be read.")
    raise RemoteError(status, document)
