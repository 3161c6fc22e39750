"""Where a browser may be sent after signing in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medianest_auth.return_path import safe_return_path

BASE = "https://nest.example.org/nest"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "/%2f%2fevil.example",
        "/%2Fevil.example",
        "/%5cevil.example",
        "/%255cevil.example",
        "/%25252f%25252fevil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "/ /evil.example",
        "javascript:alert(1)",
        "@evil.example",
        "/..//evil.example",
        "/a/../../etc",
        "/a/%2e%2e//evil.example",
        "/.",
        "/ok\r\nSet-Cookie: a=b",
        "/ok%0d%0aSet-Cookie:a=b",
        "/a//b",
        "/api/v1/auth/oauth/home/start",
        "/login/plex/x",
        "/%61pi/v1/auth/logout",
        "/ümlaut",
        "",
        "x",
        "/" + "a" * 2000,
    ],
)
def test_attack_37_whatever_could_be_read_as_another_place_becomes_the_home_page(path: str) -> None:
    assert safe_return_path(path, base_url=BASE) == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/requests",
        "/requests?status=pending&q=a//b",
        "/account#passkeys",
        "/media/%C3%BC",
        "/@me",
        "/apiary",
    ],
)
def test_pages_of_the_portal_stay_as_they_are(path: str) -> None:
    assert safe_return_path(path, base_url=BASE) == path


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("/\\%25fFcC.@:?#aevil\t\r\n "), max_size=20))
def test_what_is_let_through_begins_with_one_slash_and_hides_nothing(path: str) -> None:
    found = safe_return_path(path, base_url=BASE)
    assert found.startswith("/") and not found.startswith(("//", "/\\"))
    assert found.isascii() and found.isprintable() and "\\" not in found and " " not in found
