"""Messages to people's channels while things break: none is lost, and none arrives twice where that can be known."""

import asyncio
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse

from medianest.testing import eventually
from medianest_common.testing.fake_channels import FakeNtfy
from tests.world import Person, world

FIRST = 970_000
FILMS = 8


class SlowNtfy(FakeNtfy):
    """Takes a message at once and says so later: who dies in between cannot know."""

    answer_after = 0.0

    async def _publish(self, request: Request) -> JSONResponse:
        taken = await super()._publish(request)
        await asyncio.sleep(self.answer_after)
        return taken


VICTIMS = ("notifications", "nats-server", "postgres")


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_kill_in_the_middle_of_a_delivery_loses_nothing_and_tells_nobody_twice(
    tmp_path: Path, victim: str
) -> None:
    async with (
        SlowNtfy.start() as ntfy,
        world(
            tmp_path / "data",
            processes=victim == "notifications",
            notify_allowed_hosts=urlsplit(ntfy.url).netloc,
            notify_lease_seconds="6",
        ) as house,
    ):
        films = [FIRST + number for number in range(FILMS)]
        for film in films:
            house.overseerr.add_movie(film, f"Film {film}", 2020)
        olive = await house.owner()
        frida = await house.friend()
        await verified_channel(olive, ntfy)
        ntfy.answer_after = 0.5
        for film in films:
            (await frida.request("movie", film)).raise_for_status()
        await ntfy.next(2, within=60)
        # One has just been taken, and nobody was told that it was.
        if victim == "notifications":
            house.product.service(victim).kill()
        else:
            house.product.server(victim).kill()
        ntfy.answer_after = 0.0

        async def all_sent() -> bool:
            notices = (await olive.get("/notifications", params={"limit": 100})).raise_for_status().json()
            states = Counter[str]()
            for notice in notices["items"]:
                # That something was down is told as well, where it was so long enough to be seen.
                if notice["type"] != "request.created":
                    continue
                reports = await olive.get(f"/notifications/{notice['id']}/deliveries")
                states.update(each["state"] for each in reports.raise_for_status().json()["items"])
            assert states == {"sent": FILMS}, states
            return True

        await house.product.ready()
        await eventually(lambda: _answered(all_sent), within=120)
        titles = Counter(each["title"] for each in ntfy.received if each["title"].startswith("Frida"))
        assert titles == {f"Frida asks for Film {film} (2020)": 1 for film in films}


async def _answered(look: Any) -> bool:
    """While a part is away there is no answer."""
    try:
        return bool(await look())
    except (OSError, httpx.HTTPError) as error:
        raise AssertionError(str(error)) from error


async def verified_channel(person: Person, ntfy: FakeNtfy) -> str:
    config = {"server": ntfy.url, "topic": "olive-at-home"}
    body = {"kind": "ntfy", "name": "Hall", "config": config}
    made = (await person.post("/notifications/channels", body)).raise_for_status().json()
    assert made["code"]["sent"], made
    found = re.search(r"\b[0-9]{6}\b", ntfy.received.pop()["message"])
    assert found
    channel: str = made["channel"]["id"]
    entered = await person.post(f"/notifications/channels/{channel}/verify", {"code": found.group()})
    assert entered.raise_for_status().json()["state"] == "active"
    return channel
