"""How often anybody may try anything: the limits as they come out of the box, from outside, at the whole product.

Those of passwords and their reset are in `test_passwords.py`.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count

import httpx
import pytest
import pytest_asyncio

from tests.security.counting import counted_in_one_place
from tests.world import OWNER_EMAIL, OWNER_PASSWORD, Person, World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROXY = "127.0.0.2"
"""Whom the product trusts to say who its client is."""
WRONG = "a password that is wrong"
_addresses = (f"198.51.{n // 250}.{n % 250 + 1}" for n in count())
_places = (f"127.0.1.{n}" for n in count(10))
"""Where strangers come from whom no proxy speaks for."""


@dataclass
class Town:
    world: World
    olive: Person
    stack: AsyncExitStack

    async def visitor(self, *, address: str | None = "", at: str = PROXY, **headers: str) -> Person:
        """Behind the trusted proxy, with an address of their own, the given one, or none that the proxy would tell."""
        if address is not None:
            headers["X-Forwarded-For"] = address or next(_addresses)
        client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(local_address=at),
            base_url=self.world.product.url,
            timeout=60,
            headers=headers,
        )
        person = Person(self.world.product, await self.stack.enter_async_context(client))
        await person.arrive()
        return person

    async def owner(self) -> Person:
        person = await self.visitor()
        await person.sign_in()
        return person


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(
            world(
                tmp_path_factory.mktemp("town") / "data",
                rate_limit_scale="1",
                trusted_proxies=PROXY,
            )
        )
        yield Town(found, await found.owner(), stack)


def told(answer: httpx.Response, name: str) -> dict[str, int]:
    """What `RateLimit` and `RateLimit-Policy` say of the limit of this name."""
    parts: dict[str, int] = {}
    for header in ("ratelimit-policy", "ratelimit"):
        for item in answer.headers[header].split(", "):
            label, *values = item.split(";")
            if label == f'"{name}"':
                parts |= {key: int(value) for key, _, value in (each.partition("=") for each in values)}
    return parts


@pytest.mark.parametrize(
    "name, quota, method, path",
    [
        ("refresh", 120, "POST", "/api/v1/auth/refresh"),
        ("csrf", 60, "GET", "/api/v1/csrf"),
        ("csrf", 60, "GET", "/.well-known/jwks.json"),
        ("signin", 30, "POST", "/api/v1/auth/logout"),
    ],
)
@counted_in_one_place
async def test_one_address_may_ask_so_often_and_hears_when_to_come_back(
    town: Town, name: str, quota: int, method: str, path: str
) -> None:
    visitor = await town.visitor()
    arrived = 1 if name == "csrf" else 0

    async def ask() -> httpx.Response:
        return await visitor.http.request(method, path, headers={"X-CSRF-Token": visitor.csrf})

    answers = [await ask() for _ in range(quota - arrived)]
    assert 429 not in {answer.status_code for answer in answers}
    refused = await ask()
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_REQUESTS")
    said = told(refused, name)
    assert (said["q"], said["w"], said["r"]) == (quota, 60, 0)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    elsewhere = await town.visitor()
    assert (
        await elsewhere.http.request(method, path, headers={"X-CSRF-Token": elsewhere.csrf})
    ).status_code != 429


@counted_in_one_place
async def test_one_session_is_renewed_ten_times_a_minute_wherever_it_comes_from(town: Town) -> None:
    owner = await town.owner()
    for _ in range(10):
        owner.http.headers["X-Forwarded-For"] = next(_addresses)
        await owner.refresh()
    refused = await owner.post("/auth/refresh")
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_ATTEMPTS")
    assert told(refused, "refresh-session") | {"t": 0} == {"q": 10, "w": 60, "r": 0, "t": 0}
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await owner.get("/auth/session")).status_code == 200, "it goes on all the same"


@counted_in_one_place
async def test_sign_ins_with_plex_are_begun_ten_times_a_minute_from_one_address(town: Town) -> None:
    visitor = await town.visitor()
    answers = [await visitor.post("/auth/plex/pin") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert told(answers[-1], "plex-start")["q"] == 10


@counted_in_one_place
async def test_attack_51_a_pin_that_is_asked_for_every_few_milliseconds(town: Town) -> None:
    visitor = await town.visitor()
    login = (await visitor.post("/auth/plex/pin")).json()["loginId"]
    statuses = [(await visitor.post("/auth/plex/verify", {"loginId": login})).status_code for _ in range(25)]
    assert statuses[0] == 202
    assert statuses[-1] == 429


@counted_in_one_place
async def test_attack_56_a_full_counter_is_full_at_every_door_that_takes_a_password(town: Town) -> None:
    owner = await town.owner()
    owner.http.cookies.delete(next(name for name in owner.http.cookies if "mn_dev" in name))
    for _ in range(5):
        stranger = await town.visitor()
        answer = await stranger.post("/auth/login", {"email": OWNER_EMAIL, "password": WRONG})
        assert answer.status_code == 401
    refused = await stranger.post("/auth/login", {"email": OWNER_EMAIL, "password": WRONG})
    assert refused.status_code == 429
    assert told(refused, "account")["q"] == 5
    for path, body in (
        ("/auth/step-up", {"password": OWNER_PASSWORD}),
        (
            "/auth/password/change",
            {"currentPassword": OWNER_PASSWORD, "newPassword": "seven silver rivers sing"},
        ),
    ):
        answer = await owner.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (429, "TOO_MANY_ATTEMPTS"), path
    figures = (await town.olive.get("/admin/sign-ins")).json()
    assert figures["lockedOut"]["accounts"] >= 1
    assert figures["failures"]["wrong_password"] >= 5


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP"],
)
@counted_in_one_place
async def test_attack_57_whoever_nobody_trusts_is_counted_by_where_they_are(town: Town, header: str) -> None:
    stranger = await town.visitor(address=None, at=next(_places))
    made_up = ("for=%s" if header == "Forwarded" else "%s, 127.0.0.1") % "203.0.113.{}"
    statuses = []
    for n in range(31):
        answer = await stranger.post("/auth/logout", headers={header: made_up.format(n)})
        statuses.append(answer.status_code)
    assert statuses == [401] * 30 + [429]


@counted_in_one_place
async def test_attack_57_lies_in_front_of_what_the_proxy_says_change_nothing(town: Town) -> None:
    visitor = await town.visitor()
    real = visitor.http.headers["X-Forwarded-For"]
    statuses = []
    for n in range(31):
        visitor.http.headers["X-Forwarded-For"] = f"203.0.113.{n}, not-an-address, {real}"
        statuses.append((await visitor.post("/auth/logout")).status_code)
    assert statuses == [401] * 30 + [429]


@counted_in_one_place
async def test_attack_58_two_behind_one_proxy_are_two_and_the_proxy_is_nobody(town: Town) -> None:
    loud, quiet = await town.visitor(), await town.visitor()
    assert [(await loud.post("/auth/logout")).status_code for _ in range(31)][-1] == 429
    assert (await quiet.post("/auth/logout")).status_code == 401
    hidden = await town.visitor(address=None)
    for n in range(22):
        body = {"email": f"nobody{n}@example.org", "password": WRONG}
        assert (await hidden.post("/auth/login", body)).status_code == 401
