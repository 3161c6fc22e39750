"""What administrators send about outside systems, and what may never be in it."""

from typing import Any

import pytest
from pydantic import ValidationError

from medianest_common.contracts.integrations import IntegrationBody, IntegrationKind, TryIntegrationBody
from medianest_common.errors import Invalid
from medianest_common.integrations import Keyed, Values, origin_of


@pytest.mark.parametrize("body", [IntegrationBody, TryIntegrationBody])
@pytest.mark.parametrize(
    "options", [{"rootFolder": "/a\x00"}, {"\ud800": "x"}, {"tags": "x" * 501}, {"tags": 1}]
)
def test_options_hold_only_what_can_be_stored(body: type[Any], options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        body.model_validate({"url": "http://nas", "version": 0, "options": options})


def test_a_secret_is_shown_by_no_body() -> None:
    assert "hidden" not in repr(IntegrationBody(url="http://nas", secret="hidden", version=0))
    assert "hidden" not in repr(TryIntegrationBody(secret="hidden"))
    assert "hidden" not in repr(Values("http://nas", "hidden"))


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("http://nas:5055", "http://NAS:5055/base", True),
        ("https://nas", "https://nas:443/", True),
        ("http://nas", "https://nas", False),
        ("http://nas:1", "http://nas:2", False),
        ("http://nas", "http://nas.example.org", False),
        ("http://nas@evil", "http://nas", False),
        ("http://nas:0x50", "http://nas", False),
        ("", "http://nas", False),
    ],
)
def test_whom_a_secret_was_given_for(one: str, other: str, same: bool) -> None:
    assert (origin_of(one) == origin_of(other)) is same


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "nas",
            "//nas",
            "file:///etc/passwd",
            "http://",
            "http://[::1",
            "http://nas:port",
            "http://nas:70000",
        ),
        *(
            "http://169.254.169.254/",
            "http://[fd00:ec2::254]/",
            "http://u:p@nas",
            "http://na s",
        ),
        *(
            "http://nas/\r\nX: y",
            "gopher://nas",
            "http://nas?apikey=1",
            "http://nas#x",
        ),
    ],
)
def test_no_address_that_leads_nowhere_or_where_nobody_may_ask(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        Keyed(kind=IntegrationKind.RADARR, name="Radarr").cleaned(Values(url, "k"))
    assert [each.field for each in refused.value.errors or ()] == ["url"]
