"""What a personal token may be used for, and how often."""

import httpx
import pytest

from libs.common.tests.web.portal import API, MakePortal, Portal
from medianest_common.contracts.identity import Scope
from medianest_common.web import Grant, Grants

READ, REQUEST, ADMIN = (frozenset({scope}) for scope in (Scope.READ, Scope.REQUEST, Scope.ADMIN))
GRANTS = (
    Grant(f"{API}/films/*/approve", changing=ADMIN),
    Grant(f"{API}/films", reading=READ, changing=REQUEST),
    Grant(f"{API}/narrow", reading=READ),
)


@pytest.mark.parametrize(
    "method, path, needed",
    [
        ("GET", "/films", READ),
        ("HEAD", "/films/603", READ),
        ("POST", "/films", REQUEST),
        ("DELETE", "/films/603", REQUEST),
        ("POST", "/films/603/approve", ADMIN),
        ("POST", "/films/603/approve/again", ADMIN),
        ("POST", "/films/603/approved", REQUEST),
        ("GET", "/films/603/approve", frozenset()),
        ("GET", "/filmsets", frozenset()),
        ("POST", "/narrow", frozenset()),
        ("GET", "/never-named", frozenset()),
    ],
)
def test_the_first_grant_that_fits_decides_and_what_is_not_named_is_closed(
    method: str, path: str, needed: frozenset[Scope]
) -> None:
    assert Grants(GRANTS).needed(method, f"{API}{path}") == needed


def _token(portal: Portal, name: str, *scopes: Scope, of: str) -> httpx.AsyncClient:
    portal.tokens[name] = portal.sign_in(name, user_id=portal.tokens[of].user_id).model_copy(
        update={"scopes": frozenset(scopes)}
    )
    return portal.client(headers={"Authorization": f"Bearer {name}"})


async def test_73_77_a_token_does_what_it_was_made_for_and_says_what_it_lacks(make: MakePortal) -> None:
    portal = make(grants=GRANTS)
    portal.sign_in("ada")
    async with _token(portal, "reader", Scope.READ, Scope.ADMIN, of="ada") as reader:
        assert (await reader.get(f"{API}/films")).status_code == 200
        lacking = await reader.post(f"{API}/films", json={"title": "Arrival"})
        assert (lacking.status_code, lacking.json()["code"]) == (403, "SCOPE_MISSING")
        assert "`request`" in lacking.json()["detail"]
        closed = await reader.get(f"{API}/me")
        assert (closed.status_code, closed.json()["code"]) == (403, "FORBIDDEN")
        assert (await reader.get("/health")).status_code == 200
    async with portal.browser("ada") as person:
        assert (await person.get(f"{API}/me")).status_code == 200, "scopes are no matter of people"


async def test_a_wild_script_leaves_something_for_its_person_and_many_tokens_are_no_more_than_one(
    make: MakePortal,
) -> None:
    """`narrow` is 40 a minute for a person."""
    portal = make(grants=GRANTS, per_token="25/minute")
    portal.sign_in("ada")
    async with _token(portal, "wild", Scope.READ, of="ada") as wild:
        answers = [await wild.get(f"{API}/narrow") for _ in range(30)]
    assert [answer.status_code for answer in answers] == [200] * 25 + [429] * 5
    assert answers[-1].headers["ratelimit"].startswith('"token";r=0;t=')
    async with portal.browser("ada") as person:
        assert (await person.get(f"{API}/narrow")).status_code == 200
    async with _token(portal, "another", Scope.READ, of="ada") as another:
        answers = [await another.get(f"{API}/narrow") for _ in range(20)]
    assert sum(answer.status_code == 200 for answer in answers) == 14
