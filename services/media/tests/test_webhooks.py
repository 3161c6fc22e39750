"""Webhooks first, late, twice, never, hostile: they only ever lead to a look."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from medianest_common import testing
from medianest_common.contracts import media
from medianest_common.contracts.media import RequestStatus
from medianest_common.testing.fake_overseerr import Notification
from medianest_common.testing.fake_overseerr.notices import about_request
from medianest_common.testing.fake_overseerr.webhooks import DEFAULT_TEMPLATE, fill
from services.media.tests.conftest import FILM, Home


def body(home: Home, backend_id: int, kind: Notification) -> dict[str, Any]:
    notice = about_request(home.overseerr.state, kind, home.overseerr.state.requests[backend_id])
    assert notice is not None
    return fill(DEFAULT_TEMPLATE, notice)


async def test_a_webhook_brings_the_news_at_once(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request()
    twin = await home.twin(asked)
    home.overseerr.approve(twin.id)
    home.overseerr.set_available("movie", FILM)
    await home.webhook(body(home, twin.id, Notification.MEDIA_AVAILABLE))
    await home.becomes(asked, RequestStatus.AVAILABLE)
    assert await home.told(asked) == ["pending", "approved", "available"]


async def test_webhooks_that_come_twice_and_in_the_wrong_order_tell_each_thing_once(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request()
    twin = await home.twin(asked)
    pending = body(home, twin.id, Notification.MEDIA_PENDING)
    home.overseerr.approve(twin.id)
    approved = body(home, twin.id, Notification.MEDIA_APPROVED)
    home.overseerr.set_available("movie", FILM)
    available = body(home, twin.id, Notification.MEDIA_AVAILABLE)
    await asyncio.gather(*(home.webhook(b) for b in (available, available, approved, pending, available)))
    await home.becomes(asked, RequestStatus.AVAILABLE)
    await home.webhook(pending)
    await home.webhooks_done()
    await home.settled()
    assert (await frida.sees(asked)).status is RequestStatus.AVAILABLE
    assert await home.told(asked) == ["pending", "approved", "available"]


async def test_a_webhook_that_lies_changes_nothing(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request()
    twin = await home.twin(asked)
    lie = body(home, twin.id, Notification.MEDIA_AVAILABLE)
    lie["media"]["status"] = "AVAILABLE"
    await home.webhook(lie)
    await home.webhooks_done()
    assert (await frida.sees(asked)).status is RequestStatus.PENDING


async def test_without_any_webhook_the_state_is_right_after_a_poll(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request()
    twin = await home.twin(asked)
    home.overseerr.decline(twin.id)
    await home.poll()
    declined = await home.becomes(asked, RequestStatus.DECLINED)
    assert declined.status_reason == "It was declined in Overseerr."
    assert await home.told(asked) == ["pending", "declined"]


@pytest.mark.parametrize("written", ["camelCase", "snake_case"])
async def test_a_title_is_looked_up_by_its_number_where_the_request_is_not_named(
    seerr: Home, written: str
) -> None:
    """Templates are written by administrators, in both ways."""
    frida = await seerr.friend()
    asked = await frida.request()
    twin = await seerr.twin(asked)
    seerr.overseerr.approve(twin.id)
    seerr.overseerr.set_available("movie", FILM)
    hint = body(seerr, twin.id, Notification.MEDIA_AVAILABLE) | {"request": None}
    if written == "snake_case":
        hint["media"] = {"media_type": "movie", "tmdb_id": str(FILM)}
    await seerr.webhook(hint)
    await seerr.becomes(asked, RequestStatus.AVAILABLE)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "null",
        "[]",
        "7",
        "{",
        "[" * 5000,
        '{"request": []}',
        '{"request": {"request_id": {"$gt": 0}}}',
        '{"request": {"request_id": "1; drop table requests"}}',
        '{"request": {"request_id": "１"}}',
        '{"request": {"request_id": true}}',
        '{"request": {"request_id": "99999999999999999999999"}}',
        '{"media": {"tmdbId": "603", "media_type": "../admin"}}',
        '{"media": {"tmdbId": "", "media_type": "movie"}}',
        '{"subject": "$& {{request_id}} \\u0000 \\ud800", "media": null, "request": null}',
    ],
)
async def test_bodies_that_mean_nothing_are_passed_over(seerr: Home, raw: str) -> None:
    await seerr.webhook(raw)
    await seerr.webhooks_done()
    dead = [info for info in await seerr.sandbox.bus.js.streams_info() if info.config.name == "DLQ"]
    assert dead[0].state.messages == 0


async def test_recorded_webhooks_are_understood(seerr: Home) -> None:
    folders = [
        Path(__file__).parent / "fixtures" / "webhooks",
        Path(testing.__path__[0]) / "fixtures" / "webhooks" / "overseerr",
    ]
    files = sorted(file for folder in folders for file in folder.glob("*.json"))
    assert len(files) >= 19
    for file in files:
        await seerr.webhook(json.loads(file.read_text()))
    await seerr.webhooks_done()
    dead = [info for info in await seerr.sandbox.bus.js.streams_info() if info.config.name == "DLQ"]
    assert dead[0].state.messages == 0


async def test_a_person_who_changed_nothing_hears_nothing_twice_over_a_day_of_polls(seerr: Home) -> None:
    frida = await seerr.friend()
    asked = await frida.request()
    await seerr.owner.call(media.ApproveRequest(id=asked.id))
    await seerr.becomes(asked, RequestStatus.PROCESSING)
    await seerr.poll(rounds=4)
    assert await seerr.told(asked) == ["pending", "approved", "processing"]
