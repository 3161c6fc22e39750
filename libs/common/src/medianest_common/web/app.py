"""The FastAPI application that routes are put into: our errors, our documents, our layers."""

import asyncio
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.params import Depends
from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.requests import Request
from starlette.responses import Response

from medianest_common.web.description import describe, operation_id
from medianest_common.web.description.refusals import Refusals
from medianest_common.web.handlers import add_handlers
from medianest_common.web.idempotency import IdempotencyStore
from medianest_common.web.late_routes import LateRoute, Router
from medianest_common.web.responses import PassThrough, cacheable
from medianest_common.web.routing import RouteIndex
from medianest_common.web.stack import Stack

# FastAPI puts aliases where pydantic has no use for them, and silences it for as long as it makes a route: but our
# contracts are built later.
warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)

OPENAPI_PATH = "/api/v1/openapi.json"
DESCRIPTION_SECONDS = 60.0
"""For making it on a slow machine that has other things to do."""


@dataclass(frozen=True)
class About:
    """What the description says that no route knows."""

    text: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    """In the order in which they are shown."""
    refusals: Callable[[], Refusals] = Refusals
    examples: Callable[[], Mapping[str, Any]] = dict
    """Answers by operation, where those that are composed of their fields' would not do."""


class Portal(FastAPI):
    """FastAPI without pages from a CDN, without redirects, and with a description of its own."""

    base_path = ""
    about = About()

    def include(self, router: Router, *, prefix: str = "", dependencies: Sequence[Depends] = ()) -> None:
        """`include_router` would work every route out twice."""
        for route in router.routes:
            assert isinstance(route, LateRoute)
            self.router.routes.append(route.under(prefix, dependencies))

    def openapi(self) -> dict[str, Any]:
        return describe(
            self,
            base_path=self.base_path,
            about=self.about.text,
            tags=self.about.tags,
            refusals=self.about.refusals(),
            examples=self.about.examples(),
        )


class _Description:
    """Made when it is first asked for, once, beside what else the process does; only its bytes are kept."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._making: asyncio.Future[bytes] | None = None

    async def answer(self, request: Request) -> Response:
        if self._making is None or (self._making.done() and self._making.exception()):
            self._making = asyncio.ensure_future(asyncio.to_thread(self._make))
        body = await asyncio.shield(self._making)
        return PassThrough(body, headers=cacheable())

    def _make(self) -> bytes:
        return json.dumps(self._portal.openapi(), ensure_ascii=False, separators=(",", ":")).encode()


def create_app(
    title: str, version: str, stack: Stack, *, idempotency: IdempotencyStore, about: About | None = None
) -> Portal:
    """Requests are understood with the base path and without it, because some proxies cut it off."""
    app = Portal(
        title=title,
        version=version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Nobody has set it up, and it would look for that with each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        generate_unique_id_function=operation_id,
        middleware=stack.layers(),
    )
    app.base_path = stack.base_path
    app.about = about or About()
    app.add_route(OPENAPI_PATH, _Description(app).answer, include_in_schema=False)
    add_handlers(app)
    app.state.idempotency = idempotency
    app.router.middleware_stack = RouteIndex(app)
    return app
