"""What may be kept of a browser: its family, its platform and a shortened network address."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\b(?:OPR|Opera)/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Chrome|Chromium|CriOS)/")),
    ("Safari", re.compile(r"\bVersion/[\d.]+ .*\bSafari/")),
    ("curl", re.compile(r"^curl/")),
)
_PLATFORMS = (
    ("Android", re.compile(r"\bAndroid\b")),
    ("iOS", re.compile(r"\b(?:iPhone|iPad|iPod)\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("macOS", re.compile(r"\b(?:Macintosh|Mac OS X)\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)
_LONGEST = 512


class Browser(NamedTuple):
    family: str
    platform: str


def parse_user_agent(user_agent: str) -> Browser:
    """Families only; `Other` for what is not recognised."""
    text = user_agent[:_LONGEST]
    return Browser(_first(_BROWSERS, text), _first(_PLATFORMS, text))


def address_of(ip: str) -> str:
    """In canonical form; empty when it is no address."""
    return str(_parse(ip) or "")


def network_of(ip: str) -> str:
    """The /24 or /48 that an address belongs to; empty when it is no address."""
    address = _parse(ip)
    if address is None:
        return ""
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def limited_network(ip: str) -> str:
    """Whose attempts are counted together: one IPv4 address, or the /64 that one household has of IPv6."""
    address = _parse(ip)
    if address is None or address.version == 4:
        return str(address or "unknown")
    return str(ip_network((address, 64), strict=False))


def _parse(ip: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(ip.strip().partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _first(families: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str:
    return next((name for name, pattern in families if pattern.search(text)), "Other")
