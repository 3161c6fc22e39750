"""Playlists and channels asked for as a whole, read by the real yt-dlp."""

import time

import pytest

from medianest.testing import eventually
from medianest_common.contracts.youtube.downloads import GetBatch, ListBatches
from medianest_common.testing.fake_youtube import Channel, Playlist, Video, numbered
from services.youtube.tests.conftest import Home
from services.youtube.tests.lists import (
    CHANNEL_ID,
    LIST_ID,
    ask_for_list,
    batch_becomes,
    batch_row,
    call_reader,
    hold_downloads,
    told,
    wishes,
)


async def test_a_playlist_becomes_downloads_in_its_order(home: Home) -> None:
    await hold_downloads(home)
    playlist = home.youtube.add(Playlist(id=LIST_ID, title="Songs", videos=numbered(120)))

    batch = await batch_becomes(home, await ask_for_list(home, home.owner))

    assert (batch["found"], batch["made"], batch["skipped"], batch["title"]) == (120, 120, {}, "Songs")
    assert [video for video, _ in await wishes(home, home.owner)] == [video.id for video in playlist.videos]
    queue = await home.rows("select video_id from assets order by priority desc, queued_at, id")
    assert [video for (video,) in queue] == [video.id for video in playlist.videos]
    ordinals = await home.rows("select ordinal, video_id from list_entries order by ordinal")
    assert ordinals == [(number, video.id) for number, video in enumerate(playlist.videos, start=1)]
    [event] = await told(home, "batchId", batch["id"], "made")
    assert (event["found"], event["made"], event["userId"]) == (120, 120, str(home.owner.id))


@pytest.mark.long
async def test_a_playlist_of_two_thousand_is_read_within_ten_seconds(home: Home) -> None:
    """MeTube #232: a huge playlist hung. Other tests may run beside this one, so that it is given more time here."""
    await hold_downloads(home)
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(2_000)))

    begun = time.monotonic()
    batch = await batch_becomes(home, await ask_for_list(home, home.owner))
    took = time.monotonic() - begun

    assert batch["made"] == 2_000
    assert took < 40, f"{took:.1f} s"


async def test_the_first_so_many_are_all_that_is_read(home: Home) -> None:
    await hold_downloads(home)
    home.youtube.add(Channel(id=CHANNEL_ID, handle="@somebody", videos=numbered(90)))

    batch = await batch_becomes(
        home,
        await ask_for_list(home, home.owner, "https://www.youtube.com/@somebody", kind="channel", most=60),
    )

    assert (batch["found"], batch["made"], batch["list_id"]) == (60, 60, CHANNEL_ID)


async def test_what_cannot_be_had_is_counted_and_stops_nothing(home: Home) -> None:
    """Tube Archivist #307 and #477: a private or removed video in a list held up the whole queue."""
    await hold_downloads(home)
    videos = numbered(6)
    videos[1].title, videos[3].title = "[Private video]", "[Deleted video]"
    home.youtube.add(Playlist(id=LIST_ID, videos=videos))
    await home.change(
        "insert into tombstones (video_id, reason, at) values (:id, 'deleted', :now)",
        id=videos[4].id,
        now=home.clock.now(),
    )

    batch = await batch_becomes(home, await ask_for_list(home, home.owner))

    assert (batch["found"], batch["made"]) == (6, 3)
    assert batch["skipped"] == {"private": 1, "removed": 1, "tombstone": 1}


async def test_two_people_share_what_both_have_asked_for(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(60)))

    first = await ask_for_list(home, home.owner)
    second = await ask_for_list(home, frida)
    again = await ask_for_list(home, frida)

    assert (await batch_becomes(home, first))["made"] == 60
    assert (await batch_becomes(home, second))["made"] == 60
    assert (await batch_becomes(home, again))["skipped"] == {"already_there": 60}
    assert await home.rows("select count(*) from assets") == [(60,)]
    assert await home.rows("select count(*) from downloads") == [(120,)]


async def test_numbers_of_first_sight_stay_when_the_list_is_ordered_anew(home: Home) -> None:
    """Pinchflat #309 and ytdl-sub #1354: numbers that follow the list change when it does."""
    await hold_downloads(home)
    videos = numbered(4)
    playlist = home.youtube.add(Playlist(id=LIST_ID, videos=videos))
    await batch_becomes(home, await ask_for_list(home, home.owner))

    late = Video(id="latecomer01", title="Late")
    playlist.videos = [late, *reversed(videos[1:])]
    await batch_becomes(home, await ask_for_list(home, home.owner))

    rows = await home.rows(
        "select video_id, ordinal, position, gone_at is null from list_entries order by ordinal"
    )
    assert rows == [
        (videos[0].id, 1, 0, False),
        (videos[1].id, 2, 3, True),
        (videos[2].id, 3, 2, True),
        (videos[3].id, 4, 1, True),
        (late.id, 5, 0, True),
    ]


