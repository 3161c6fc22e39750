"""What FastAPI and Starlette raise, in our words; the values that were sent are never repeated."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from medianest_common.errors import BadRequest, FieldError, Invalid, MediaNestError, NotFound
from medianest_common.web.exchange import exchange_of
from medianest_common.web.problems import problem_response
from medianest_common.web.routing import allowed, methods_at

_KIND = re.compile(r"<[a-z]+>|[a-z-]+\[.*\]")
_LONGEST_FIELD = 100
_PLACES = frozenset({"body", "query", "path", "header", "cookie"})
# Messages of pydantic that quote what was sent.
_PLAIN = {
    "uuid_parsing": "Input should be a UUID",
    "url_parsing": "Input should be a URL",
    "date_parsing": "Input should be a date",
    "datetime_parsing": "Input should be a date and time with a zone",
    "datetime_from_date_parsing": "Input should be a date and time with a zone",
    "time_delta_parsing": "Input should be a duration",
    "json_invalid": "Input should be JSON",
}


class RouteNotFound(NotFound):
    """Look at the description of the API for the addresses that there are."""

    title = "There is nothing at this address"


class MethodNotAllowed(MediaNestError):
    """`Allow` names the methods that there are."""

    status, title = HTTPStatus.METHOD_NOT_ALLOWED, "Not with this method"


class HttpFailure(MediaNestError):
    """Any other status that the framework chooses."""


def add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_invalid(request: Request, error: Exception) -> Response:
    found = cast(RequestValidationError, error).errors()
    if any(item["type"] == "json_invalid" for item in found):
        return problem_response(BadRequest("The body is not valid JSON."), exchange_of(request.scope))
    invalid = Invalid("See `errors` for what to change.", errors=field_errors(found))
    return problem_response(invalid, exchange_of(request.scope))


async def _on_http(request: Request, error: Exception) -> Response:
    http = cast(HTTPException, error)
    exchange = exchange_of(request.scope)
    if isinstance(http.__cause__, MediaNestError):
        # A bound that was met while FastAPI read the body.
        return problem_response(http.__cause__, exchange)
    if http.status_code == HTTPStatus.NOT_FOUND:
        return problem_response(RouteNotFound(), exchange)
    if http.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        methods = allowed(methods_at(request.app, exchange.path))
        return problem_response(MethodNotAllowed(), exchange, headers={"Allow": methods})
    if http.status_code == HTTPStatus.BAD_REQUEST:
        return problem_response(BadRequest(), exchange)
    failure = HttpFailure()
    failure.status = http.status_code  # type: ignore[misc]
    failure.title = HTTPStatus(http.status_code).phrase  # type: ignore[misc]
    failure.code = HTTPStatus(http.status_code).name  # type: ignore[misc]
    return problem_response(failure, exchange, headers=dict(http.headers or {}))


def field_errors(found: Sequence[Any]) -> list[FieldError]:
    return [FieldError(_field(item["loc"]), _PLAIN.get(item["type"], item["msg"])) for item in found]


def _field(location: Sequence[Any]) -> str:
    # What may be one of several kinds names the kind as well, as `<kind>` or `list[int]`; that is nobody's field.
    parts = [text for part in location if not _KIND.fullmatch(text := str(part))]
    if len(parts) > 1 and parts[0] in _PLACES:
        parts = parts[1:]
    return ".".join(parts)[:_LONGEST_FIELD]
