"""Collections, hints from outside, several replicas, and servers that take another's place."""

import asyncio
import json
from typing import Any

import pytest

from medianest.testing import eventually
from medianest_common.contracts.identity import Role
from medianest_common.contracts.plex.indexing import (
    GetSyncState,
    LibrarySync,
    ReceivePlexWebhook,
    ReceiveTautulliWebhook,
    SyncLibrary,
)
from medianest_common.contracts.plex.library import ItemAdded, ItemRemoved
from medianest_common.errors import Forbidden, NotFound
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_plex.webhooks import payload
from medianest_plex import jobs
from medianest_plex.sync import Sync
from medianest_plex.use_cases.get_sync_state import get_sync_state
from medianest_plex.use_cases.receive_webhook import receive_plex_webhook, receive_tautulli_webhook
from medianest_plex.use_cases.sync_library import sync_library
from services.plex.tests.indexing import Indexed

NONSENSE = [
    "null",
    "[]",
    "{",
    "[" * 5000,
    '{"event": "media.play"}',
    '{"event": "library.new"}',
    '{"event": "library.new", "Server": [], "Metadata": 7}',
    '{"event": "library.new", "Server": {"uuid": "another"}, "Metadata": {"librarySectionID": 1}}',
    '{"event": "library.exploded", "Server": {"uuid": "MACHINE"}, "Metadata": {"librarySectionID": 1}}',
    '{"event": ["library.new"], "Server": {"uuid": "MACHINE"}}',
    '{"event": "library.new\\u0000", "Server": {"uuid": "\\ud800"}, "Metadata": {"ratingKey": "\' or 1=1 --"}}',
]


async def members(indexed: Indexed) -> dict[str, list[str]]:
    rows = await indexed.rows("""
        select c.title, i.title from collection_items m
          join items c on c.server_id = m.server_id and c.rating_key = m.collection_key
          join items i on i.server_id = m.server_id and i.rating_key = m.item_key
         order by c.title, m.position
    """)
    found: dict[str, list[str]] = {}
    for collection, title in rows:
        found.setdefault(collection, []).append(title)
    return found


def full_passes(indexed: Indexed, section: int = 1) -> int:
    """How often the films of a library were read from the beginning without a filter."""
    return sum(
        call.path == f"/library/sections/{section}/all"
        and call.query.get("type") == "1"
        and call.query.get("X-Plex-Container-Start") == "0"
        and not any(name.endswith(">>") for name in call.query)
        for call in indexed.plex.requests
    )


def webhook(
    indexed: Indexed, about: str, *, event: str = "library.new", **changes: Any
) -> ReceivePlexWebhook:
    document = payload(indexed.plex.media_server, event, indexed.plex.owner, indexed.item(about))
    document["Metadata"] |= changes
    document["Metadata"] = {name: value for name, value in document["Metadata"].items() if value is not None}
    return ReceivePlexWebhook(body=json.dumps(document), received_at=indexed.clock.now())


async def hinted(indexed: Indexed) -> list[str]:
    rows = await indexed.rows("select title from libraries where hinted_at is not null order by key")
    return [row[0] for row in rows]


async def test_what_is_in_a_collection_follows_it(indexed: Indexed) -> None:
    library = indexed.plex.library
    library.generate(250)
    films = [indexed.item("Heat"), indexed.item("Alien")]
    many = [
        item.rating_key for item in library.items.values() if item.type == "movie" and item.section.key == 1
    ]
    library.add_collection("Both", [item.rating_key for item in films])
    library.add_collection("Many", many)
    await indexed.beat()
    found = await members(indexed)
    assert found["Both"] == ["Heat", "Alien"]
    assert len(found["Many"]) == len(many) == 252

    both = indexed.item("Both")
    both.children.reverse()
    both.children.append(library.item(library.add_movie("Arrival", 2016)))
    indexed.clock.advance(3600)
    library.update(both.rating_key)
    both.updated_at = indexed.clock.now()
    await indexed.beat()
    assert (await members(indexed))["Both"] == ["Alien", "Heat", "Arrival"]

    library.remove(indexed.item("Alien").rating_key)
    await indexed.beat(after=86_500)
    assert (await members(indexed))["Both"] == ["Heat", "Arrival"]
    await indexed.beat(after=130)
    assert "Alien" not in await indexed.titles()


