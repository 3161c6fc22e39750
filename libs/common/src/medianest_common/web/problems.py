"""RFC 9457 problem details: the response, and how routes document it."""

import json
import math
import re
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from medianest_common.errors import PROBLEM_CONTENT_TYPE, MediaNestError
from medianest_common.web.categories import category_of
from medianest_common.web.exchange import Exchange, Headers

_LONGEST_INSTANCE = 200
_NOT_A_NAME = re.compile(r"[^a-z0-9-]")
_CLOSING = frozenset({408, 413, 431})
_TITLES = {
    400: "The request could not be read",
    401: "Not signed in, or the credentials are wrong",
    403: "Not allowed, or the CSRF token is missing or wrong",
    404: "Not there, or not yours",
    406: "Not to be had in any form that Accept names",
    408: "The body did not arrive in time",
    409: "Not possible in the present state",
    410: "No longer available",
    413: "The body is too large",
    414: "The address is too long",
    415: "Only application/json is understood here",
    421: "This host name is not ours",
    422: "Well-formed, but some values are not valid",
    429: "Too many requests; Retry-After says when to come back",
    431: "The headers are too large or too many",
    502: "Another system answered nonsense",
    503: "A part is not available right now",
    504: "A part took too long",
    507: "Not enough space",
}


class ProblemField(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """What every refusal looks like. `code` is stable; `detail` is for people and may change."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str | None = None
    instance: str | None = None
    correlation_id: str | None = Field(default=None, alias="correlationId")
    errors: list[ProblemField] | None = None
    retry_after: float | None = Field(default=None, alias="retryAfter")
    limit: dict[str, Any] | None = None
    """`name`, `quota` and `window` in seconds of the limit that was met."""
    upstream: str | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: the refusals that are its own. Those of the layers are documented for every route."""
    return {
        status: {
            "description": _TITLES.get(status) or HTTPStatus(status).phrase,
            "content": {PROBLEM_CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def problem_response(
    error: MediaNestError, exchange: Exchange, *, headers: dict[str, str] | None = None
) -> Response:
    document = error.problem(
        instance=exchange.path[:_LONGEST_INSTANCE], correlation_id=exchange.correlation_id
    )
    status = int(error.status)
    exchange.code = error.code
    exchange.category = category_of(status, code=error.code, upstream=error.upstream)
    extra = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = 'Bearer realm="medianest"'
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        exchange.response_headers += _limit_headers(error)
    if error.retry_after is not None:
        extra["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if status in _CLOSING:
        # What is left of the request is not worth reading.
        extra["Connection"] = "close"
    body = json.dumps(document, default=str).encode()
    return Response(body, status_code=status, media_type=PROBLEM_CONTENT_TYPE, headers=extra)


def _limit_headers(error: MediaNestError) -> Headers:
    """Of a limit that a service keeps itself, beside those of the gateway."""
    limit = error.extra.get("limit")
    if not isinstance(limit, dict):
        return []
    wait = max(1, math.ceil(error.retry_after or 0))
    name = _NOT_A_NAME.sub("-", str(limit.get("name")))
    return [
        (b"ratelimit-policy", f'"{name}";q={int(limit["quota"])};w={int(limit["window"])}'.encode()),
        (b"ratelimit", f'"{name}";r=0;t={wait}'.encode()),
    ]
