"""A small portal with one route of each kind, in the real stack, and a caller for each kind of credential."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from redis.asyncio import Redis

from medianest_common.bus.context import current, require_caller
from medianest_common.clock import Clock, SystemClock
from medianest_common.contracts.base import Body, Contract
from medianest_common.contracts.identity import Caller, Role
from medianest_common.errors import Conflict, Unauthenticated
from medianest_common.security.csrf import CsrfTokens
from medianest_common.security.encryption import KeyRing
from medianest_common.web import (
    IdempotencyStore,
    Idempotent,
    Principal,
    Rule,
    Stack,
    cacheable,
    create_app,
    problems,
)
from medianest_common.web.app import Portal as Application
from medianest_common.web.responses import WITH_SECRETS

API = "/api/v1"
HOST = "nest.test"
ORIGIN = f"http://{HOST}"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
RULES = (
    Rule("signin", "20/minute", UNSAFE, (f"{API}/auth",), by_address=True),
    Rule("narrow", "40/minute", paths=(f"{API}/narrow",)),
    Rule("read", "100000/minute"),
)
KEYS = KeyRing.generate()
OWN_POLICY = "default-src 'none'; sandbox"
BIG = [{"title": "Arrival", "number": number} for number in range(200)]


class Film(Body):
    title: str = Field(max_length=200)
    year: int | None = Field(default=None, ge=1800, le=3000)


class Filter(Contract):
    max_year: int | None = None
    limit: int = Field(default=20, ge=1, le=100)


@dataclass
class Portal:
    app: Application
    tokens: dict[str, Caller] = field(default_factory=dict)
    away: list[Exception] = field(default_factory=list)
    """What the authenticator raises instead of answering."""
    created: list[str] = field(default_factory=list)
    csrf: CsrfTokens = field(default_factory=lambda: CsrfTokens(KEYS))

    def sign_in(self, token: str, *, user_id: UUID | None = None) -> Caller:
        ids = [UUID(int=hash((token, part)) % 2**128) for part in ("user", "session")]
        caller = Caller(
            user_id=user_id or ids[0],
            session_id=ids[1],
            role=Role.USER,
            name="Ada",
            auth_time=datetime(2026, 1, 1, tzinfo=UTC),
        )
        self.tokens[token] = caller
        return caller

    def browser(
        self, token: str | None = None, *, client: tuple[str, int] = ("192.0.2.7", 5000)
    ) -> httpx.AsyncClient:
        """With cookies of a session, or of a browser before sign-in, and its CSRF token in the header."""
        cookies = {"mn_pre": "a-browser-before-sign-in"}
        binding = cookies["mn_pre"]
        if token is not None:
            cookies["mn_at"] = token
            binding = str(self.tokens[token].session_id)
        cookies["mn_csrf"] = self.csrf.issue(binding=binding)
        client_ = self.client(client=client)
        client_.headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        client_.headers["x-csrf-token"] = cookies["mn_csrf"]
        return client_

    def client(
        self, *, client: tuple[str, int] = ("192.0.2.7", 5000), headers: Mapping[str, str] | None = None
    ) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=client)
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)


type MakePortal = Callable[..., Portal]


def make_portal(
    valkey_url: str, *, clock: Clock | None = None, base_path: str = "", **options: Any
) -> Portal:
    clock = clock or SystemClock()
    portal: Portal

    async def authenticate(token: str, *, by_cookie: bool) -> Principal:
        if portal.away:
            raise portal.away[0]
        if token not in portal.tokens:
            raise Unauthenticated("This token is not known.")
        expires_at = clock.now() + timedelta(minutes=10)
        return Principal(portal.tokens[token], expires_at=expires_at, by_cookie=by_cookie)

    settings: dict[str, Any] = {
        "clock": clock,
        "valkey_url": valkey_url,
        "secure": False,
        "base_path": base_path,
        "hosts": [HOST, "other.test"],
        "origins": {ORIGIN, "https://app.example"},
        "proxies": [ip_network("10.0.0.0/8"), ip_network("fd00::/8")],
        "authenticator": authenticate,
        "csrf": CsrfTokens(KEYS),
        "access_cookie": "mn_at",
        "csrf_cookie": "mn_csrf",
        "pre_login_cookie": "mn_pre",
        "anonymous_csrf": (f"{API}/auth/login",),
        "webhooks": (f"{API}/webhooks",),
        "quiet": ("/health",),
        "secret_answers": (f"{API}/auth",),
        "streams": (f"{API}/events",),
        "rules": RULES,
    }
    stack = Stack(**{**settings, **options})
    valkey = Redis.from_url(valkey_url, socket_timeout=30, socket_connect_timeout=30)
    app = create_app("Test", "1", stack, idempotency=IdempotencyStore(valkey, clock=clock, timeout=5))
    portal = Portal(app)
    _add_routes(portal)
    return portal


def _add_routes(portal: Portal) -> None:
    app = portal.app

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get(f"{API}/me", responses=problems(404))
    async def me() -> dict[str, str]:
        return {"user": str(require_caller().user_id), "correlation": current().correlation_id}

    @app.get(f"{API}/context")
    async def context() -> dict[str, Any]:
        here = current()
        return {
            "traceparent": here.traceparent,
            "deadline": bool(here.deadline),
            "correlation": here.correlation_id,
        }

    @app.get(f"{API}/address")
    async def address(request: Request) -> dict[str, Any]:
        assert request.client
        return {"ip": request.client.host, "headers": sorted(request.headers.keys())}

    @app.get(f"{API}/films")
    async def list_films(query: Annotated[Filter, Query()]) -> dict[str, Any]:
        return query.model_dump()

    @app.get(f"{API}/films/{{tmdb_id}}")
    async def get_film(tmdb_id: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> dict[str, int]:
        return {"id": tmdb_id}

    @app.get(f"{API}/search")
    async def search(query: str) -> dict[str, str]:
        return {"query": query}

    @app.get(f"{API}/jobs/{{id}}")
    async def get_job(id: UUID) -> dict[str, str]:
        return {"id": str(id)}

    @app.post(f"{API}/films", status_code=201)
    async def add_film(body: Film) -> Film:
        portal.created.append(body.title)
        return body

    @app.post(f"{API}/narrow/films", name="add_narrow_once", status_code=201)
    @app.post(f"{API}/once", status_code=201)
    async def add_once(body: Film, once: Idempotent) -> Response:
        async def make() -> Response:
            if body.title == "taken":
                raise Conflict("Already there.")
            portal.created.append(body.title)
            return Response(
                f'{{"number":{len(portal.created)}}}',
                status_code=201,
                media_type="application/json",
                headers={"Location": f"{API}/once/{len(portal.created)}"},
            )

        return await once(make)

    @app.get(f"{API}/narrow")
    async def narrow() -> dict[str, bool]:
        return {"ok": True}

    @app.post(f"{API}/auth/login")
    async def login() -> Response:
        return Response(b'{"ok":true}' + b" " * 2000, media_type="application/json")

    @app.post(f"{API}/webhooks/overseerr", status_code=202)
    async def webhook(request: Request) -> dict[str, Any]:
        body = await request.body()
        return {"length": len(body), "authorization": request.headers.get("authorization")}

    @app.get(f"{API}/big")
    async def big() -> Any:
        return BIG

    @app.get(f"{API}/kept")
    async def kept(response: Response) -> Any:
        response.headers.update(cacheable(max_age=60))
        return BIG

    @app.get(f"{API}/own-policy")
    async def own_policy() -> Response:
        return Response(b"<svg/>", headers={"Content-Security-Policy": OWN_POLICY})

    @app.get(f"{API}/stream")
    async def stream() -> Response:
        async def parts() -> AsyncIterator[bytes]:
            for number in range(50):
                yield b'{"number": %d, "title": "the same again and again"}\n' % number

        return StreamingResponse(parts(), media_type="text/plain")

    @app.get(f"{API}/broken")
    async def broken() -> None:
        raise RuntimeError("the secret reason")

    app.state.asleep = asyncio.Event()

    @app.get(f"{API}/sleeping")
    async def sleeping() -> None:
        app.state.asleep.set()
        await asyncio.Event().wait()

    @app.get(f"{API}/secret")
    async def secret() -> Response:
        return Response(b"x" * 4000, media_type="text/plain", headers=WITH_SECRETS)

    @app.get(f"{API}/cookie")
    async def cookie() -> Response:
        response = Response(b"x" * 4000, media_type="text/plain")
        response.set_cookie("a", "b")
        return response