async def test_music_is_read_and_photos_are_not(indexed: Indexed) -> None:
    library = indexed.plex.library
    library.add_section("Music", type="artist")
    library.add_section("Photos", type="photo")
    library.add_artist("Björk", albums={"Debut": ["Human Behaviour", "Crying"], "Post": ["Hyperballad"]})
    await indexed.beat()

    kinds = await indexed.rows(
        "select type, count(*) from items where type in ('artist', 'album', 'track') group by 1 order by 1"
    )
    assert kinds == [("album", 2), ("artist", 1), ("track", 3)]
    state = await state_of(indexed)
    assert [(each.title, each.items) for each in state if each.type == "artist"] == [("Music", 1)]
    assert "Photos" not in {each.title for each in state}


async def state_of(indexed: Indexed) -> list[LibrarySync]:
    with indexed.sandbox.as_user(role=Role.ADMIN):
        return (await get_sync_state(indexed.app, GetSyncState())).items


async def test_administrators_see_how_far_it_is_and_ask_for_a_full_pass(indexed: Indexed) -> None:
    await indexed.beat()
    movies = (await state_of(indexed))[0]
    assert (movies.key, movies.items, movies.missing, movies.dropped) == ("1", 2, 0, 0)
    assert movies.last_full_pass_at and movies.last_look_at and not movies.running and not movies.asked_for
    before = full_passes(indexed)

    with indexed.sandbox.as_user(role=Role.ADMIN):
        await sync_library(indexed.app, SyncLibrary(key="1"))
        with pytest.raises(NotFound):
            await sync_library(indexed.app, SyncLibrary(key="99"))
    assert (await state_of(indexed))[0].asked_for
    await Sync(indexed.app).beat_if_due()

    assert full_passes(indexed) == before + 1
    assert not (await state_of(indexed))[0].asked_for
    with indexed.sandbox.as_user():
        with pytest.raises(Forbidden):
            await get_sync_state(indexed.app, GetSyncState())
        with pytest.raises(Forbidden):
            await sync_library(indexed.app, SyncLibrary(key="1"))


async def test_a_pass_at_work_is_seen_from_outside(indexed: Indexed) -> None:
    indexed.plex.library.generate(450)
    # The last of three pages is waited for.
    indexed.plex.server.fail_with("hang", path="/library/sections/1/all", times=1, after=2)
    beat = asyncio.create_task(indexed.beat())

    async def at_work() -> bool:
        return any(library.running and library.read == 400 for library in await state_of(indexed))

    await eventually(at_work)
    indexed.plex.server.heal()
    await beat

    assert not (await state_of(indexed))[0].running


