"""Addresses of servers that people run themselves."""

from base64 import b64encode
from urllib.parse import urlsplit

from medianest_common.http import AddressPolicy, AddressRefused, parse_url


def server_address(value: str) -> str:
    """For a pydantic validator: http or https, with a path where there is one, and nothing more."""
    value = value.strip().rstrip("/")
    try:
        parsed = parse_url(value, policy=AddressPolicy.OPERATOR)
    except AddressRefused as refused:
        raise ValueError(refused.detail) from None
    if parsed.query or parsed.fragment or value.endswith(("?", "#")):
        raise ValueError("must be the address of the server alone")
    return value


def authority(server: str) -> str:
    return urlsplit(server).netloc


def basic(user: str, password: str) -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
