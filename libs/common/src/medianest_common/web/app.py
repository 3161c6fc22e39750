"""The FastAPI application that routes are put into: our errors, our documents, our layers."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from medianest_common.errors import PROBLEM_CONTENT_TYPE
from medianest_common.web.handlers import add_handlers
from medianest_common.web.idempotency import IdempotencyStore
from medianest_common.web.problems import Problem, problems
from medianest_common.web.routing import RouteIndex
from medianest_common.web.stack import Stack

OPENAPI_PATH = "/api/v1/openapi.json"

_ANYWHERE = (400, 401, 421, 422, 429, 503, 504)
_UNSAFE = (403, 408, 413, 415)
_UNSAFE_METHODS = frozenset({"post", "put", "patch", "delete"})
_OPERATIONS = frozenset({*_UNSAFE_METHODS, "get"})


class Portal(FastAPI):
    """FastAPI without pages from a CDN, without redirects, and with problem documents in its description."""

    base_path = ""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = get_openapi(
                title=self.title,
                version=self.version,
                routes=self.routes,
                servers=[{"url": self.base_path or "/"}],
            )
            self.openapi_schema = _with_problems(document)
        return self.openapi_schema


def create_app(title: str, version: str, stack: Stack, *, idempotency: IdempotencyStore) -> Portal:
    """Requests are understood with the base path and without it, because some proxies cut it off."""
    app = Portal(
        title=title,
        version=version,
        openapi_url=OPENAPI_PATH,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=stack.layers(),
    )
    app.base_path = stack.base_path
    add_handlers(app)
    app.state.idempotency = idempotency
    app.router.middleware_stack = RouteIndex(app)
    return app


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    for operations in document.get("paths", {}).values():
        for method, operation in operations.items():
            if method in _OPERATIONS:
                statuses = _ANYWHERE + (_UNSAFE if method in _UNSAFE_METHODS else ())
                _add_problems(operation, statuses)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schema.pop("$defs")
    schemas["Problem"] = schema
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token or a personal token `mnp_…`.",
        },
        "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-mn_at"},
    }
    document["security"] = [{"bearer": []}, {"cookie": []}]
    return document


def _add_problems(operation: dict[str, Any], statuses: Sequence[int]) -> None:
    responses = operation["responses"]
    invalid = responses.get("422")
    if invalid and PROBLEM_CONTENT_TYPE not in invalid.get("content", {}):
        del responses["422"]
    for status, documented in problems(*statuses).items():
        responses.setdefault(str(status), documented)
    operation["responses"] = dict(sorted(responses.items()))
