"""What goes to make room, what has gone by itself, and what is given up."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from medianest.testing import eventually
from medianest.testing_secrets import WrittenLog
from medianest_common.clock import uuid7
from medianest_common.contracts.youtube.downloads import BatchStatus, CancelBatch, GetBatch
from medianest_common.contracts.youtube.subscriptions import (
    CheckSubscription,
    RetentionBody,
    Subscribe,
    SubscriptionBody,
    Unsubscribe,
)
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_youtube import Playlist, numbered
from medianest_youtube.service import SERVICE
from medianest_youtube.use_cases.apply_retention import Stored, beyond
from services.youtube.tests.conftest import Home, Person
from services.youtube.tests.lists import (
    LIST_ID,
    STANDARD,
    ask_for_list,
    batch_becomes,
    batch_row,
    hold_downloads,
    wishes,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


async def follow(home: Home, person: Person, **retention: Any) -> UUID:
    body = SubscriptionBody(
        url=f"https://www.youtube.com/playlist?list={LIST_ID}", retention=RetentionBody(**retention)
    )
    return (await person.call(Subscribe(subscription=body))).id


async def stored(
    home: Home, person: Person, number: int, *, by: UUID | None = None, pinned: bool = False
) -> str:
    """A video that has been downloaded, number 1 the oldest; its path."""
    asset_id, path = uuid7(), f"Show/Episode {number} [video{number:06d}].mp4"
    file = home.folder / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"x" * 1_000)
    at = home.clock.now() - timedelta(days=100 - number)
    await home.change(
        "insert into assets (id, video_id, profile_id, title, status, status_since, queued_at, path, files, size,"
        " stored_at, pinned, version, created_at, updated_at) values (:id, :video, :profile, :video, 'ready', :at, :at,"
        " :path, array[:path], 1000, :at, :pinned, 1, :at, :at)",
        id=asset_id,
        video=f"video{number:06d}",
        profile=STANDARD,
        path=path,
        at=at,
        pinned=pinned,
    )
    await wish_for(home, person, number, by=by)
    return path


async def wish_for(home: Home, person: Person, number: int, *, by: UUID | None = None) -> UUID:
    wish = uuid7()
    await home.change(
        "insert into downloads (id, user_id, asset_id, subscription_id, created_at)"
        " select :id, :person, a.id, :by, now() from assets a where video_id = :video",
        id=wish,
        person=person.id,
        by=by,
        video=f"video{number:06d}",
    )
    return wish


async def an_hour_later(home: Home) -> None:
    """What runs by the clock runs when the service starts."""
    await home.sandbox.stop("youtube")
    await home.sandbox.start(SERVICE)


async def left(home: Home, paths: Sequence[str]) -> None:
    async def exactly() -> bool:
        found = home.files()
        assert found == sorted(paths), found
        return True

    await eventually(exactly)


def rows(*sizes: int) -> list[Stored]:
    """The newest first, a day apart."""
    return [Stored(UUID(int=age), size, NOW - age * DAY) for age, size in enumerate(sizes)]


@pytest.mark.parametrize(
    "rules, going",
    [
        ({}, []),
        ({"count": 2}, [3, 2]),
        ({"days": 1}, [3, 2]),
        ({"most_bytes": 25}, [3, 2]),
        ({"most_bytes": 5}, [3, 2, 1, 0]),
        ({"count": 3, "days": 1}, [3, 2]),
        ({"count": 1, "days": 30, "most_bytes": 1_000}, [3, 2, 1]),
        ({"count": 100, "days": 100, "most_bytes": 40}, []),
    ],
)
def test_whichever_rule_is_reached_first_makes_room_from_the_oldest_on(
    rules: dict[str, int], going: list[int]
) -> None:
    found = beyond(rows(10, 10, 10, 10), now=NOW, **rules)

    assert [download.int for download in found] == going


async def test_the_oldest_go_and_what_is_pinned_or_wanted_by_others_stays(home: Home) -> None:
    """Pinchflat #754: there was no way to keep one from the rule."""
    await hold_downloads(home)
    frida = await home.friend()
    mine = await follow(home, home.owner, count=2)
    await follow(home, frida)
    paths = [await stored(home, home.owner, number, by=mine, pinned=number == 2) for number in range(1, 7)]
    await wish_for(home, frida, 3)

    await an_hour_later(home)

    await left(home, [paths[1], paths[2], paths[4], paths[5]])
    assert [video for video, _ in await wishes(home, home.owner)] == [
        "video000002",
        "video000005",
        "video000006",
    ]
    assert [video for video, _ in await wishes(home, frida)] == ["video000003"]
    gone = await home.rows("select status, status_reason from assets where video_id = 'video000001'")
    assert gone == [("removed", "A subscription keeps only so much, and this was the oldest of it.")]
    assert await home.rows("select reason, user_id from tombstones") == [("retention", home.owner.id)] * 2


