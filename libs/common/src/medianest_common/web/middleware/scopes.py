"""What a personal token may be used for. Roles are the services' business; this only takes away from them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.contracts import identity
from medianest_common.errors import Forbidden
from medianest_common.web.exchange import UNSAFE_METHODS, exchange_of

type Scopes = frozenset[identity.Scope]

NONE: Scopes = frozenset()


class ScopeMissing(Forbidden):
    title = "This token was not made for that"


@dataclass(frozen=True, slots=True)
class Grant:
    """Any one of the scopes is enough; where there is none, a personal token is refused.

    `path` stands for all that lies below it as well, and `*` in it for one segment.
    """

    path: str
    reading: Scopes = NONE
    changing: Scopes = NONE


class Grants:
    """The first one that fits decides; what none fits is refused, so that a new route is closed until it is named."""

    def __init__(self, grants: Sequence[Grant]) -> None:
        self._grants = [(re.compile(_pattern(grant.path)), grant) for grant in grants]

    def needed(self, method: str, path: str) -> Scopes:
        for pattern, grant in self._grants:
            if pattern.match(path):
                return grant.changing if method in UNSAFE_METHODS else grant.reading
        return NONE


class TokenScopes:
    def __init__(self, app: ASGIApp, *, grants: Sequence[Grant]) -> None:
        self._app = app
        self._grants = Grants(grants)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        if exchange.principal is not None and exchange.principal.caller.scopes is not None:
            self._check(exchange.method, exchange.path, exchange.principal.caller.scopes)
        await self._app(scope, receive, send)

    def _check(self, method: str, path: str, scopes: Scopes) -> None:
        needed = self._grants.needed(method, path)
        if not needed:
            raise Forbidden("A personal token cannot do this. Sign in yourself.")
        if needed.isdisjoint(scopes):
            names = " or ".join(f"`{scope}`" for scope in sorted(needed))
            raise ScopeMissing(f"It takes a token with the scope {names}.")


def _pattern(path: str) -> str:
    parts = ["[^/]+" if part == "*" else re.escape(part) for part in path.split("/")]
    return "/".join(parts) + r"(?:/|\Z)"
