"""Every route of the description, asked by everybody there is: who is let in, and who is told what instead.

What is expected follows from the table of `test_access.py` and the scopes of the gateway; what is an exception from
both is named here.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from medianest_common.contracts.identity import Scope
from tests.security.belongings import OLIVES, PERSONAL, belongings, prefix_of
from tests.security.conftest import House, house_in_background
from tests.security.test_access import ACCESS, ADMIN, BODIES, FOR_OTHERS, NEEDED, OTHERS, PUBLIC, USER, ask
from tests.world import Person

IN, NOBODY, REFUSED, SCOPE = "in", "401", "403 FORBIDDEN", "403 SCOPE_MISSING"
_AT_A_TIME = 8

OWNER_ONLY = {"POST /api/v1/admin/users/{id}/make-owner": "Ownership is the owner's to give."}
FOR_PERSONS = {
    "POST /api/v1/auth/logout": "Whoever asks is signed out, and can ask no more.",
}
"""Left out here where it would end the walk."""
_ACCOUNTS = "What is done to somebody's account is done by a person, who is asked to sign in anew."
_BACKUPS = "Whoever holds or removes all that the portal has proves anew who it is."
NO_TOKEN = {
    "PATCH /api/v1/admin/users/{id}": _ACCOUNTS,
    "DELETE /api/v1/admin/users/{id}": _ACCOUNTS,
    "POST /api/v1/admin/users/{id}/sign-out": _ACCOUNTS,
    "POST /api/v1/admin/users/{id}/make-owner": _ACCOUNTS,
    "POST /api/v1/admin/users/{id}/reset-2fa": _ACCOUNTS,
    "POST /api/v1/admin/users/{id}/reset-link": _ACCOUNTS,
    "POST /api/v1/admin/backups/{name}/download": _BACKUPS,
    "GET /api/v1/admin/backups/{name}/file": _BACKUPS,
    "DELETE /api/v1/admin/backups/{name}": _BACKUPS,
    "POST /api/v1/admin/incidents/{id}/notes": "A note is in somebody's name.",
}
"""The scopes are enough for the gateway, and the service wants the person all the same."""


@dataclass(frozen=True)
class Caller:
    name: str
    person: Person
    role: str
    scopes: frozenset[Scope] | None = None
    token: str = ""

    def expected(self, route: str) -> str:
        if ACCESS[route] == PUBLIC:
            return NOBODY if _asks_for_a_secret(route) else IN
        if self.role == "nobody":
            return NOBODY
        if self.scopes is not None and not NEEDED[route]:
            return REFUSED
        if self.scopes is not None and not self.scopes & NEEDED[route]:
            return SCOPE
        if self.scopes is not None and route in NO_TOKEN:
            return REFUSED
        if ACCESS[route] == ADMIN and (
            self.role == "user" or not (self.scopes is None or Scope.ADMIN in self.scopes)
        ):
            return REFUSED
        return REFUSED if route in OWNER_ONLY and self.role != "owner" else IN

    async def outcome(self, route: str) -> str:
        return _outcome(await self.ask(route))

    async def ask(self, route: str, *, id: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = await ask(self.person, route, id=id, **headers)
        while answer.status_code == 403 and answer.json()["code"] in ("CSRF_INVALID", "CSRF_MISSING"):
            # Other routes of the walk give this browser new tokens meanwhile.
            await self.person.arrive()
            answer = await ask(self.person, route, id=id, **headers)
        return answer


def _asks_for_a_secret(route: str) -> bool:
    """Public, but for those who show something that the portal did not give to a person. What has it in its address is
    not there without it."""
    if "/webhooks/" in route:
        return "{secret}" not in route
    return route in ("GET /api/v1/auth/verify", "POST /api/v1/auth/refresh")


def _outcome(answer: httpx.Response) -> str:
    if answer.status_code not in (401, 403):
        return IN
    code = answer.json()["code"]
    if code == "UNAUTHENTICATED":
        return NOBODY
    # Others are about the thing that was asked for, and not about who asks.
    return f"{answer.status_code} {code}" if code in ("FORBIDDEN", "SCOPE_MISSING") else IN


@pytest.fixture(scope="module")
def callers(house: House) -> dict[str, Caller]:
    return {each.name: each for each in house.do(_callers(house))}


async def _callers(house: House) -> list[Caller]:
    alice = await house.world.friend("Alice")
    path = f"/api/v1/admin/users/{alice.user['id']}"
    headers = {"X-CSRF-Token": house.olive.csrf}
    made = await house.olive.http.patch(path, json={"role": "admin"}, headers=headers)
    assert made.status_code == 200, made.text
    await alice.arrive()
    await alice.refresh()
    people = {"user": house.frida, "admin": alice, "owner": house.olive}
    found = [Caller("nobody", house.nobody, "nobody")]
    for role, person in people.items():
        found.append(Caller(role, person, role))
        # Nobody can give a token more than they have themselves.
        scopes = frozenset(Scope) - ({Scope.ADMIN} if role == "user" else set())
        name = f"{role}, by a token for everything"
        found.append(Caller(name, house.nobody, role, scopes, await _token(person, scopes)))
    for scope in Scope:
        token = await _token(house.olive, [scope])
        found.append(Caller(f"a token for {scope}", house.nobody, "owner", frozenset([scope]), token))
    return found


async def _token(person: Person, scopes: Iterable[Scope]) -> str:
    body = {"name": f"for {len(list(scopes))}: {min(scopes)}", "scopes": sorted(scopes)}
    made = (await person.post("/auth/tokens", body)).raise_for_status().json()
    return str(made["token"])


LONG = pytest.mark.long
CALLERS = [
    "nobody",
    "user",
    "admin",
    pytest.param("owner", marks=LONG),
    "user, by a token for everything",
    pytest.param("admin, by a token for everything", marks=LONG),
    pytest.param("owner, by a token for everything", marks=LONG),
    *(f"a token for {scope}" for scope in Scope),
]
"""In the short form nobody walks all routes twice with the same rights: test_access.py does so with tokens."""


@pytest.mark.parametrize("name", CALLERS)
def test_77_whoever_asks_is_let_in_or_refused_as_the_tables_say(
    house: House, callers: dict[str, Caller], name: str
) -> None:
    caller = callers[name]
    found = house.do(_asked(caller, routes := _routes(caller)), within=300)
    wrong = {route: (found[route], caller.expected(route)) for route in routes}
    assert {r: f"{is_}, not {should}" for r, (is_, should) in wrong.items() if is_ != should} == {}


def _routes(caller: Caller) -> list[str]:
    if caller.scopes is not None:
        return [*OTHERS]
    if caller.role == "nobody":
        return [route for route in ACCESS if route not in FOR_PERSONS]
    if caller.role == "user":
        return [route for route in OTHERS if route not in FOR_PERSONS]
    # To all other routes they are what every user is.
    return [route for route, who in ACCESS.items() if who == ADMIN]


def test_75_another_persons_things_are_not_there_for_a_token_or_an_administrator_either(
    tmp_path: Path,
) -> None:
    """A person without any rights to them is seen in `test_access.py`; here are all who have more, or other, rights. In
    a house of its own: whoever goes through all routes has left things in the other."""
    with house_in_background(tmp_path / "data") as house:
        callers = {caller.name: caller for caller in house.do(_callers(house))}
        assert house.do(_others_at(house, callers), within=300) == {}


async def _others_at(house: House, callers: dict[str, Caller]) -> dict[str, str]:
    """Those who are told anything else than that there is nothing, with the question and the answer."""
    owned = await belongings(house, BODIES)
    routes = [route for route, who in ACCESS.items() if who == USER and "{id}" in route]
    routes = [route for route in routes if route not in FOR_OTHERS]
    bert = await house.world.friend("Bert")
    every = frozenset(Scope)
    token = await _token(bert, every - {Scope.ADMIN})
    strangers = [Caller("another user, by a token", house.nobody, "user", every - {Scope.ADMIN}, token)]
    strangers += [callers[f"a token for {scope}"] for scope in Scope if scope is not Scope.ADMIN]
    token = await _token(house.olive, every - {Scope.ADMIN})
    strangers.append(Caller("the owner, by a token", house.nobody, "owner", every - {Scope.ADMIN}, token))
    strangers += [callers["admin"], callers["admin, by a token for everything"]]
    few = asyncio.Semaphore(_AT_A_TIME)

    async def told(caller: Caller, route: str) -> tuple[str, str]:
        async with few:
            answer = await caller.ask(route, id=owned[prefix_of(route)])
            if answer.status_code in (503, 504):
                # Busy, and no answer to this.
                answer = await caller.ask(route, id=owned[prefix_of(route)])
        refusal = caller.expected(route)
        is_refused = answer.status_code == 404 if refusal == IN else _outcome(answer) == refusal
        return f"{caller.name}: {route}", "" if is_refused else f"{answer.status_code} {answer.text[:200]}"

    asked = [told(each, route) for each in strangers for route in routes if not _may(each, prefix_of(route))]
    return {what: how for what, how in await asyncio.gather(*asked) if how}


def _may(caller: Caller, prefix: str) -> bool:
    """Whoever has all the rights of an administrator looks after what people ask for."""
    looks_after = caller.scopes is None or Scope.ADMIN in caller.scopes
    return (looks_after and prefix not in PERSONAL) or (caller.role == "owner" and prefix in OLIVES)


async def _asked(caller: Caller, routes: Sequence[str]) -> dict[str, str]:
    few = asyncio.Semaphore(_AT_A_TIME)

    async def one(route: str) -> str:
        async with few:
            return await caller.outcome(route)

    return dict(zip(routes, await asyncio.gather(*map(one, routes)), strict=True))


def test_the_exceptions_are_routes_that_there_are() -> None:
    assert not (OWNER_ONLY.keys() | FOR_PERSONS.keys() | NO_TOKEN.keys()) - ACCESS.keys()
