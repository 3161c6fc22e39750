"""What plex.tv knows: accounts, who may use the server, and sign-in PINs."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from medianest_common.clock import Clock
from medianest_common.testing.planted import MARK

if TYPE_CHECKING:
    from .watchlist import WatchedTitle

type Access = Literal["owner", "friend", "pending", "none"]

_STRONG_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_LINK_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_token() -> str:
    return MARK + secrets.token_urlsafe(5)


@dataclass(eq=False, kw_only=True)
class FakeAccount:
    id: int
    uuid: str
    username: str
    title: str
    email: str | None
    joined_at: datetime
    confirmed: bool = True
    """Whether the link that plex.tv sent to the address has been opened."""
    access: Access = "none"
    libraries: list[str] | None = None
    """Titles of the shared libraries; None shares all."""
    managed: bool = False
    restricted: bool = False
    token: str = field(default_factory=new_token)
    """The account token, which plex.tv hands out for a claimed PIN."""
    server_token: str = field(default_factory=new_token)
    """The token for the media server, listed in this account's resources."""

    watchlist: "list[WatchedTitle]" = field(default_factory=list)
    """The oldest first."""

    @property
    def has_access(self) -> bool:
        return self.access in ("owner", "friend")

    @property
    def thumb(self) -> str:
        return f"https://plex.tv/users/{self.uuid}/avatar?c={int(self.joined_at.timestamp())}"


@dataclass(eq=False, kw_only=True)
class Pin:
    id: int
    code: str
    client_identifier: str
    product: str
    created_at: datetime
    expires_at: datetime
    account: FakeAccount | None = None


class PlexAccounts:
    """All accounts and PINs; the first account owns the server."""

    def __init__(self, *, clock: Clock, owner: str, owner_email: str, pin_seconds: int) -> None:
        self._clock = clock
        self._pin_seconds = pin_seconds
        self._pins: dict[int, Pin] = {}
        self.all: list[FakeAccount] = []
        self.webhook_urls: list[str] = []
        self.owner = self.add(owner, email=owner_email, access="owner")

    def add(
        self,
        username: str,
        *,
        email: str | None = None,
        title: str | None = None,
        access: Access = "none",
        libraries: list[str] | None = None,
        managed: bool = False,
    ) -> FakeAccount:
        account = FakeAccount(
            id=12_000_001 + 7 * len(self.all),
            uuid=secrets.token_hex(8),
            username=username,
            title=title or username,
            email=email,
            joined_at=self._clock.now() - timedelta(days=900),
            access=access,
            libraries=libraries,
            managed=managed,
            restricted=managed,
        )
        self.all.append(account)
        return account

    @property
    def shared(self) -> list[FakeAccount]:
        """Everyone the server is shared with, invitations not yet accepted included; never the owner."""
        return [account for account in self.all if account.access in ("friend", "pending")]

    def by_id(self, id: int) -> FakeAccount | None:
        return next((account for account in self.all if account.id == id), None)

    def by_token(self, token: str | None) -> FakeAccount | None:
        return next((account for account in self.all if account.token == token), None)

    def by_server_token(self, token: str | None) -> FakeAccount | None:
        """Whoever may use the server with it; the owner's account token counts as well."""
        for account in self.all:
            known = (
                (account.server_token, account.token)
                if account.access == "owner"
                else (account.server_token,)
            )
            if account.has_access and token in known:
                return account
        return None

    def new_pin(self, client_identifier: str, *, product: str, strong: bool) -> Pin:
        alphabet, length = (_STRONG_ALPHABET, 25) if strong else (_LINK_ALPHABET, 4)
        now = self._clock.now()
        pin = Pin(
            id=1_000_000_000 + len(self._pins),
            code="".join(secrets.choice(alphabet) for _ in range(length)),
            client_identifier=client_identifier,
            product=product,
            created_at=now,
            expires_at=now + timedelta(seconds=self._pin_seconds),
        )
        self._pins[pin.id] = pin
        return pin

    def pin(self, id: int, client_identifier: str | None) -> Pin | None:
        """None when unknown, expired, or made by another client identifier."""
        pin = self._pins.get(id)
        if pin is None or pin.client_identifier != client_identifier or not self._alive(pin):
            return None
        return pin

    def seconds_left(self, pin: Pin) -> int:
        return int((pin.expires_at - self._clock.now()).total_seconds())

    def claim(self, code: str, account: FakeAccount) -> Pin:
        """Raises LookupError when no PIN with this code can be claimed any more."""
        for pin in self._pins.values():
            if pin.code == code and self._alive(pin):
                pin.account = account
                return pin
        raise LookupError("no such PIN, or it expired")

    def _alive(self, pin: Pin) -> bool:
        return self._clock.now() < pin.expires_at
