"""What has been stored is shown by Plex, with its own title, and in the order of the list it came from."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.plex.arriving import FolderState
from medianest_common.contracts.youtube.downloads import (
    StartDownload,
)
from medianest_common.contracts.youtube.jobs import HandOver, KeepCollection
from medianest_common.contracts.youtube.subscriptions import (
    Backfill,
    ChangeSubscription,
    Subscribe,
    SubscriptionBody,
    SubscriptionChoices,
    Unsubscribe,
)
from medianest_common.contracts.youtube.tools import GetFolder
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fake_youtube import FakeYoutube, Playlist, numbered
from medianest_plex.service import SERVICE as PLEX
from services.youtube.tests.conftest import Home, Person, home_on
from services.youtube.tests.lists import LIST_ID, hold_downloads

STANDARD = UUID("01930000-0000-7000-8000-000000000001")


@pytest.fixture
async def plex() -> AsyncIterator[FakePlex]:
    async with FakePlex.start(server_name="Living Room") as plex:
        yield plex


async def _plex_runs(home: Home, plex: FakePlex) -> None:
    await home.sandbox.start(
        PLEX, plex_url=plex.server_url, plex_token=plex.owner.token, plex_tv_url=plex.tv_url
    )


async def _stored(home: Home, video: str, *, whose: Person, batch: UUID | None = None) -> UUID:
    """An asset as it is once its file has been moved to its place."""
    asset, number = uuid7(), len(home.files()) + 1
    path = f"Trains [UCtrains]/Season 2024/Trains - s2024e0305{number:02} - x [{video}].mp4"
    (home.folder / path).parent.mkdir(parents=True, exist_ok=True)
    (home.folder / path).write_bytes(b"video")
    now = home.clock.now()
    await home.change(
        """insert into assets (id, video_id, profile_id, title, description, published_on, status, status_since,
               queued_at, path, files, size, version, created_at, updated_at)
           values (:id, :video, :profile, :title, 'All about it.', '2024-03-05', 'importing', :now, :now, :path,
               array[:path], 5, 1, :now, :now)""",
        id=asset,
        video=video,
        profile=STANDARD,
        title=f"Video {video}",
        path=path,
        now=now,
    )
    await home.change(
        """insert into downloads (id, user_id, asset_id, batch_id, created_at)
           values (:id, :user, :asset, :batch, :now)""",
        id=uuid7(),
        user=whose.id,
        asset=asset,
        batch=batch,
        now=now,
    )
    return asset


async def _state(home: Home, asset: UUID) -> Any:
    (row,) = await home.rows(
        "select status, status_reason, plex_rating_key, plex_url from assets where id = :id", id=asset
    )
    return row


async def _is_ready(home: Home, asset: UUID) -> bool:
    return bool((await _state(home, asset))[0] == "ready")


async def test_a_stored_video_is_ready_once_plex_shows_it_under_its_own_title(
    home: Home, plex: FakePlex
) -> None:
    plex.library.add_section("YouTube", type="show", path=str(home.folder))
    await _plex_runs(home, plex)
    asset = await _stored(home, "abcdefghijk", whose=home.owner)

    await home.sandbox.bus.enqueue_now(HandOver(asset_id=asset))

    await eventually(lambda: _is_ready(home, asset))
    _, reason, key, url = await _state(home, asset)
    assert reason is None
    assert url.startswith("https://app.plex.tv/")
    item = plex.library.item(key)
    assert (item.title, item.summary, item.published_on) == (
        "Video abcdefghijk",
        "All about it.",
        "2024-03-05",
    )

    async def is_told() -> bool:
        return any(event.get("plexUrl") == url and event["singly"] for event in home.events)

    await eventually(is_told)


async def test_plex_may_know_the_folder_under_another_name(
    server_urls: ServerUrls, youtube: FakeYoutube, plex: FakePlex, tmp_path: Path
) -> None:
    other = tmp_path / "as-plex-sees-it"
    async with home_on(server_urls, tmp_path, youtube, youtube_plex_dir=str(other)) as home:
        other.symlink_to(home.folder, target_is_directory=True)
        plex.library.add_section("YouTube", type="show", path=str(other))
        await _plex_runs(home, plex)
        asset = await _stored(home, "abcdefghijk", whose=home.owner)

        await home.sandbox.bus.enqueue_now(HandOver(asset_id=asset))

        await eventually(lambda: _is_ready(home, asset))
        assert (await _state(home, asset))[2] is not None


@pytest.mark.parametrize("why", ["no library", "no server"])
async def test_without_a_library_for_it_the_video_is_ready_and_the_reason_says_what_to_do(
    home: Home, plex: FakePlex, why: str
) -> None:
    if why == "no library":
        await _plex_runs(home, plex)
    else:
        await home.sandbox.start(PLEX)
    asset = await _stored(home, "abcdefghijk", whose=home.owner)

    await home.sandbox.bus.enqueue_now(HandOver(asset_id=asset))

    await eventually(lambda: _is_ready(home, asset))
    _, reason, key, url = await _state(home, asset)
    assert ("Add it to one" if why == "no library" else "No Plex server is set up") in reason
    assert key is None
    assert url is None


async def test_a_plex_that_is_away_is_waited_for_and_after_an_hour_the_video_is_ready_without_it(
    home: Home,
) -> None:
    asset = await _stored(home, "abcdefghijk", whose=home.owner)

    await home.sandbox.bus.enqueue_now(HandOver(asset_id=asset))

    async def is_waited_for() -> bool:
        return bool(await home.rows("select 1 from outbox where subject like '%hand_over'"))

    await eventually(is_waited_for)
    assert (await _state(home, asset))[0] == "importing"

    home.clock.advance(timedelta(minutes=61).total_seconds())
    await eventually(lambda: _is_ready(home, asset))
    assert "within an hour" in (await _state(home, asset))[1]


async def test_videos_of_a_list_stand_in_its_collection_in_the_order_of_the_list(
    home: Home, plex: FakePlex
) -> None:
    """Whatever the order was in which they arrived."""
    plex.library.add_section("YouTube", type="show", path=str(home.folder))
    await _plex_runs(home, plex)
    frida, batch, now = await home.friend(), uuid7(), home.clock.now()
    await home.change("insert into lists (id, kind, title) values ('PLtrains', 'playlist', 'Trains')")
    await home.change(
        """insert into batches (id, user_id, kind, url, list_id, profile_id, collection, status, queued_at, created_at)
           values (:id, :user, 'playlist', 'u', 'PLtrains', :profile, 'Railways', 'indexed', :now, :now)""",
        id=batch,
        user=frida.id,
        profile=STANDARD,
        now=now,
    )
    for place, video in enumerate(["aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc"], 1):
        await home.change(
            """insert into list_entries (list_id, video_id, ordinal, position, title, first_seen_at, seen_at)
               values ('PLtrains', :video, :place, :place, :video, :now, :now)""",
            video=video,
            place=place,
            now=now,
        )
    for video in ("ccccccccccc", "aaaaaaaaaaa", "bbbbbbbbbbb"):
        asset = await _stored(home, video, whose=frida, batch=batch)
        await home.sandbox.bus.enqueue_now(HandOver(asset_id=asset))

    async def in_order() -> bool:
        made = [item for item in plex.library.items.values() if item.title == "Railways"]
        titles = [child.title for item in made for child in item.children]
        return titles == [f"Video {video}" for video in ("aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc")]

    await eventually(in_order)

    await home.change("update list_entries set position = 4 where video_id = 'aaaaaaaaaaa'")
    (library,) = {str(key) for key, section in plex.library.sections.items() if section.title == "YouTube"}
    await home.sandbox.bus.enqueue_now(
        KeepCollection(list_id="PLtrains", collection="Railways", library_key=library)
    )

    async def moved() -> bool:
        (made,) = [item for item in plex.library.items.values() if item.title == "Railways"]
        return [child.title[-1] for child in made.children] == ["b", "c", "a"]

    await eventually(moved)


@pytest.mark.parametrize("by", ["batch", "subscription"])
async def test_what_was_there_before_a_list_was_read_joins_its_collection(
    home: Home, plex: FakePlex, by: str
) -> None:
    """Asked for by itself, so that nothing about it changes when the list comes."""
    plex.library.add_section("YouTube", type="show", path=str(home.folder))
    await _plex_runs(home, plex)
    videos = numbered(2)
    home.youtube.add(Playlist(id=LIST_ID, title="Songs", videos=videos))
    asset = await _stored(home, videos[0].id, whose=home.owner)
    await home.sandbox.bus.enqueue_now(HandOver(asset_id=asset))
    await eventually(lambda: _is_ready(home, asset))
    await hold_downloads(home)

    url = f"https://www.youtube.com/playlist?list={LIST_ID}"
    if by == "batch":
        await home.owner.call(StartDownload(url=url, collection="Railways"))
    else:
        body = SubscriptionBody(url=url, collection="Railways", backfill=Backfill.ALL)
        await home.owner.call(Subscribe(subscription=body))

    async def joined() -> bool:
        made = [item for item in plex.library.items.values() if item.title == "Railways"]
        return [child.title for item in made for child in item.children] == [f"Video {videos[0].id}"]

    await eventually(joined)


async def test_a_subscription_that_is_given_a_collection_fills_it_with_what_is_there(
    home: Home, plex: FakePlex
) -> None:
    plex.library.add_section("YouTube", type="show", path=str(home.folder))
    await _plex_runs(home, plex)
    await hold_downloads(home)
    videos = numbered(1)
    home.youtube.add(Playlist(id=LIST_ID, title="Songs", videos=videos))
    url = f"https://www.youtube.com/playlist?list={LIST_ID}"
    followed = await home.owner.call(Subscribe(subscription=SubscriptionBody(url=url)))

    async def is_read() -> bool:
        return bool(await home.rows("select 1 from subscriptions where last_full_at is not null"))

    await eventually(is_read)
    asset = await _stored(home, videos[0].id, whose=home.owner)
    await home.sandbox.bus.enqueue_now(HandOver(asset_id=asset))
    await eventually(lambda: _is_ready(home, asset))

    choices = SubscriptionChoices(collection="Railways")
    await home.owner.call(ChangeSubscription(id=followed.id, choices=choices))

    async def filled() -> bool:
        made = [item for item in plex.library.items.values() if item.title == "Railways"]
        return [child.title for item in made for child in item.children] == [f"Video {videos[0].id}"]

    await eventually(filled)


@pytest.fixture
async def railways(home: Home, plex: FakePlex) -> tuple[Person, UUID]:
    """Frida follows a list into a collection, and what is in it is there. With her subscription."""
    plex.library.add_section("YouTube", type="show", path=str(home.folder))
    await _plex_runs(home, plex)
    await hold_downloads(home)
    frida = await home.friend()
    videos = numbered(2)
    home.youtube.add(Playlist(id=LIST_ID, title="Songs", videos=videos))
    for video in videos:
        asset = await _stored(home, video.id, whose=frida)
        await home.sandbox.bus.enqueue_now(HandOver(asset_id=asset))
        await eventually(lambda asset=asset: _is_ready(home, asset))  # type: ignore[misc]
    await _follow(frida, "Railways")
    await eventually(lambda: _is_in(plex, {"Railways": 2}))
    [(subscription,)] = await home.rows("select id from subscriptions")
    return frida, subscription


async def _follow(person: Person, collection: str) -> None:
    url = f"https://www.youtube.com/playlist?list={LIST_ID}"
    body = SubscriptionBody(url=url, collection=collection, backfill=Backfill.ALL)
    await person.call(Subscribe(subscription=body))


async def _is_in(plex: FakePlex, expected: dict[str, int]) -> bool:
    made = [item for item in plex.library.items.values() if item.type == "collection"]
    return {item.title: len(item.children) for item in made} == expected


async def test_a_collection_that_is_called_otherwise_is_not_there_twice(
    plex: FakePlex, railways: tuple[Person, UUID]
) -> None:
    frida, subscription = railways

    choices = SubscriptionChoices(backfill=Backfill.ALL, collection="Trains")
    await frida.call(ChangeSubscription(id=subscription, choices=choices))

    await eventually(lambda: _is_in(plex, {"Trains": 2}))


async def test_who_follows_no_more_and_deletes_the_files_takes_the_collection_along(
    home: Home, plex: FakePlex, railways: tuple[Person, UUID]
) -> None:
    """But not what somebody else asks for under the same title."""
    frida, subscription = railways
    other = await home.friend("Gustav")
    await _follow(other, "railways")

    async def he_has_them() -> bool:
        return await home.rows(
            "select count(*) from downloads where user_id = :id and ended_at is null", id=other.id
        ) == [(2,)]

    await eventually(he_has_them)
    [(his,)] = await home.rows("select id from subscriptions where user_id = :id", id=other.id)

    await frida.call(Unsubscribe(id=subscription, files=True))
    await _jobs_are_done(home)
    assert await _is_in(plex, {"Railways": 2})

    await other.call(Unsubscribe(id=his, files=True))
    await eventually(lambda: _is_in(plex, {}))


async def test_who_keeps_the_files_keeps_their_collection(
    home: Home, plex: FakePlex, railways: tuple[Person, UUID]
) -> None:
    frida, subscription = railways

    await frida.call(Unsubscribe(id=subscription))

    await _jobs_are_done(home)
    assert await _is_in(plex, {"Railways": 2})


async def test_the_collections_of_who_has_left_go_and_their_videos_stay(
    home: Home, plex: FakePlex, railways: tuple[Person, UUID]
) -> None:
    frida, _ = railways

    await home.sandbox.emit(UserDeleted(user_id=frida.id))

    await eventually(lambda: _is_in(plex, {}))
    assert await home.rows("select count(*) from assets where status = 'ready'") == [(2,)]
    assert len(home.files()) == 2


async def _jobs_are_done(home: Home) -> None:
    async def quiet() -> bool:
        if await home.rows("select 1 from outbox where not_before <= now()"):
            return False
        waiting = [
            await home.sandbox.bus.js.consumer_info("JOB_YOUTUBE", f"youtube__{name}")
            for name in ("release_collection", "keep_collection", "end_downloads")
        ]
        return not any(each.num_pending or each.num_ack_pending for each in waiting)

    await eventually(quiet)


async def test_administrators_see_where_downloads_are_and_which_library_shows_them(
    home: Home, plex: FakePlex
) -> None:
    alone = await home.owner.call(GetFolder())
    assert (alone.path, alone.path_in_plex, alone.state) == (
        str(home.folder),
        str(home.folder),
        FolderState.UNKNOWN,
    )
    assert alone.free_bytes and alone.free_bytes > 0

    await _plex_runs(home, plex)
    assert (await home.owner.call(GetFolder())).state is FolderState.NO_LIBRARY

    plex.library.add_section("YouTube", type="show", path=str(home.folder))
    shown = await home.owner.call(GetFolder())
    assert (shown.state, shown.library_title) == (FolderState.FOUND, "YouTube")


async def test_nobody_else_sees_where_downloads_are(home: Home) -> None:
    frida = await home.friend()
    with pytest.raises(RemoteError) as refused:
        await frida.call(GetFolder())
    assert refused.value.code == "FORBIDDEN"
