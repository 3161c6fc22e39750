"""What is asked besides when something does not answer: if that is silent as well, it is our own network.

Nobody outside is asked while all is well, and the gateway only until it has answered once: there are some that never
do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Any

import structlog

from medianest_common.clock import Clock
from medianest_common.errors import MediaNestError
from medianest_health.adapters.dialling import addresses_of, dial, hang_up
from medianest_health.adapters.ping import echo
from medianest_health.adapters.reference import Reference

log = structlog.get_logger()

_SECONDS = 0.8
_KEPT_SECONDS = 5.0
_LEARNT_SECONDS = 60.0
_ROUTES = Path("/proc/net/route")
_ROUTE_COLUMNS = 3


class Network(StrEnum):
    LAN = "lan"
    WAN = "wan"


type Ask = Callable[[Reference], Coroutine[Any, Any, bool]]


class References:
    def __init__(
        self,
        *,
        lan: Sequence[Reference],
        wan: Callable[[], Sequence[Reference]],
        clock: Clock,
        ask: Ask | None = None,
        gateway: Callable[[], Reference | None] | None = None,
    ) -> None:
        """`wan` and `gateway` are looked up anew each time; the gateway is used where there is nothing given for the
        LAN."""
        self._lan = tuple(lan)
        self._wan = wan
        self._clock = clock
        self._ask = ask or answers
        self._gateway = gateway or default_gateway
        self._have_answered: set[Reference] = set()
        self._asked: dict[Reference, tuple[float, asyncio.Task[bool]]] = {}

    @asynccontextmanager
    async def learning(self) -> AsyncIterator[None]:
        """All the time, within the block: the network may come up after us, and lead over another gateway later."""
        task = asyncio.create_task(self._learn_again())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _learn_again(self) -> None:
        while True:
            try:
                await self.learn()
            except Exception:
                log.exception("gateway_not_asked")
            await asyncio.sleep(_LEARNT_SECONDS)

    async def learn(self) -> None:
        """Whether the gateway is one that answers, while all is well."""
        for reference in self._for(Network.LAN):
            if not self._counts(reference):
                await self._answer(reference)

    async def silent(self, network: Network, *, but: Iterable[str]) -> Sequence[Reference]:
        """All that were asked, if none of them has answered. Whoever is at one of the addresses in `but` is in question
        itself."""
        excepted = set(but)
        asked = [each for each in self._for(network) if each.host not in excepted and self._counts(each)]
        if not asked or any(await asyncio.gather(*(self._answer(each) for each in asked))):
            return ()
        return asked

    def _for(self, network: Network) -> Sequence[Reference]:
        if network is Network.WAN:
            return self._wan()
        if self._lan:
            return self._lan
        gateway = self._gateway()
        return (gateway,) if gateway else ()

    def _counts(self, reference: Reference) -> bool:
        return reference.given or reference in self._have_answered

    async def _answer(self, reference: Reference) -> bool:
        """One question for all who ask within a few seconds; that one of them leaves does not end it."""
        now = self._clock.monotonic()
        until, task = self._asked.get(reference, (float("-inf"), None))
        if task is None or (task.done() and now >= until):
            task = asyncio.create_task(self._ask(reference))
            self._asked[reference] = (now + _KEPT_SECONDS, task)
        answered = await asyncio.shield(task)
        if answered:
            self._have_answered.add(reference)
        return answered


async def answers(reference: Reference) -> bool:
    """A refusal is an answer."""
    try:
        async with asyncio.timeout(_SECONDS):
            if reference.port is not None:
                hang_up(await dial(reference.host, reference.port))
                return True
            address = (await addresses_of(reference.host))[0]
            return await echo(address, seconds=_SECONDS * 0.9) is not None
    except ConnectionRefusedError:
        return True
    except (OSError, MediaNestError):
        return False


def default_gateway(routes: Path = _ROUTES) -> Reference | None:
    try:
        lines = routes.read_text().splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        columns = line.split()
        if len(columns) >= _ROUTE_COLUMNS and columns[1] == "00000000" and columns[2] != "00000000":
            address = IPv4Address(int.from_bytes(bytes.fromhex(columns[2]), "little"))
            return Reference(str(address), given=False)
    return None


def network_of(addresses: Iterable[str]) -> Network | None:
    """None for this machine itself. What is in our network as well as outside it is reached inside."""
    found = [ip_address(address.partition("%")[0]) for address in addresses]
    if not found or any(address.is_loopback for address in found):
        return None
    return Network.WAN if all(address.is_global for address in found) else Network.LAN
