"""The stack every HTTP application of ours stands in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from medianest_common.clock import Clock
from medianest_common.security.csrf import CsrfTokens
from medianest_common.web.idempotency import IdempotencyStore
from medianest_common.web.middleware.authentication import Authentication
from medianest_common.web.middleware.bodies import JsonBodies
from medianest_common.web.middleware.compression import Compression
from medianest_common.web.middleware.correlation import Correlation
from medianest_common.web.middleware.csrf import Csrf
from medianest_common.web.middleware.etag import ETag
from medianest_common.web.middleware.hosts import Hosts
from medianest_common.web.middleware.limits import Limits
from medianest_common.web.middleware.observing import Observing
from medianest_common.web.middleware.queries import Queries
from medianest_common.web.middleware.rate_limit import RateLimit, Rule
from medianest_common.web.middleware.security_headers import SecurityHeaders
from medianest_common.web.principal import Authenticator
from medianest_common.web.problems import Problem, add_handlers

OPENAPI_PATH = "/api/v1/openapi.json"


@dataclass(frozen=True)
class Stack:
    """What the middleware needs to know. Paths are prefixes."""

    clock: Clock
    valkey_url: str
    secure: bool
    base_path: str
    hosts: Collection[str]
    origins: Collection[str]
    proxies: Collection[Any]
    authenticator: Authenticator
    csrf: CsrfTokens
    access_cookie: str
    csrf_cookie: str
    pre_login_cookie: str
    anonymous_csrf: Collection[str]
    webhooks: tuple[str, ...]
    quiet: tuple[str, ...]
    secret_answers: tuple[str, ...]
    streams: tuple[str, ...]
    rules: Sequence[Rule]
    request_seconds: float = 10
    rate_limit_scale: float = 1


def create_app(title: str, version: str, stack: Stack, *, idempotency: IdempotencyStore) -> FastAPI:
    """Correlation, observing, security headers, CORS, host, limits, authentication, rate, CSRF, validation, compression
    and ETag, from the outside in. Counting stands behind authentication because it counts by person.
    """
    middleware = [
        Middleware(Correlation),
        Middleware(Observing, quiet=stack.quiet),
        Middleware(SecurityHeaders, secure=stack.secure),
        Middleware(
            CORSMiddleware,
            allow_origins=sorted(stack.origins),
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "X-CSRF-Token",
                "X-Correlation-ID",
            ],
            expose_headers=["X-Correlation-ID", "RateLimit", "RateLimit-Policy", "Retry-After", "ETag"],
            max_age=600,
        ),
        Middleware(Hosts, names=stack.hosts, proxies=stack.proxies),
        Middleware(Limits, seconds=stack.request_seconds),
        Middleware(
            Authentication,
            authenticator=stack.authenticator,
            cookie=stack.access_cookie,
            untouched=(*stack.quiet, *stack.webhooks),
        ),
        Middleware(
            RateLimit,
            rules=stack.rules,
            valkey_url=stack.valkey_url,
            clock=stack.clock,
            exempt=stack.quiet,
            scale=stack.rate_limit_scale,
        ),
        Middleware(
            Csrf,
            tokens=stack.csrf,
            cookie=stack.csrf_cookie,
            pre_login_cookie=stack.pre_login_cookie,
            origins=stack.origins,
            anonymous=stack.anonymous_csrf,
            exempt=stack.webhooks,
        ),
        Middleware(Queries),
        Middleware(JsonBodies, free=stack.webhooks),
        Middleware(Compression, never=(*stack.secret_answers, *stack.streams)),
        Middleware(ETag, untouched=(*stack.quiet, *stack.secret_answers, *stack.streams)),
    ]
    app = FastAPI(
        title=title,
        version=version,
        openapi_url=OPENAPI_PATH,
        docs_url=None,
        redoc_url=None,
        middleware=middleware,
        redirect_slashes=False,
        root_path=stack.base_path,
    )
    app.state.idempotency = idempotency
    add_handlers(app)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return app


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, routes=app.routes, servers=[{"url": app.root_path or "/"}]
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schemas |= problem.pop("$defs", {})
        schemas["Problem"] = problem
        # FastAPI documents its own 422 shape, which we never send.
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema = document
    return app.openapi_schema