async def test_a_pass_goes_on_when_the_clock_has_no_patience_left(
    indexed: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FOLLOW_SECONDS", 0.02)
    indexed.plex.library.generate(900)
    indexed.plex.server.delay = 0.03
    calls = 0
    async with asyncio.timeout(60):
        while True:
            await jobs.keep_index(indexed.app)
            calls += 1
            libraries = await state_of(indexed)
            if libraries and all(library.last_full_pass_at for library in libraries):
                break

    assert calls > 3
    assert full_passes(indexed) == 1
    assert len(await indexed.titles()) == 903


async def test_a_webhook_leads_to_a_look_and_to_nothing_else(indexed: Indexed) -> None:
    await indexed.beat()
    await indexed.events(5)
    indexed.plex.library.add_movie("Arrival", 2016, tmdb=329865)
    lie = webhook(indexed, "Arrival", title="Something else", Guid=[{"id": "tmdb://1"}])
    for _ in range(3):
        await receive_plex_webhook(indexed.app, lie)
    assert await hinted(indexed) == ["Movies"]

    await Sync(indexed.app).beat_if_due()

    (event,) = await indexed.events(1)
    assert isinstance(event, ItemAdded)
    assert (event.title, event.tmdb_id, event.is_news) == ("Arrival", 329865, True)
    assert await hinted(indexed) == []


async def test_a_webhook_without_a_library_is_placed_by_its_item_or_its_parents(indexed: Indexed) -> None:
    await indexed.beat()
    await receive_plex_webhook(indexed.app, webhook(indexed, "Saw", librarySectionID=None))
    assert await hinted(indexed) == ["Grown-ups"]

    await indexed.rows("select 1")
    await Sync(indexed.app).beat_if_due()
    new = webhook(indexed, "Episode 2", librarySectionID=None, ratingKey="999", guid="local://999")
    await receive_plex_webhook(indexed.app, new)
    assert await hinted(indexed) == ["TV Shows"]

    nowhere = webhook(indexed, "Saw", librarySectionID="-1", ratingKey="999", parentRatingKey=None)
    await receive_plex_webhook(indexed.app, nowhere)
    assert await hinted(indexed) == ["Movies", "TV Shows", "Grown-ups"]


async def test_what_means_nothing_is_passed_over(indexed: Indexed) -> None:
    await indexed.beat()
    now = indexed.clock.now()
    for template in NONSENSE:
        body = template.replace("MACHINE", indexed.plex.machine_id)
        await receive_plex_webhook(indexed.app, ReceivePlexWebhook(body=body, received_at=now))
        await receive_tautulli_webhook(indexed.app, ReceiveTautulliWebhook(body=body, received_at=now))
        assert await hinted(indexed) == [], template


async def test_tautulli_says_where_to_look(indexed: Indexed) -> None:
    await indexed.beat()
    told = {
        "event": "created",
        "machineIdentifier": indexed.plex.machine_id,
        "sectionId": "3",
        "ratingKey": indexed.item("Saw").rating_key,
        "mediaType": "movie",
    }
    for event in ("play", "created"):
        body = json.dumps(told | {"event": event})
        await receive_tautulli_webhook(
            indexed.app, ReceiveTautulliWebhook(body=body, received_at=indexed.clock.now())
        )
        assert await hinted(indexed) == ([] if event == "play" else ["Grown-ups"])


async def test_a_hint_that_comes_while_we_look_leads_to_another_look(indexed: Indexed) -> None:
    await indexed.beat()
    await receive_plex_webhook(indexed.app, webhook(indexed, "Heat"))
    again = webhook(indexed, "Heat")
    loop, late = asyncio.get_running_loop(), list[asyncio.Task[None]]()

    def hint(_: int) -> None:
        indexed.plex.quirks.after_page = lambda _: None
        indexed.clock.advance(1)
        late.append(loop.create_task(receive_plex_webhook(indexed.app, again)))

    indexed.plex.quirks.after_page = hint
    indexed.plex.server.delay = 0.02
    await Sync(indexed.app).beat_if_due()
    await asyncio.gather(*late)

    assert late
    assert await hinted(indexed) == ["Movies"]


async def test_two_replicas_at_once_tell_everything_once(indexed: Indexed) -> None:
    """Only one leads, but the lead can change while a pass is at work."""
    indexed.plex.furnish(300)
    there = sum(item.type not in ("episode", "track") for item in indexed.plex.library.items.values())
    await asyncio.gather(*(Sync(indexed.app).beat() for _ in range(3)))
    events = await indexed.events(there)
    await indexed.nothing_more_is_told()
    assert len(events) == there
    assert len({event.rating_key for event in events}) == there

    heat = indexed.item("Heat")
    indexed.plex.library.remove(heat.rating_key)
    await asyncio.gather(*(Sync(indexed.app).beat() for _ in range(2)))
    indexed.clock.advance(130)
    await asyncio.gather(*(Sync(indexed.app).beat() for _ in range(2)))
    (gone,) = await indexed.events(1)
    assert isinstance(gone, ItemRemoved) and gone.title == "Heat"
    await indexed.nothing_more_is_told()


async def test_another_server_at_the_same_address_is_another_library(indexed: Indexed) -> None:
    """The same numbers mean other things there; what the first one had is gone an hour later."""
    await indexed.beat()
    await indexed.events(5)
    first = indexed.plex.machine_id
    async with FakePlex.start(server_name="New") as other:
        for number in range(8):
            other.library.add_movie(f"Other {number}", 2001, tmdb=7000 + number)
        other.media_server.accounts.owner.server_token = indexed.plex.server_token
        indexed.plex.media_server.machine_id = "replaced"
        indexed.plex.media_server.library = other.library
        indexed.plex.media_server.lists.clear()
        await indexed.beat()
        await indexed.nothing_more_is_told()
        await look_again(indexed)
        await indexed.beat()

        events = await indexed.events(8)
        assert {event.machine_identifier for event in events} == {"replaced"}
        assert not any(isinstance(event, ItemAdded) and event.is_news for event in events)
        mine = "select count(*) from items i join servers s on s.id = i.server_id where s.machine_identifier = :machine"
        assert await indexed.rows(mine, machine=first) == [(8,)]
        assert await indexed.rows(mine, machine="replaced") == [(8,)]
        assert {each.items for each in await state_of(indexed)} == {8, 0}

        indexed.clock.advance(3700)
        await look_again(indexed)
        await indexed.beat()
        gone = await indexed.events(5)
        assert {(type(e), e.machine_identifier) for e in gone} == {(ItemRemoved, first)}
        assert await indexed.rows(mine, machine=first) == [(0,)]


async def look_again(indexed: Indexed) -> None:
    indexed.clock.advance(60)
    await indexed.app.plex.watch.look(patience=30)
