"""Calls that were recorded on a running Seerr get the same status and the same shape from the fake."""

import json
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

import httpx
import pytest

from medianest_common.testing.fake_overseerr import FakeOverseerr, Permission

type Json = Any

RECORDED = files("medianest_common.testing").joinpath("fixtures", "overseerr", "seerr-live")


def recorded(name: str) -> Json:
    return json.loads(RECORDED.joinpath(name).read_text(encoding="utf-8"))


def shape(value: Json) -> Json:
    """Keys all the way down; a list is as its elements are together."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        merged: dict[str, Json] = {}
        for item in value:
            if isinstance(item, dict):
                merged |= shape(item)
        return [merged]
    return None


@pytest.fixture
async def seerr() -> AsyncIterator[FakeOverseerr]:
    async with FakeOverseerr.start(flavour="seerr") as fake:
        fake.state.arr_configured = False
        for number in range(2, 51):
            fake.add_user(
                plex_id=100000 + number,
                email=f"user{number}@example.com",
                username=None if number == 3 else f"user{number}",
                plex_username=f"plexuser{number}",
                permissions=Permission.REQUEST,
                movie_quota=(200, 7) if number == 40 else None,
                tv_quota=(4, 7) if number == 40 else None,
            )
        for number in (900700, 900701, 900702):
            fake.add_movie(number, f"Movie {number}", 2024)
        for number in (930001, 930002, 930003):
            fake.add_show(number, f"Show {number}", 2024, seasons={1: 8, 2: 8, 3: 8})
        yield fake


def assert_alike(name: str, answer: Json) -> None:
    expected = recorded(name)
    if name.startswith(("err_", "ok_202", "quota")):
        assert answer == expected
    else:
        assert shape(answer) == shape(expected)


async def replay(client: httpx.AsyncClient, fake: FakeOverseerr, call: Json) -> httpx.Response:
    headers = {}
    if call["api_key"] is not None:
        headers["X-Api-Key"] = fake.api_key if call["api_key"] == "valid" else call["api_key"]
    if call["x_api_user"] is not None:
        headers["X-API-User"] = str(call["x_api_user"])
    return await client.request(
        call["method"], f"{fake.url}{call['path']}", headers=headers, json=call["body"]
    )


async def test_the_recorded_session_replayed_in_order_is_answered_alike(seerr: FakeOverseerr) -> None:
    async with httpx.AsyncClient(timeout=5) as client:
        for call in recorded("index.json"):
            if call["file"] == "request_list_page.json":
                await ask_for_many_shows(client, seerr)
            answer = await replay(client, seerr, call)
            assert answer.status_code == call["status"], (call["file"], answer.text)
            assert_alike(call["file"], answer.json())


async def ask_for_many_shows(client: httpx.AsyncClient, fake: FakeOverseerr) -> None:
    """The recorded page held shows of one user only."""
    fake.state.requests.clear()
    for number in range(920001, 920021):
        fake.add_show(number, f"Show {number}", 2024, seasons={1: 8})
        answer = await client.post(
            f"{fake.url}/api/v1/request",
            headers={"X-Api-Key": fake.api_key, "X-API-User": "20"},
            json={"mediaType": "tv", "mediaId": number, "is4k": False, "seasons": [1]},
        )
        assert answer.status_code == 201
