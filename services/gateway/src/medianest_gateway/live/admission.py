"""On whose behalf, and until when, something is sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from starlette.requests import HTTPConnection

from medianest_common.contracts.identity import Caller

LASTS = timedelta(hours=12)
"""How long a stream goes on where nothing shorter is known. A session that ends closes it at once all the same."""


@dataclass(frozen=True, slots=True)
class Admission:
    """`issued_at` is when the token or ticket behind it was made, for comparison with revocations, and
    `permissions_version` what it was made under."""

    caller: Caller
    issued_at: datetime
    expires_at: datetime
    permissions_version: int | None = None


class Principal(Protocol):
    """What the authentication middleware leaves in the request's state under this name."""

    @property
    def caller(self) -> Caller: ...

    @property
    def issued_at(self) -> datetime | None: ...

    @property
    def expires_at(self) -> datetime: ...

    @property
    def by_cookie(self) -> bool: ...

    @property
    def permissions_version(self) -> int | None: ...


def shown_by(connection: HTTPConnection, *, now: datetime) -> tuple[Admission | None, bool]:
    """What the authentication middleware found out about a request, and whether it rests on a cookie alone."""
    principal: Principal | None = connection.scope.get("state", {}).get("principal")
    if principal is None:
        return None, False
    # The browser renews its cookie meanwhile, so the end of the present token is not the end of the stream.
    expires_at = now + LASTS if principal.by_cookie else principal.expires_at
    issued_at = principal.issued_at or now
    admission = Admission(
        principal.caller,
        issued_at=issued_at,
        expires_at=expires_at,
        permissions_version=principal.permissions_version,
    )
    return admission, principal.by_cookie
