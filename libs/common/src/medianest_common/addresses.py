"""Which addresses we connect to. Needs nothing but the standard library, so that a small process can ask it too."""

from collections.abc import Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from medianest_common.errors import Invalid

type Address = IPv4Address | IPv6Address


class AddressRefused(Invalid):
    """The address is one we never connect to under the caller's `AddressPolicy`; nothing was sent."""

    title = "This address is not allowed"


class AddressPolicy(StrEnum):
    """Who chose the address decides how far it reaches."""

    OPERATOR = "operator"
    """From the configuration of the installation: anywhere, this machine included."""
    ADMIN = "admin"
    """Set in the admin page: private networks yes, this machine and cloud metadata no."""
    MONITOR = "monitor"
    """What an administrator wants watched: anywhere, this machine included, but never cloud metadata."""
    USER = "user"
    """Set by a user: the public Internet only."""


_THIS_MACHINE_TOO = frozenset({AddressPolicy.OPERATOR, AddressPolicy.MONITOR})
# Our own servers and other systems that obey whoever can send them a line of text.
_DENIED_PORTS = frozenset(
    {22, 23, 25, 53, 110, 143, 465, 587, 2375, 2379, 4222, 5432, 6222, 6379, 8222, 9200, 11211, 27017}
)
_METADATA = frozenset(
    ip_address(text)
    for text in ("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
)
_METADATA_NETWORK = IPv4Network("169.254.0.0/16")
_NAT64 = IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE = IPv6Network("::/96")
_THIS_NETWORK = IPv4Network("0.0.0.0/8")


def check_address(address: str, port: int, *, policy: AddressPolicy) -> None:
    """For connections that others make: of an address that is about to be dialled. Raises `AddressRefused`."""
    check_port(port, policy=policy)
    try:
        literal = ip_address(address.partition("%")[0])
    except ValueError:
        raise AddressRefused("This is not an address.") from None
    check_literal(literal, policy=policy)


def check_name(host: str, *, policy: AddressPolicy) -> None:
    name = host.rstrip(".").lower()
    if policy not in _THIS_MACHINE_TOO and (name == "localhost" or name.endswith(".localhost")):
        raise AddressRefused("This address is not allowed.")


def check_port(port: int, *, policy: AddressPolicy) -> None:
    if not 0 < port < 65536:
        raise AddressRefused("This is not a port.")
    if policy in _THIS_MACHINE_TOO:
        return
    privileged_for_users = policy is AddressPolicy.USER and port < 1024 and port not in (80, 443)
    if port in _DENIED_PORTS or privileged_for_users:
        raise AddressRefused("This port is not allowed.")


def check_literal(address: Address, *, policy: AddressPolicy) -> None:
    if policy is AddressPolicy.OPERATOR:
        return
    for form in _forms(address):
        if policy is AddressPolicy.MONITOR:
            refused = _is_metadata(form)
        else:
            refused = _never(form) or (policy is AddressPolicy.USER and not form.is_global)
        if refused:
            raise AddressRefused("This address is not allowed.")


def _is_metadata(address: Address) -> bool:
    return address in _METADATA or (isinstance(address, IPv4Address) and address in _METADATA_NETWORK)


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