async def test_what_a_rule_has_deleted_is_not_fetched_again_and_others_may_have_it(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(2)))
    mine = await follow(home, home.owner, count=1)
    await home.change("update subscriptions set backfill = 'all'")
    for number in (1, 2):
        await stored(home, home.owner, number, by=mine)
    await an_hour_later(home)
    await left(home, ["Show/Episode 2 [video000002].mp4"])

    await home.owner.call(CheckSubscription(id=mine))

    async def looked() -> bool:
        rows = await home.rows("select skipped from subscriptions where last_checked_at is not null")
        return bool(rows) and "tombstone" in rows[0][0]

    await eventually(looked)
    assert [video for video, _ in await wishes(home, home.owner)] == ["video000002"]
    hers = await batch_becomes(home, await ask_for_list(home, frida))
    assert hers["made"] == 2


async def test_nothing_outside_the_folder_is_ever_deleted(home: Home) -> None:
    await hold_downloads(home)
    mine = await follow(home, home.owner, days=1)
    outside = home.folder.parent / "precious.mp4"
    outside.write_bytes(b"x")
    await stored(home, home.owner, 1, by=mine)
    await home.change("update assets set files = array['../precious.mp4'], path = '../precious.mp4'")

    await an_hour_later(home)

    async def removed() -> bool:
        return await home.rows("select status from assets") == [("removed",)]

    await eventually(removed)
    assert outside.exists()


async def test_what_was_deleted_in_plex_or_on_the_disk_does_not_come_back(home: Home) -> None:
    """Pinchflat #805: what was deleted in the media server was downloaded again."""
    await hold_downloads(home)
    paths = [await stored(home, home.owner, number) for number in (1, 2)]
    (home.folder / paths[0]).unlink()

    await an_hour_later(home)

    async def seen() -> bool:
        return await home.rows("select video_id, reason from tombstones") == [
            ("video000001", "gone_from_plex")
        ]

    await eventually(seen)
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(2)))
    batch = await batch_becomes(home, await ask_for_list(home, home.owner))
    assert batch["skipped"] == {"tombstone": 1, "already_there": 1}


async def test_a_disk_that_is_not_mounted_proves_nothing(home: Home, written_log: WrittenLog) -> None:
    await hold_downloads(home)
    paths = [await stored(home, home.owner, number) for number in (1, 2)]
    mounted, elsewhere = home.folder, home.folder.with_name("elsewhere")
    await home.sandbox.stop("youtube")
    mounted.rename(elsewhere)
    await home.sandbox.start(SERVICE)

    async def looked() -> bool:
        return "library_folder_not_ours" in written_log.read()

    await eventually(looked)
    await home.sandbox.stop("youtube")
    assert await home.rows("select count(*) from tombstones") == [(0,)]
    for left_over in sorted(mounted.rglob("*"), reverse=True):
        left_over.unlink() if left_over.is_file() else left_over.rmdir()
    mounted.rmdir()
    elsewhere.rename(mounted)
    await home.sandbox.start(SERVICE)
    await left(home, paths)