async def test_what_a_list_told_stays_with_its_videos(home: Home) -> None:
    """MeTube #154: which list a video came from was forgotten with a restart."""
    await hold_downloads(home)
    as_show = await home.rows(
        "insert into profiles (id, name, choices, updated_at) values"
        " (gen_random_uuid(), 'Lists as shows', '{\"layout\": \"playlist_show\"}', now()) returning id"
    )
    home.youtube.add(Playlist(id=LIST_ID, title="A course", videos=numbered(3)))

    await batch_becomes(home, await ask_for_list(home, home.owner, profile_id=as_show[0][0]))

    rows = await home.rows("select title, channel, duration_seconds, list_id from assets order by queued_at")
    assert rows == [(f"Episode {number}", "Fixture Channel", 4, LIST_ID) for number in (1, 2, 3)]
    assert await home.rows("select id, kind, title from lists") == [(LIST_ID, "playlist", "A course")]


async def test_a_reader_that_vanished_is_followed_by_one_that_goes_on_from_there(home: Home) -> None:
    await hold_downloads(home)
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(130)))
    batch_id = await ask_for_list(home, home.owner, most=50)
    await batch_becomes(home, batch_id)
    # As a service leaves it that is killed after its first page.
    await home.change(
        "update batches set status = 'indexing', most = null, lease_until = :until where id = :id",
        until=home.clock.now(),
        id=batch_id,
    )
    home.clock.advance(61)
    await call_reader(home)

    batch = await batch_becomes(home, batch_id)

    assert (batch["found"], batch["made"], batch["cursor"]) == (130, 130, 130)
    assert await home.rows("select count(*), count(distinct asset_id) from downloads") == [(130, 130)]


async def test_somebody_elses_lease_keeps_the_only_place(home: Home) -> None:
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(2)))
    await hold_downloads(home)
    first = await ask_for_list(home, home.owner)
    await batch_becomes(home, first)
    await home.change(
        "update batches set status = 'indexing', epoch = epoch + 1, lease_until = :until where id = :id",
        until=home.clock.now().replace(year=2090),
        id=first,
    )
    second = await ask_for_list(home, home.owner)
    await call_reader(home)

    async def used() -> bool:
        info = await home.sandbox.bus.js.consumer_info("JOB_YOUTUBE", "youtube__index_list")
        return not info.num_pending and not info.num_ack_pending

    await eventually(used)
    assert (await batch_row(home, second))["status"] == "queued"


async def test_a_list_that_is_not_there_is_told_as_such(home: Home) -> None:
    batch_id = await ask_for_list(home, home.owner)

    batch = await batch_becomes(home, batch_id, "failed")

    assert batch["failure"] == "REMOVED"
    [event] = await told(home, "batchId", batch["id"], "code")
    assert event["reason"] == "This list or channel is not on YouTube any more."
    shown = await home.owner.call(GetBatch(id=batch_id))
    assert shown.failure is not None
    assert shown.failure.message == event["reason"]
    assert shown.failure.retry_at is None


async def test_an_outage_is_waited_for(home: Home) -> None:
    """Tube Archivist #1170: what was asked for was dropped when the first look at it failed."""
    await hold_downloads(home)
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(3)))
    home.youtube.pages.cut = True
    batch_id = await ask_for_list(home, home.owner)

    async def waits() -> bool:
        row = await batch_row(home, batch_id)
        return (row["failure"], row["status"]) == ("NETWORK", "queued")

    await eventually(waits, within=60)
    assert (await home.owner.call(GetBatch(id=batch_id))).failure is not None
    home.youtube.pages.cut = False
    home.clock.advance(3 * 60)
    await call_reader(home)

    assert (await batch_becomes(home, batch_id))["made"] == 3


async def test_too_many_questions_pause_the_queue_and_the_list_goes_on_afterwards(home: Home) -> None:
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(3)))
    home.youtube.pages.status = 429
    batch_id = await ask_for_list(home, home.owner)

    async def paused() -> bool:
        rows = await home.rows("select code from queue_pauses where ended_at is null")
        return rows == [("RATE_LIMITED",)]

    await eventually(paused, within=60)
    home.youtube.pages.status = None

    async def shown() -> bool:
        return bool((await batch_row(home, batch_id))["failure"] == "RATE_LIMITED")

    await eventually(shown)
    assert (await batch_row(home, batch_id))["status"] == "queued"
    home.clock.advance(2 * 3600)
    await call_reader(home)
    await batch_becomes(home, batch_id)


async def test_people_see_their_own_batches_and_administrators_all(home: Home) -> None:
    await hold_downloads(home)
    frida, gustav = await home.friend(), await home.friend("Gustav")
    home.youtube.add(Playlist(id=LIST_ID, title="Songs", videos=numbered(2)))
    hers = [await ask_for_list(home, frida) for _ in range(3)]
    for batch_id in hers:
        await batch_becomes(home, batch_id)

    first = await frida.call(ListBatches(limit=2))
    rest = await frida.call(ListBatches(limit=2, cursor=first.next_cursor))

    assert [batch.id for batch in (*first.items, *rest.items)] == hers[::-1]
    assert rest.next_cursor is None
    assert first.items[0].title == "Songs"
    assert (await gustav.call(ListBatches())).items == []
    assert len((await home.owner.call(ListBatches())).items) == 3
    assert (await home.owner.call(ListBatches(mine=True))).items == []
