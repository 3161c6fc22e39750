"""Where we may connect to. Addresses are checked after resolution and the checked one is dialled, so a name that
changes its answer between check and use gains nothing."""

import asyncio
import re
import socket
import ssl
from collections.abc import Iterable, Sequence
from functools import cache
from ipaddress import ip_address

import httpcore
import httpx

from medianest_common.addresses import (
    AddressPolicy,
    AddressRefused,
    check_literal,
    check_name,
    check_port,
)

type SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


_FORBIDDEN_IN_URL = re.compile(r"[\x00-\x20\x7f\\]")


def parse_url(url: str, *, policy: AddressPolicy) -> httpx.URL:
    """What can be judged without the network: scheme, form, port, literal addresses. Raises `AddressRefused`."""
    if _FORBIDDEN_IN_URL.search(url):
        raise AddressRefused("The address contains characters that do not belong in one.")
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("This is not a web address.") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise AddressRefused("The address must start with http:// or https:// and name a host.")
    if parsed.userinfo:
        raise AddressRefused("The address must not contain a user name or password.")
    check_name(parsed.host, policy=policy)
    check_port(_port(parsed), policy=policy)
    try:
        literal = ip_address(parsed.host)
    except ValueError:
        return parsed
    check_literal(literal, policy=policy)
    return parsed


async def check_url(url: str, *, policy: AddressPolicy, timeout: float = 3.0) -> httpx.URL:
    """As `parse_url`, and resolves the name too: for settings, before they are saved."""
    parsed = parse_url(url, policy=policy)
    port = _port(parsed)
    try:
        async with asyncio.timeout(timeout):
            await resolve(parsed.host, port, policy=policy)
    except (OSError, TimeoutError):
        raise AddressRefused("The host name of this address cannot be found.") from None
    return parsed


async def resolve(host: str, port: int, *, policy: AddressPolicy) -> list[str]:
    """Every address of the host, all of them allowed; one forbidden address among them refuses the whole name."""
    check_name(host, policy=policy)
    check_port(port, policy=policy)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise AddressRefused("This is not a host name.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        check_literal(ip_address(text), policy=policy)
    return addresses


def _port(url: httpx.URL) -> int:
    if url.port is not None:
        return url.port
    return 443 if url.scheme == "https" else 80


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Dials only what `resolve` allowed. TLS and the Host header still use the name."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        self._dialler = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await resolve(host, port, policy=self._policy)
                return await self._dial(addresses, port, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(error) from error
        except OSError as error:
            raise httpcore.ConnectError(error) from error

    async def _dial(
        self,
        addresses: Sequence[str],
        port: int,
        local_address: str | None,
        socket_options: Iterable[SocketOption] | None,
    ) -> httpcore.AsyncNetworkStream:
        for address in addresses[:-1]:
            try:
                return await self._dialler.connect_tcp(address, port, 1.0, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._dialler.connect_tcp(addresses[-1], port, None, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SocketOption] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("Unix sockets are not allowed.")

    async def sleep(self, seconds: float) -> None:
        await self._dialler.sleep(seconds)


@cache
def public_authorities() -> ssl.SSLContext:
    """One for all connections: to read them takes tens of milliseconds, in which nothing else runs."""
    return httpx.create_ssl_context()


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a pool that dials through the guard."""

    def __init__(
        self,
        *,
        policy: AddressPolicy,
        tls: ssl.SSLContext | None,
        connections: int,
        keepalive_expiry: float,
        proxy: str | None = None,
    ) -> None:
        # The only address that is dialled then.
        dialled = AddressPolicy.OPERATOR if proxy else policy
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or public_authorities(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=keepalive_expiry,
            network_backend=_GuardedBackend(dialled),
            proxy=_proxy(proxy) if proxy else None,
        )


def _proxy(url: str) -> httpcore.Proxy:
    """http:// or https://, with a name and password in it where the proxy wants them."""
    parsed = httpx.URL(url)
    if parsed.scheme not in ("http", "https"):
        raise ValueError("only http and https proxies are spoken to")
    auth = (parsed.username, parsed.password) if parsed.userinfo else None
    bare = parsed.copy_with(username=None, password=None)
    return httpcore.Proxy(str(bare), auth=auth)
