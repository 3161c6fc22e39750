"""Where we may connect to. Addresses are checked after resolution and the checked one is dialled, so a name that
changes its answer between check and use gains nothing."""

import asyncio
import re
import socket
import ssl
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpcore
import httpx

from medianest_common.http.errors import AddressRefused

type Address = IPv4Address | IPv6Address
type SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class AddressPolicy(StrEnum):
    """Who chose the address decides how far it reaches."""

    OPERATOR = "operator"
    """From the configuration of the installation: anywhere, this machine included."""
    ADMIN = "admin"
    """Set in the admin page: private networks yes, this machine and cloud metadata no."""
    USER = "user"
    """Set by a user: the public Internet only."""


# Our own servers and other systems that obey whoever can send them a line of text.
_DENIED_PORTS = frozenset(
    {22, 23, 25, 53, 110, 143, 465, 587, 2375, 2379, 4222, 5432, 6222, 6379, 8222, 9200, 11211, 27017}
)
_METADATA = frozenset(
    ip_address(text)
    for text in ("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
)
_NAT64 = IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE = IPv6Network("::/96")
_THIS_NETWORK = IPv4Network("0.0.0.0/8")
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
    _check_name(parsed.host, policy=policy)
    _check_port(_port(parsed), policy=policy)
    try:
        literal = ip_address(parsed.host)
    except ValueError:
        return parsed
    _check_address(literal, policy=policy)
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
    _check_name(host, policy=policy)
    _check_port(port, policy=policy)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise AddressRefused("This is not a host name.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        _check_address(ip_address(text), policy=policy)
    return addresses


def check_address(address: str, port: int, *, policy: AddressPolicy) -> None:
    """For connections that others make: of an address that is about to be dialled. Raises `AddressRefused`."""
    _check_port(port, policy=policy)
    try:
        literal = ip_address(address.partition("%")[0])
    except ValueError:
        raise AddressRefused("This is not an address.") from None
    _check_address(literal, policy=policy)


def _port(url: httpx.URL) -> int:
    if url.port is not None:
        return url.port
    return 443 if url.scheme == "https" else 80


def _check_name(host: str, *, policy: AddressPolicy) -> None:
    name = host.rstrip(".").lower()
    if policy is not AddressPolicy.OPERATOR and (name == "localhost" or name.endswith(".localhost")):
        raise AddressRefused("This address is not allowed.")


def _check_port(port: int, *, policy: AddressPolicy) -> None:
    if not 0 < port < 65536:
        raise AddressRefused("This is not a port.")
    if policy is AddressPolicy.OPERATOR:
        return
    privileged_for_users = policy is AddressPolicy.USER and port < 1024 and port not in (80, 443)
    if port in _DENIED_PORTS or privileged_for_users:
        raise AddressRefused("This port is not allowed.")


def _check_address(address: Address, *, policy: AddressPolicy) -> None:
    if policy is AddressPolicy.OPERATOR:
        return
    for form in _forms(address):
        if _never(form) or (policy is AddressPolicy.USER and not form.is_global):
            raise AddressRefused("This address is not allowed.")


def _never(address: Address) -> bool:
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
        or address in _METADATA
        or (isinstance(address, IPv4Address) and address in _THIS_NETWORK)
        or (isinstance(address, IPv6Address) and address.is_site_local)
    )


def _forms(address: Address) -> Sequence[Address]:
    """The address that is really reached: an IPv4 address hidden in an IPv6 one counts as itself."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour, address)
    if address.teredo:
        return (*address.teredo, address)
    if address in _NAT64 or (address in _V4_COMPATIBLE and int(address) > 1):
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    return (address,)


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
