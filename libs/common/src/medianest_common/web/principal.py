"""Who an HTTP request comes from, as the gateway's authentication found out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from medianest_common.contracts.identity import Caller
from medianest_common.errors import Unauthenticated


class Outdated(Unauthenticated):
    """The token was a good one once, so whoever shows it is not guessing."""


@dataclass(frozen=True, slots=True)
class Principal:
    """`by_cookie` callers have to prove with a CSRF token that the page was ours."""

    caller: Caller
    expires_at: datetime
    by_cookie: bool
    issued_at: datetime | None = None
    """When the token was made; what is revoked later than that ends streams that were opened with it."""

    permissions_version: int | None = None
    """What the token was made under; None where the role is looked up each time."""


class Authenticator(Protocol):
    async def __call__(self, token: str, *, by_cookie: bool) -> Principal:
        """Raises `Unauthenticated` for a token that is wrong, too old or revoked."""
        ...
