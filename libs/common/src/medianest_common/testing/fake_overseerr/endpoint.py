"""One operation of the API, and what every call passes before its handler."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .description import Description
from .numbers import Permission
from .refusals import NoAccess, Refused
from .state import State, User

type Json = dict[str, Any]
type Handler = Callable[["Incoming"], Awaitable[Response]]
type Hang = Callable[[Request], Awaitable[None]]

SIGNED_IN = Permission(0)


@dataclass(frozen=True, kw_only=True)
class Incoming:
    user: User | None
    query: Json
    path: Json
    body: Json

    @property
    def acting(self) -> User:
        if self.user is None:
            raise NoAccess
        return self.user


@dataclass(frozen=True)
class Endpoint:
    method: str
    template: str
    handler: Handler
    any_of: Permission = SIGNED_IN
    """Permissions of which one is enough; ADMIN always is."""


class Gate:
    """In the order of the real server: credentials present, input valid, user known, permission held."""

    def __init__(self, state: State, *, description: Description, hang: Hang) -> None:
        self._state = state
        self._description = description
        self._hang = hang

    def serves(self, endpoint: Endpoint) -> bool:
        return self._description.operation(endpoint.template, endpoint.method) is not None

    async def answer(self, endpoint: Endpoint, request: Request) -> Response:
        template, method = endpoint.template, endpoint.method
        public = self._description.is_public(template, method)
        key = request.headers.get("x-api-key")
        if not public and key is None and "connect.sid" not in request.cookies:
            message = "cookie 'connect.sid' required"
            raise Refused(401, message, errors=[{"path": request.url.path, "message": message}])
        raw = await request.body()
        path = self._description.path(template, method, request.path_params)
        query = self._description.query(template, method, request.scope["query_string"].decode("latin-1"))
        body = self._description.body(template, method, request.headers.get("content-type", ""), raw)
        user = None
        if key == self._state.api_key:
            user = await self._acting_user(request)
        if not public and (user is None or (endpoint.any_of and not user.may(endpoint.any_of))):
            raise NoAccess
        return await endpoint.handler(Incoming(user=user, query=query, path=path, body=body))

    async def _acting_user(self, request: Request) -> User | None:
        """The owner, or who `X-API-User` names. A name that is no number is never answered."""
        named = request.headers.get("x-api-user")
        if not named:
            return self._state.users[1]
        try:
            return self._state.users.get(int(named))
        except ValueError:
            await self._hang(request)
            return None


def created(body: Json | list[Json]) -> JSONResponse:
    return JSONResponse(body, status_code=201)


def nothing() -> Response:
    return Response(status_code=204)


def paged[T](rows: list[T], query: Json, *, default: int = 10) -> tuple[list[T], int, int]:
    """The rows of the page, `take` and `skip`; a negative `take` is no limit, as in SQLite."""
    take = int(query.get("take") or default)
    skip = int(query.get("skip") or 0)
    start = max(skip, 0)
    return rows[start:] if take < 0 else rows[start : start + take], take, skip
