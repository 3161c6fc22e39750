"""CSRF tokens belong to one session; requests from other sites are seen as such."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.security.csrf import CsrfInvalid, CsrfMissing, CsrfTokens, is_foreign
from medianest_common.security.encryption import KeyRing

KEYS = KeyRing.generate()
TOKENS = CsrfTokens(KEYS)
OURS = frozenset({"https://nest.example.org"})


@given(st.text(min_size=1, max_size=60))
def test_an_issued_token_is_valid_for_its_session(binding: str) -> None:
    token = TOKENS.issue(binding=binding)
    TOKENS.check(header=token, cookie=token, binding=binding)


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_a_token_of_another_session_is_refused_attack_31(one: str, other: str) -> None:
    assert TOKENS.is_valid(TOKENS.issue(binding=one), binding=other) == (one == other)


@given(st.data())
def test_an_altered_token_is_refused(data: st.DataObject) -> None:
    token = TOKENS.issue(binding="sid")
    position = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda c: c != token[position]))
    assert not TOKENS.is_valid(token[:position] + other + token[position + 1 :], binding="sid")


@given(st.text(max_size=300))
def test_nonsense_is_refused_and_never_crashes(token: str) -> None:
    assert not TOKENS.is_valid(token, binding="sid")


@pytest.mark.parametrize("cut", [1, 10, 43, 64])
def test_a_truncated_token_is_refused_attack_31(cut: int) -> None:
    token = TOKENS.issue(binding="sid")[:-cut]
    with pytest.raises(CsrfInvalid):
        TOKENS.check(header=token, cookie=token, binding="sid")


def test_header_and_cookie_must_be_the_same_token() -> None:
    with pytest.raises(CsrfInvalid):
        TOKENS.check(header=TOKENS.issue(binding="sid"), cookie=TOKENS.issue(binding="sid"), binding="sid")


@pytest.mark.parametrize("header, cookie", [(None, "x"), ("x", None), ("", ""), (None, None)])
def test_a_missing_token_says_so_attack_31(header: str | None, cookie: str | None) -> None:
    with pytest.raises(CsrfMissing) as caught:
        TOKENS.check(header=header, cookie=cookie, binding="sid")
    assert (caught.value.status, caught.value.code) == (403, "CSRF_MISSING")


def test_tokens_of_the_previous_key_are_good_after_a_rotation() -> None:
    token = TOKENS.issue(binding="sid")
    assert CsrfTokens(KEYS.rotated()).is_valid(token, binding="sid")
    assert not CsrfTokens(KeyRing.generate()).is_valid(token, binding="sid")


@pytest.mark.parametrize(
    "site, origin, foreign",
    [
        ("same-origin", None, False),
        ("none", None, False),
        ("same-origin", "https://nest.example.org", False),
        ("cross-site", "https://nest.example.org", True),
        ("same-site", None, True),
        ("", None, True),
        (None, None, False),
        (None, "https://nest.example.org", False),
        (None, "null", True),
        (None, "https://evil.example", True),
        (None, "https://nest.example.org:8443", True),
        (None, "https://nest.example.org.evil.com", True),
        (None, "http://nest.example.org", True),
        (None, "", True),
    ],
)
def test_where_an_unsafe_request_comes_from_attack_32(
    site: str | None, origin: str | None, foreign: bool
) -> None:
    assert is_foreign("POST", sec_fetch_site=site, origin=origin, allowed_origins=OURS) is foreign
    assert not is_foreign("GET", sec_fetch_site=site, origin=origin, allowed_origins=OURS)
