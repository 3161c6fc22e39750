"""Connections to where a monitor says, and what it means that there is none."""

import asyncio
import socket
import ssl

from medianest_common.contracts.health import MonitorState
from medianest_common.http import AddressPolicy, AddressRefused, resolve
from medianest_health.adapters.probe import Finding, OwnTrouble

_FOR_ALL_BUT_THE_LAST = 1.0
_NO_SUCH_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})

type Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def addresses_of(host: str, port: int = 1) -> list[str]:
    """Raises `AddressRefused`, and `OSError` where the name leads nowhere."""
    return await resolve(host, port, policy=AddressPolicy.MONITOR)


async def dial(
    host: str, port: int, *, tls: ssl.SSLContext | None = None, server_name: str | None = None
) -> Connection:
    """To the first of its addresses that takes the connection. Whoever calls it bounds the time."""
    addresses = await addresses_of(host, port)
    named = (server_name or host) if tls else None
    for address in addresses[:-1]:
        try:
            async with asyncio.timeout(_FOR_ALL_BUT_THE_LAST):
                return await asyncio.open_connection(address, port, ssl=tls, server_hostname=named)
        except OSError:
            continue
    return await asyncio.open_connection(addresses[-1], port, ssl=tls, server_hostname=named)


def hang_up(connection: Connection) -> None:
    connection[1].transport.abort()


async def unreachable(name: str, error: Exception, *, host: str, own_trouble: OwnTrouble) -> Finding:
    """Of a connection that did not come about: down, unless it is we who cannot reach anything."""
    if isinstance(error, AddressRefused):
        return Finding(MonitorState.DOWN, message=error.detail)
    if trouble := await own_trouble(host):
        return Finding(MonitorState.UNKNOWN, message=trouble)
    return Finding(MonitorState.DOWN, message=f"{name} {_in_words(error)}.")


def _in_words(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "did not answer in time"
        case ConnectionRefusedError():
            return "refuses the connection"
        case socket.gaierror(errno=number) if number in _NO_SUCH_HOST:
            return "has a host name that leads to no address"
        case ssl.SSLError() | ConnectionResetError() | EOFError():
            return "broke off the connection"
        case _:
            return "cannot be reached"
