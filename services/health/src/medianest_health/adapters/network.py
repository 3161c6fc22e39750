"""Whether it is we who cannot reach anything."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

_SECONDS = 1.0
_NO_WAY = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL})
_NO_PLACES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_ANY_PORT = 9

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


async def own_trouble(
    url: str, *, resolve: Resolve = resolve, route_error: Callable[[int, str], int] = route_error
) -> str | None:
    """None if the other side is to blame, as far as can be told without asking anybody else.

    A name server that does not answer, or no route to any of the addresses, is trouble of our own; a name that does not
    exist, and a connection that is refused or ignored, is not.
    """
    host = urlsplit(url).hostname or "" if "://" in url else url
    try:
        async with asyncio.timeout(_SECONDS):
            addresses = await resolve(host)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            return "Names cannot be looked up from here at the moment."
        return None
    except TimeoutError:
        return "Names cannot be looked up from here at the moment."
    errors = [route_error(family, address) for family, address in addresses]
    if any(error in _NO_PLACES for error in errors):
        return "This machine cannot open more connections."
    if errors and all(error in _NO_WAY for error in errors):
        return "This machine has no network to reach it by."
    return None
