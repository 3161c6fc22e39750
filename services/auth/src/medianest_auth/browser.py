"""What may be kept of a browser: its family, its major version, its platform and a shortened network address."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

_LONGEST = 512
UNKNOWN = "Other"
NOBODY = "unknown"
_MOBILE = ("Chrome Mobile", "Chromium", "HeadlessChrome")
_FAMILIES = {
    "Mobile Safari": "Safari",
    "Opera Mobile": "Opera",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Mobile Safari UI/WKWebView": "Safari",
}
_PLATFORMS = {
    "Mac OS X": "macOS",
    "Chrome OS": "ChromeOS",
    "Ubuntu": "Linux",
    "Fedora": "Linux",
    "Debian": "Linux",
}


class Browser(NamedTuple):
    family: str
    platform: str
    version: str = ""
    """The major one; empty when it says none."""

    def is_like(self, *, family: str, platform: str) -> bool:
        """Whether it may be the same one, updated or not."""
        return (self.family, self.platform) == (family, platform)


def parse_user_agent(user_agent: str) -> Browser:
    """Families only, those of telephones under the name of their big sisters; `Other` for what is not recognised."""
    import ua_parser  # with all it knows of browsers, when the first of them comes

    text = user_agent[:_LONGEST]
    agent, platform = ua_parser.parse_user_agent(text), ua_parser.parse_os(text)
    family = agent.family if agent else UNKNOWN
    if family.startswith(_MOBILE):
        family = "Chrome"
    return Browser(
        _FAMILIES.get(family, family),
        _PLATFORMS.get(platform.family, platform.family) if platform else UNKNOWN,
        (agent.major or "") if agent else "",
    )


def address_of(ip: str) -> str:
    """In canonical form; empty when it is no address."""
    return str(_parse(ip) or "")


def network_of(ip: str) -> str:
    """The /24 or /48 that an address belongs to; empty when it is no address."""
    address = _parse(ip)
    if address is None:
        return ""
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def coarse(place: str) -> str:
    """An address or network, as much of it as people are shown."""
    return place if "/" in place else network_of(place)


def limited_network(ip: str) -> str:
    """Whose attempts are counted together: one IPv4 address, or the /64 that one household has of IPv6. `NOBODY` when
    a proxy does not say who its client is."""
    address = _parse(ip)
    if address is None or address.version == 4:
        return str(address or NOBODY)
    return str(ip_network((address, 64), strict=False))


def _parse(ip: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(ip.strip().partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