async def test_an_empty_folder_that_was_there_before_the_disk_proves_nothing(
    home: Home, written_log: WrittenLog
) -> None:
    """The service was first started without its disk, and is without it again."""
    await hold_downloads(home)
    await an_hour_later(home)
    for path in [await stored(home, home.owner, number) for number in (1, 2)]:
        (home.folder / path).unlink()

    await an_hour_later(home)

    async def looked() -> bool:
        return "library_folder_not_ours" in written_log.read()

    await eventually(looked)
    assert await home.rows("select count(*) from tombstones") == [(0,)]


async def test_a_batch_is_cancelled_while_it_is_read(home: Home) -> None:
    """MeTube #232: a huge playlist could not be cancelled."""
    await hold_downloads(home)
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(1_000)))
    home.youtube.pages.delay = 0.5
    batch_id = await ask_for_list(home, home.owner)

    async def going_on() -> bool:
        return int((await batch_row(home, batch_id))["made"]) >= 50

    await eventually(going_on)
    cancelled = await home.owner.call(CancelBatch(id=batch_id))

    assert cancelled.status is BatchStatus.CANCELLED

    async def nothing_waits() -> bool:
        return await wishes(home, home.owner) == []

    await eventually(nothing_waits)
    statuses = await home.rows("select distinct status from assets")
    assert statuses == [("cancelled",)]
    made = (await home.owner.call(GetBatch(id=batch_id))).made
    assert made < 1_000
    second = await batch_becomes(home, await ask_for_list(home, home.owner, most=5))
    assert second["made"] == 5


async def test_a_batch_of_which_all_is_over_is_not_cancelled(home: Home) -> None:
    await hold_downloads(home)
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(2)))
    batch_id = await ask_for_list(home, home.owner)
    await batch_becomes(home, batch_id)
    await home.change(
        "update assets set status = 'failed', failure = 'PRIVATE' where video_id = 'video000001'"
    )

    assert (await home.owner.call(CancelBatch(id=batch_id))).status is BatchStatus.CANCELLED

    second = await ask_for_list(home, home.owner)
    await batch_becomes(home, second)
    await home.change("update assets set status = 'failed', failure = 'PRIVATE'")
    with pytest.raises(RemoteError) as refused:
        await home.owner.call(CancelBatch(id=second))
    assert (refused.value.status, refused.value.code) == (409, "BATCH_OVER")
    assert (await home.owner.call(GetBatch(id=second))).status is BatchStatus.INDEXED


async def test_a_batch_is_cancelled_by_its_owner_alone_and_what_is_there_stays(home: Home) -> None:
    await hold_downloads(home)
    frida, gustav = await home.friend(), await home.friend("Gustav")
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(3)))
    path = await stored(home, gustav, 1)
    batch_id = await ask_for_list(home, frida)
    await batch_becomes(home, batch_id)

    with pytest.raises(RemoteError) as hidden:
        await gustav.call(CancelBatch(id=batch_id))
    await frida.call(CancelBatch(id=batch_id))

    assert hidden.value.status == 404

    async def only_what_is_there() -> bool:
        return await wishes(home, frida) == [("video000001", "ready")]

    await eventually(only_what_is_there)
    assert home.files() == [path]


@pytest.mark.parametrize("files", [False, True])
async def test_who_follows_no_more_may_take_the_files_along(home: Home, files: bool) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    mine = await follow(home, home.owner)
    paths = [await stored(home, home.owner, number, by=mine, pinned=number == 3) for number in (1, 2, 3)]
    await wish_for(home, frida, 2)

    await home.owner.call(Unsubscribe(id=mine, files=files))

    await left(home, paths[1:] if files else paths)
    assert await home.rows("select count(*) from subscriptions") == [(0,)]
