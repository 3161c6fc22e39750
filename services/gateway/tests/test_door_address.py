"""Whether people come by the address that the settings name."""

import pytest

from medianest_common.contracts.health.findings import FindingCode
from medianest_common.settings import load
from medianest_gateway.door import at_the_door
from medianest_gateway.settings import GatewaySettings


@pytest.mark.parametrize(
    "base_url, host, found",
    [
        ("https://nest.example.org", "nest.example.org", []),
        ("https://nest.example.org:8443", "nest.example.org:8443", []),
        ("https://nest.example.org", "192.168.1.5:8585", [FindingCode.BASE_URL_DIFFERS]),
        ("http://localhost:8585", "127.0.0.1:8585", []),
        ("http://localhost:8585", "nas.local:8585", [FindingCode.BASE_URL_DIFFERS]),
        ("http://nas.local:8585", "nas.local:8585", [FindingCode.BASE_URL_PLAIN]),
        ("https://nest.example.org", "", []),
        ("http://[::1]:8585", "[::1]:8585", []),
    ],
    ids=[
        "as named",
        "with a port",
        "by number",
        "at home",
        "from elsewhere",
        "without TLS",
        "no host",
        "IPv6",
    ],
)
def test_what_is_said_of_the_address(base_url: str, host: str, found: list[FindingCode]) -> None:
    settings = load(GatewaySettings, base_url=base_url)
    assert [each.code for each in at_the_door(settings, host=host)] == found
