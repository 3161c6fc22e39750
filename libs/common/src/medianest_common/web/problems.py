"""Errors on the wire: RFC 9457 problem documents, whatever went wrong and wherever."""

import json
import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from medianest_common.bus.context import current
from medianest_common.contracts.base import Contract
from medianest_common.errors import (
    PROBLEM_CONTENT_TYPE,
    BadRequest,
    FieldError,
    Invalid,
    MediaNestError,
    NotFound,
)

log = structlog.get_logger()


class ProblemField(Contract):
    field: str
    message: str


class Problem(Contract):
    """RFC 9457. `code` is stable; `detail` says what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    instance: str | None = None
    correlation_id: str | None = None
    errors: list[ProblemField] | None = None
    retry_after: float | None = None
    upstream: str | None = None


class MethodNotAllowed(MediaNestError):
    status, title = HTTPStatus.METHOD_NOT_ALLOWED, "This address does not take that method"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: the statuses it can answer with beside its success."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM_CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def problem_response(error: MediaNestError, *, path: str) -> Response:
    document = error.problem(instance=path, correlation_id=current().correlation_id)
    headers = {"Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    body = json.dumps(document, ensure_ascii=True).encode()
    return Response(body, status_code=int(error.status), headers=headers, media_type=PROBLEM_CONTENT_TYPE)


async def refuse(error: MediaNestError, scope: Scope, receive: Receive, send: Send) -> None:
    """For middleware: answer with the problem instead of going on."""
    await problem_response(error, path=scope["path"])(scope, receive, send)


def add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(MediaNestError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, MediaNestError)
    return problem_response(error, path=request.url.path)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(part["type"] == "json_invalid" for part in error.errors()):
        return problem_response(BadRequest("The body is not valid JSON."), path=request.url.path)
    fields = [FieldError(_place(part["loc"]), str(part["msg"])) for part in error.errors()]
    return problem_response(
        Invalid("Correct the fields named in `errors`.", errors=fields), path=request.url.path
    )


async def _http(request: Request, error: Exception) -> Response:
    """What Starlette's router raises by itself."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response = problem_response(MethodNotAllowed(), path=request.url.path)
        response.headers.update(error.headers or {})
        return response
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem_response(NotFound("There is nothing at this address."), path=request.url.path)
    return problem_response(BadRequest(str(error.detail)), path=request.url.path)


def _place(location: Sequence[int | str]) -> str:
    """`body.seasons.0` → `seasons.0`: where the value was sent is said by the route."""
    parts = [str(part) for part in location]
    return ".".join(parts[1:] if parts and parts[0] in ("body", "query", "path", "header") else parts)
