"""The main path while things break: nothing acknowledged is lost, nothing is done or told twice."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from medianest.testing import eventually
from tests.world import Person, World, world

FIRST = 910_000


async def test_sixteen_identical_requests_at_once_are_one(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        house.overseerr.add_movie(FIRST, "Film 0", 2020)
        await house.owner()
        frida = await house.friend()
        answers = await asyncio.gather(*(_asked(frida, FIRST) for _ in range(16)))
        statuses = Counter(a.status_code for a in answers)
        # Whoever was not answered in time may have been the first.
        assert statuses[201] <= 1 and statuses[201] + statuses[409] == 16, statuses
        assert {a.json()["code"] for a in answers if a.status_code == 409} == {"ALREADY_REQUESTED"}
        [made] = await _all(frida, "/media/requests", limit=100)
        assert made["tmdbId"] == FIRST
        await eventually(lambda: _upstream(house, [FIRST]))


async def _asked(person: Person, film: int) -> httpx.Response:
    """Until there was time for an answer."""
    while (answer := await person.request("movie", film)).status_code in (503, 504):
        await asyncio.sleep(0.25)
    return answer


async def test_a_repeated_post_with_its_key_is_answered_as_the_first(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as house:
        house.overseerr.add_movie(FIRST, "Film 0", 2020)
        await house.owner()
        frida = await house.friend()
        key = {"Idempotency-Key": "one-and-the-same-key"}
        first = await frida.request("movie", FIRST)
        assert first.status_code == 201
        house.overseerr.add_movie(FIRST + 1, "Film 1", 2020)
        body = {"mediaType": "movie", "tmdbId": FIRST + 1}
        one = await frida.post("/media/request", body, headers=key)
        two = await frida.post("/media/request", body, headers=key)
        assert (one.status_code, two.status_code, one.json()["id"]) == (201, 201, two.json()["id"])
        other = await frida.post("/media/request", body | {"note": "changed"}, headers=key)
        assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_overseerr_away_refuses_nothing_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    async with world(tmp_path / "data", media_poll_seconds="2") as house:
        films = [FIRST + n for n in range(6)]
        for film in films:
            house.overseerr.add_movie(film, f"Film {film}", 2020)
        await house.owner()
        frida = await house.friend()
        house.overseerr.fail_with("refuse")
        answers = [await _asked(frida, film) for film in films]
        # One that was not answered in time is there already.
        assert {a.status_code for a in answers} <= {201, 409}
        made = {row["tmdbId"]: row["id"] for row in await _all(frida, "/media/requests", limit=100)}
        assert sorted(made) == films
        waiting = await eventually(lambda: _reason(frida, made[FIRST]))
        assert "Overseerr" in waiting
        house.overseerr.heal()
        await eventually(lambda: _upstream(house, films), within=90)
        assert Counter(call.path for call in house.overseerr.calls if call.method == "POST")[
            "/api/v1/request"
        ] >= len(films)


@pytest.mark.parametrize("webhooks", ["first", "twice", "never"])
async def test_the_state_ends_up_right_and_is_told_once_whatever_webhooks_do(
    tmp_path: Path, webhooks: str
) -> None:
    async with world(tmp_path / "data", media_poll_seconds="2") as house:
        house.overseerr.add_movie(FIRST, "Film 0", 2020)
        olive = await house.owner()
        frida = await house.friend()
        house.overseerr.suppress_webhooks = webhooks == "never"
        house.overseerr.webhooks.copies = 2 if webhooks == "twice" else 1
        request = (await frida.request("movie", FIRST)).json()
        await eventually(lambda: _upstream(house, [FIRST]))
        house.overseerr.approve(house.overseerr.requests[0].id)
        await eventually(lambda: _status(frida, request["id"], "approved", "processing"), within=120)
        house.overseerr.set_available("movie", FIRST)
        await eventually(lambda: _status(frida, request["id"], "available"), within=120)

        async def told() -> bool:
            items = (await frida.get("/notifications")).raise_for_status().json()["items"]
            kinds = Counter(notice["type"] for notice in items)
            assert kinds["request.available"] == 1 and kinds["request.approved"] == 1, kinds
            return True

        await eventually(told)
        # And not once more by what looks every two seconds.
        await asyncio.sleep(3)
        await told()
        assert (await olive.get("/media/requests/counts")).json()["available"] == 1


SERVERS = ("nats-server", "postgres", "valkey-server")
SERVICES = ("media", "gateway", "auth", "notifications")


VICTIMS = [
    *SERVERS,
    "everything",
    SERVICES[0],
    *(pytest.param(name, marks=pytest.mark.long) for name in SERVICES[1:]),
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_kill_in_the_middle_loses_no_acknowledged_request_and_tells_nobody_twice(
    tmp_path: Path, victim: str
) -> None:
    async with world(tmp_path / "data", processes=victim in SERVICES) as house:
        films = [FIRST + n for n in range(16)]
        for film in films:
            house.overseerr.add_movie(film, f"Film {film}", 2020)
        olive = await house.owner()
        frida = await house.friend()
        acknowledged: list[int] = []
        # A new start of everything takes a slow machine a minute.
        patience_ends = asyncio.get_running_loop().time() + 200

        async def ask(film: int) -> None:
            while asyncio.get_running_loop().time() < patience_ends:
                try:
                    answer = await frida.request("movie", film)
                except httpx.HTTPError:
                    await asyncio.sleep(0.25)
                    continue
                if answer.status_code in (201, 409):
                    acknowledged.append(film)
                    return
                assert answer.status_code in (401, 403, 429, 502, 503, 504), answer.text
                await asyncio.sleep(0.25)

        async def strike() -> None:
            await asyncio.sleep(0.3)
            if victim == "everything":
                await house.product.kill()
                await house.product.start()
            elif victim in SERVICES:
                house.product.service(victim).kill()
            else:
                house.product.server(victim).kill()

        async def ask_all() -> None:
            for film in films:
                await ask(film)
                await asyncio.sleep(0.03)

        await asyncio.gather(ask_all(), strike())
        await house.product.ready()
        assert sorted(acknowledged) == films
        await eventually(lambda: _upstream(house, films), within=120)
        rows = await _all(frida, "/media/requests", limit=100)
        assert sorted(row["tmdbId"] for row in rows) == films

        async def told_once() -> bool:
            notices = await _all(olive, "/notifications", limit=100)
            told = Counter(n["data"]["requestId"] for n in notices if n["type"] == "request.created")
            assert len(told) == len(films) and set(told.values()) == {1}, told.most_common(3)
            assert sorted(n["seq"] for n in notices) == list(range(1, len(notices) + 1))
            return True

        await eventually(told_once)
        assert (await frida.get("/auth/session")).status_code == 200, "nobody is signed out"


async def _upstream(house: World, films: list[int]) -> bool:
    present = sorted(request.media.tmdb_id for request in house.overseerr.requests)
    assert present == sorted(films), f"{len(present)} of {len(films)} at Overseerr"
    return True


async def _reason(person: Person, request_id: str) -> str | None:
    reason: str | None = (await person.get(f"/media/requests/{request_id}")).json()["statusReason"]
    return reason


async def _status(person: Person, request_id: str, *wanted: str) -> bool:
    status = await person.status_of(request_id)
    assert status in wanted, status
    return True


async def _all(person: Person, path: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = (
            (await person.get(path, params=params | ({"cursor": cursor} if cursor else {})))
            .raise_for_status()
            .json()
        )
        items += page["items"]
        cursor = page["nextCursor"]
        if not cursor:
            return items
