"""Connections to the servers that channels lead to: some of everybody, some of a person's own choice."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from medianest_common.clock import Clock
from medianest_common.errors import FieldError, Invalid
from medianest_common.http import (
    AddressPolicy,
    AddressRefused,
    OutgoingClient,
    Timeouts,
    check_url,
    parse_url,
)

MOST_BYTES = 64 * 1024
_MOST_IDLE = 32
_TIMEOUTS = Timeouts(connect=5.0, read=12.0, total=15.0)
_USUAL = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Those the operator vouches for, wherever they are: `ntfy.lan` on its usual ports, `ntfy.lan:8080` on that."""

    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "AllowedHosts":
        return cls(frozenset(entry.strip().lower() for entry in text.split(",") if entry.strip()))

    def policy(self, url: str, reach: AddressPolicy) -> AddressPolicy:
        parsed = parse_url(url, policy=AddressPolicy.OPERATOR)
        host, port = parsed.host.lower(), parsed.port or _USUAL[parsed.scheme]
        name = f"[{host}]" if ":" in host else host
        if f"{name}:{port}" in self.hosts or (port in _USUAL.values() and {host, name} & self.hosts):
            return AddressPolicy.OPERATOR
        return reach


@dataclass(slots=True)
class _Open:
    client: OutgoingClient
    users: int = 0


@dataclass(slots=True)
class Clients:
    """One client for each server, so that one that is down holds up nobody else; those used last stay open."""

    system: str
    clock: Clock
    allowed: AllowedHosts = AllowedHosts()
    _open: OrderedDict[tuple[str, AddressPolicy], _Open] = field(default_factory=OrderedDict)

    async def check(self, server: str, reach: AddressPolicy, *, name: str = "server") -> None:
        """Raises `Invalid` that names the field."""
        try:
            await check_url(server, policy=self.allowed.policy(server, reach))
        except AddressRefused as refused:
            raise Invalid("This address cannot be used.", errors=[FieldError(name, refused.detail)]) from None

    @asynccontextmanager
    async def to(self, server: str, reach: AddressPolicy) -> AsyncIterator[OutgoingClient]:
        key = (server, self.allowed.policy(server, reach))
        if key not in self._open:
            self._open[key] = _Open(
                OutgoingClient(self.system, server, policy=key[1], clock=self.clock, timeouts=_TIMEOUTS)
            )
        used = self._open[key]
        self._open.move_to_end(key)
        used.users += 1
        try:
            yield used.client
        finally:
            used.users -= 1
            await self._close(self._superfluous())

    async def aclose(self) -> None:
        await self._close(list(self._open))

    def _superfluous(self) -> list[tuple[str, AddressPolicy]]:
        many = len(self._open) - _MOST_IDLE
        return [key for key, used in self._open.items() if not used.users][: max(0, many)]

    async def _close(self, keys: Iterable[tuple[str, AddressPolicy]]) -> None:
        for closed in [self._open.pop(key) for key in keys]:
            await closed.client.aclose()
