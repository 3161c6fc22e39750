"""The description of the HTTP API (OpenAPI 3.1), made of the routes, for people and for programs."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from medianest_common.contracts.base import to_camel
from medianest_common.web.description.examples import add_whole_examples
from medianest_common.web.description.names import drop_titles, rename_schemas, spoken
from medianest_common.web.description.refusals import Refusals, add_refusals

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_FRAMEWORKS_WORDS = "Successful Response"
_ID = re.compile(r"[a-z][A-Za-z0-9]*")


def operation_id(route: Any) -> str:
    """`list_requests` is `listRequests`, wherever the route lies: what clients are generated from stays."""
    return to_camel(route.name)


def describe(
    app: FastAPI,
    *,
    base_path: str,
    about: str,
    tags: Mapping[str, str],
    refusals: Refusals,
    examples: Mapping[str, Any],
) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=about,
        routes=app.routes,
        servers=[{"url": base_path or "/"}],
        tags=[{"name": name, "description": description} for name, description in tags.items()],
    )
    for path, method, operation in operations(document):
        name = operation["operationId"]
        if not _ID.fullmatch(name):
            raise ValueError(f"{method.upper()} {path} needs a name of its own instead of {name}")
        operation["summary"] = spoken(name)
        for status, answer in operation["responses"].items():
            if answer.get("description") == _FRAMEWORKS_WORDS:
                answer["description"] = HTTPStatus(int(status)).phrase
    components = document.setdefault("components", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        components.get("schemas", {}).pop(replaced, None)
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "An access token or a personal token `mnp_…`.",
        },
        "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-mn_at"},
    }
    document["security"] = [{"bearer": []}, {"cookie": []}]
    drop_titles(document)
    add_refusals(document, refusals)
    document = rename_schemas(document)
    add_whole_examples(document, examples)
    return document


def operations(document: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """All as (path, method, operation)."""
    return [
        (path, method, operation)
        for path, methods in document.get("paths", {}).items()
        for method, operation in methods.items()
        if method in _METHODS
    ]
