"""Webhooks about what is played lead to a look at once, and what was seen is counted as seen."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.plex.indexing import ReceivePlexWebhook, ReceiveTautulliWebhook
from medianest_common.contracts.plex.playback import PlaybackHinted
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_plex.webhooks import WebhookEvent, payload
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.playback import Playback
from medianest_plex.use_cases.receive_webhook import receive_plex_webhook, receive_tautulli_webhook
from services.plex.tests.indexing import Indexed
from services.plex.tests.playing import Room, a_room
from services.plex.tests.test_sync_household import hinted, webhook


@pytest.fixture
async def room(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> AsyncIterator[Room]:
    async with a_room(sandbox, plex, clock) as room:
        yield room


async def woken(room: Room) -> None:
    async def is_set() -> bool:
        return room.app.play_hints.is_set()

    await eventually(is_set)
    room.app.play_hints.clear()


def about(room: Room, event: WebhookEvent, *, machine: str | None = None) -> ReceivePlexWebhook:
    item = room.plex.library.item(room.key_of("Heat"))
    document = payload(room.plex.media_server, event, room.plex.owner, item)
    document["Server"]["uuid"] = machine or room.plex.machine_id
    return ReceivePlexWebhook(body=json.dumps(document), received_at=room.clock.now())


@pytest.mark.parametrize("event", ["media.play", "media.pause", "media.stop", "playback.started"])
async def test_report_48_a_webhook_says_when_to_look_at_what_is_played(
    room: Room, event: WebhookEvent
) -> None:
    """It names no session: that is looked up in the server's own list."""
    await receive_plex_webhook(room.app, about(room, event))
    await woken(room)


async def test_tautulli_says_it_too(room: Room) -> None:
    told = {"event": "play", "machineIdentifier": room.plex.machine_id, "ratingKey": room.key_of("Heat")}
    job = ReceiveTautulliWebhook(body=json.dumps(told), received_at=room.clock.now())
    await receive_tautulli_webhook(room.app, job)
    await woken(room)


async def test_what_another_server_plays_is_no_reason_to_look(room: Room) -> None:
    told: list[bytes] = []

    async def hear(message: Any) -> None:
        told.append(message.data)

    await room.sandbox.nats.subscribe(PlaybackHinted.subject, cb=hear)
    await room.sandbox.nats.flush(timeout=5)
    await receive_plex_webhook(room.app, about(room, "media.play", machine="another"))
    await receive_plex_webhook(room.app, about(room, "media.rate"))
    await receive_plex_webhook(room.app, about(room, "media.stop"))

    await woken(room)  # By the last of them, which is told after whatever was told before.

    async def heard() -> bool:
        return len(told) == 1

    await eventually(heard)


async def views(indexed: Indexed, title: str) -> int:
    [(count,)] = await indexed.rows("select view_count from items where title = :title", title=title)
    return int(count)


async def test_what_the_owner_has_seen_is_seen_in_the_index_at_once(indexed: Indexed) -> None:
    await indexed.beat()
    watching = indexed.plex.media_server.watching
    for title in ("Heat", "Episode 1"):
        watching.see(indexed.plex.owner, indexed.item(title))
        await receive_plex_webhook(indexed.app, webhook(indexed, title, event="media.scrobble"))

    titles = ("Heat", "Alien", "Episode 1", "Severance")
    assert [await views(indexed, title) for title in titles] == [1, 0, 1, 1]
    assert await hinted(indexed) == []


async def test_what_is_unwatched_again_is_so_after_the_next_full_pass(indexed: Indexed) -> None:
    await indexed.beat()
    watching = indexed.plex.media_server.watching
    watching.see(indexed.plex.owner, indexed.item("Heat"))
    await receive_plex_webhook(indexed.app, webhook(indexed, "Heat", event="media.scrobble"))
    watching.seen.clear()

    await indexed.beat(after=25 * 3600)

    assert await views(indexed, "Heat") == 0


async def test_views_that_cannot_be_read_now_stay_as_they_are(indexed: Indexed) -> None:
    await indexed.beat()
    indexed.plex.server.fail_with(500)

    await receive_plex_webhook(indexed.app, webhook(indexed, "Heat", event="media.scrobble"))

    assert await views(indexed, "Heat") == 0


async def test_an_end_that_only_we_have_seen_counts_as_well(indexed: Indexed, plex: FakePlex) -> None:
    """Webhooks need a subscription; what is played is followed without."""
    await indexed.beat()
    playback = Playback(indexed.app)
    session = plex.sessions.play(plex.owner, indexed.item("Heat").rating_key)
    await playback.look()
    plex.media_server.watching.see(plex.owner, indexed.item("Heat"))
    plex.sessions.lose(session)

    await playback.look()

    assert await views(indexed, "Heat") == 1
