"""Whether it is we who cannot reach anything."""

import asyncio
import errno
import math
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from medianest_common.clock import Clock
from medianest_health.adapters.reference import Reference
from medianest_health.adapters.references import Network, References, network_of

_SECONDS = 0.6
_NO_WAY = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL})
_NO_PLACES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_ANY_PORT = 9
_NO_NAMES = "Names cannot be looked up from here at the moment."
_SURE_AFTER = 3
_ASKED_AGAIN_SECONDS = 600.0
_RECOVERED_SECONDS = 60.0
"""A host that was not to blame for so long, or for twice as long as usual, has answered meanwhile."""
_MOST_REMEMBERED = 2000

type Resolve = Callable[[str], Awaitable[list[tuple[int, str]]]]


async def resolve(host: str) -> list[tuple[int, str]]:
    """Address families and addresses."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    return [(family, str(address[0])) for family, _, _, _, address in found]


def route_error(family: int, address: str) -> int:
    """What the system says about the way to the address; nothing is sent."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0)
            return sock.connect_ex((address, _ANY_PORT))
    except OSError as error:
        return error.errno or 0


@dataclass(frozen=True, slots=True)
class _Way:
    addresses: Sequence[str] = ()
    trouble: str | None = None


async def own_trouble(
    url: str, *, resolve: Resolve = resolve, route_error: Callable[[int, str], int] = route_error
) -> str | None:
    """None if the other side is to blame, as far as can be told without asking anybody else. For a host or a URL.

    A name server that does not answer, or no route to any of the addresses, is trouble of our own; a name that does not
    exist, and a connection that is refused or ignored, is not.
    """
    return (await _way(_host(url), resolve=resolve, route_error=route_error)).trouble


@dataclass(slots=True)
class _Blamed:
    """How often in a row a host was to blame, when the references were last asked about it, and how soon it was to
    blame again."""

    asked_at: float
    last_at: float
    times: int = 1
    every: float = math.inf


class OwnNetwork:
    """As `own_trouble`, and asks the references of the network that the host is in. Whether the Internet is there says
    nothing about what is in our own network.

    Of a host that was to blame several times they are asked every ten minutes only: it is down whatever they say.
    """

    def __init__(
        self,
        references: References,
        *,
        clock: Clock,
        resolve: Resolve = resolve,
        route_error: Callable[[int, str], int] = route_error,
    ) -> None:
        self._references = references
        self._clock = clock
        self._resolve = resolve
        self._route_error = route_error
        self._blamed: dict[str, _Blamed] = {}

    async def __call__(self, url: str) -> str | None:
        host = _host(url)
        way = await _way(host, resolve=self._resolve, route_error=self._route_error)
        network = network_of(way.addresses)
        if way.trouble or network is None or self._is_surely_to_blame(host):
            return way.trouble
        silent = await self._references.silent(network, but=(host, *way.addresses))
        if silent:
            self._blamed.pop(host, None)
            return _in_words(network, silent)
        self._blame(host)
        return None

    def _is_surely_to_blame(self, host: str) -> bool:
        blamed = self._blamed.get(host)
        if blamed is None:
            return False
        now = self._clock.monotonic()
        passed = now - blamed.last_at
        has_recovered = passed > max(_RECOVERED_SECONDS, 2 * blamed.every)
        if has_recovered or now - blamed.asked_at >= _ASKED_AGAIN_SECONDS:
            del self._blamed[host]
            return False
        blamed.last_at, blamed.every = now, min(blamed.every, passed)
        return blamed.times >= _SURE_AFTER

    def _blame(self, host: str) -> None:
        now = self._clock.monotonic()
        if blamed := self._blamed.pop(host, None):
            blamed.times, blamed.asked_at = blamed.times + 1, now
        elif len(self._blamed) >= _MOST_REMEMBERED:
            del self._blamed[next(iter(self._blamed))]
        self._blamed[host] = blamed or _Blamed(asked_at=now, last_at=now)


async def _way(host: str, *, resolve: Resolve, route_error: Callable[[int, str], int]) -> _Way:
    try:
        async with asyncio.timeout(_SECONDS):
            addresses = await resolve(host)
    except socket.gaierror as error:
        return _Way(trouble=_NO_NAMES if error.errno == socket.EAI_AGAIN else None)
    except (TimeoutError, UnicodeError) as error:
        return _Way(trouble=_NO_NAMES if isinstance(error, TimeoutError) else None)
    errors = [route_error(family, address) for family, address in addresses]
    if any(error in _NO_PLACES for error in errors):
        return _Way(trouble="This machine cannot open more connections.")
    if errors and all(error in _NO_WAY for error in errors):
        return _Way(trouble="This machine has no network to reach it by.")
    return _Way([address for _, address in addresses])


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "") if "://" in url else url


def _in_words(network: Network, silent: Sequence[Reference]) -> str:
    names = ", ".join(dict.fromkeys(map(str, silent)))
    also = f"{names} {'does' if len(silent) == 1 else 'do'} not answer either."
    if network is Network.WAN:
        return f"The Internet cannot be reached from here: {also}"
    return f"Our own network seems to be away: {also}"
