"""Somebody leaves: what is there stays for the household, and nothing that comes late brings them back."""

import asyncio
from typing import Any

import pytest
from nats.js.errors import NotFoundError

from medianest.testing import eventually
from medianest_common.contracts import youtube
from medianest_common.contracts.auth import UserChanged
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.identity import Role
from medianest_common.contracts.personal import NOBODY
from medianest_common.contracts.youtube.downloads import (
    Download,
    ListDownloads,
    RemoveDownload,
    RetryFailedDownloads,
    StartDownload,
)
from medianest_common.contracts.youtube.jobs import EndDownloads
from medianest_common.contracts.youtube.subscriptions import Subscribe, SubscriptionBody
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_youtube import Channel, FakeYoutube, Playlist, Video, numbered
from services.youtube.tests.conftest import Home, Person
from services.youtube.tests.lists import CHANNEL_ID, LIST_ID, batch_becomes, hold_downloads
from services.youtube.tests.queueing import ask

FIRST, SECOND = "aaaaaaaaaaa", "bbbbbbbbbbb"


async def erased(home: Home, person: Person) -> dict[str, int]:
    """What the service says it has removed."""
    heard: list[bytes] = []

    async def arrived(message: Any) -> None:
        heard.append(message.data)

    subscription = await home.sandbox.nats.subscribe(youtube.UserDataErased.subject, cb=arrived)
    await home.sandbox.nats.flush(timeout=5)
    await home.sandbox.emit(UserDeleted(user_id=person.id))

    async def told() -> bool:
        return bool(heard)

    await eventually(told)
    await subscription.unsubscribe()
    return youtube.UserDataErased.model_validate_json(heard[0]).removed


async def furnished(home: Home) -> Person:
    """Frida follows a channel, and has asked for a list of which the first has been downloaded."""
    await hold_downloads(home)
    frida = await home.friend()
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(3)))
    home.youtube.add(Channel(id=CHANNEL_ID, handle="@somebody"))
    url = f"https://www.youtube.com/playlist?list={LIST_ID}"
    started = await frida.call(StartDownload(url=url, collection="Frida's favourites"))
    assert started.batch is not None
    await batch_becomes(home, started.batch.id)
    await home.change("update assets set status = 'ready' where video_id = 'video000001'")
    body = SubscriptionBody(url="https://www.youtube.com/@somebody", collection="For Frida")
    await frida.call(Subscribe(subscription=body))
    return frida


async def test_what_is_there_stays_and_the_rest_goes(home: Home) -> None:
    frida = await furnished(home)

    removed = await erased(home, frida)

    assert removed == {"people": 1, "subscriptions": 1, "batches": 1, "downloads": 3}

    async def cancelled() -> bool:
        rows = await home.rows("select video_id, status from assets order by video_id")
        return rows == [
            ("video000001", "ready"),
            ("video000002", "cancelled"),
            ("video000003", "cancelled"),
        ]

    await eventually(cancelled)
    living = await home.rows("select user_id from downloads where ended_at is null")
    assert living == [(NOBODY,)]
    for table in ("people", "downloads", "batches", "subscriptions"):
        rows = str(await home.rows(f"select t::text from {table} t")).lower()
        assert "frida" not in rows, table


async def wanted(person: Person, video_id: str) -> Download:
    started = await person.call(StartDownload(url=f"https://youtu.be/{video_id}"))
    assert started.download is not None
    return started.download


async def becomes(home: Home, video_id: str, status: str) -> None:
    await home.change("update assets set status = :status where video_id = :id", status=status, id=video_id)


async def living(home: Home) -> list[Any]:
    return await home.rows(
        "select a.video_id, a.status, d.user_id from downloads d join assets a on a.id = d.asset_id"
        " where d.ended_at is null order by 1, 3"
    )


async def all_ended(home: Home) -> None:
    """Each download that was left has been dealt with."""

    async def quiet() -> bool:
        if await home.rows("select 1 from outbox where subject = :subject", subject=EndDownloads.subject):
            return False
        info = await home.sandbox.bus.js.consumer_info("JOB_YOUTUBE", "youtube__end_downloads")
        return not info.num_pending and not info.num_ack_pending

    await eventually(quiet)


async def test_what_others_want_too_is_theirs_alone_from_then_on(home: Home) -> None:
    await hold_downloads(home)
    frida, bert = await home.friend(), await home.friend("Bert")
    for video in (FIRST, SECOND):
        await wanted(frida, video)
    there, to_come = await wanted(bert, FIRST), await wanted(bert, SECOND)
    await becomes(home, FIRST, "ready")

    await erased(home, frida)
    await all_ended(home)

    assert await living(home) == [(FIRST, "ready", bert.id), (SECOND, "queued", bert.id)]
    assert not any(each.shared for each in (await bert.call(ListDownloads())).items)
    await bert.call(RemoveDownload(id=there.id, files=True))
    await bert.call(RemoveDownload(id=to_come.id))
    assert await home.rows("select status from assets order by video_id") == [("removed",), ("cancelled",)]


async def test_what_was_left_to_the_household_keeps_nobody_from_deleting_it(home: Home) -> None:
    await hold_downloads(home)
    frida, bert = await home.friend(), await home.friend("Bert")
    await wanted(frida, FIRST)
    await becomes(home, FIRST, "ready")
    await erased(home, frida)
    await all_ended(home)
    [left] = (await home.owner.call(ListDownloads())).items
    assert (left.requested_by.id, left.requested_by.name) == (NOBODY, "Somebody who has left")

    mine = await wanted(bert, FIRST)
    assert mine.status == "ready"
    await bert.call(RemoveDownload(id=mine.id, files=True))

    assert await home.rows("select status from assets") == [("removed",)]
    assert await living(home) == []


async def test_what_has_failed_or_is_over_goes_with_whoever_asked_for_it(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    await wanted(frida, FIRST)
    await becomes(home, FIRST, "failed")
    over = await wanted(frida, SECOND)
    await frida.call(RemoveDownload(id=over.id))
    await home.change(
        "insert into tombstones (video_id, reason, user_id, at) values ('ccccccccccc', 'deleted', :id, now())",
        id=frida.id,
    )

    assert await erased(home, frida) == {"people": 1, "downloads": 2, "tombstones": 1}
    await all_ended(home)

    assert await home.rows("select 1 from downloads") == []
    assert await home.rows("select user_id from tombstones") == [(None,)]
    await home.owner.call(RetryFailedDownloads(everyone=True))
    statuses = await home.rows("select status from assets")
    assert statuses == [("cancelled",), ("cancelled",)], "nobody waits for them"


async def test_what_is_on_its_way_for_nobody_else_is_stopped_and_leaves_nothing(
    home: Home, youtube: FakeYoutube
) -> None:
    video = youtube.add(Video(id=FIRST))
    video.faults.rate = 40_000
    frida = await home.friend()
    wish = await ask(home, video, person=frida)
    await wish.has_parts()

    await erased(home, frida)

    async def gone() -> bool:
        stopped = await wish.row("status", "lease_until") == ("cancelled", None)
        return stopped and not any(name.startswith(wish.staging) for name in home.files())

    await eventually(gone)
    assert await home.rows("select 1 from downloads") == []


async def test_several_who_leave_at_once_leave_one_download(home: Home) -> None:
    await hold_downloads(home)
    people = [await home.friend(f"Friend {n}") for n in range(4)]
    for person in people:
        await wanted(person, FIRST)
    await becomes(home, FIRST, "ready")

    await asyncio.gather(*(home.sandbox.emit(UserDeleted(user_id=person.id)) for person in people))

    async def all_gone() -> bool:
        rows = await home.rows("select 1 from people where erased_at is not null")
        return len(rows) == len(people)

    await eventually(all_gone)
    await all_ended(home)
    assert await living(home) == [(FIRST, "ready", NOBODY)]
    assert await home.rows("select count(*) from downloads") == [(1,)]


async def test_the_bus_forgets_who_has_left(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    await wanted(frida, FIRST)

    async def named() -> bool:
        return any(frida.id.hex in str(event).replace("-", "") for event in home.events)

    await eventually(named)
    await erased(home, frida)

    async def forgotten() -> bool:
        js, seq, found = home.sandbox.bus.js, 1, 0
        info = await js.stream_info("EVT_YOUTUBE", subjects_filter=">")
        while seq <= info.state.last_seq:
            try:
                message = await js.get_msg("EVT_YOUTUBE", seq=seq)
            except NotFoundError:
                pass
            else:
                found += frida.id.hex in (message.data or b"").decode().replace("-", "")
            seq += 1
        return found <= 1

    # What tells that it has been erased is all that still bears the number.
    await eventually(forgotten)


async def test_two_who_leave_one_after_the_other_leave_one_download(home: Home) -> None:
    frida = await furnished(home)
    gustav = await home.friend("Gustav")
    await gustav.call(StartDownload(url="https://youtu.be/video000001"))
    await erased(home, frida)

    assert (await erased(home, gustav))["downloads"] == 1

    living = "select count(*) from downloads d join assets a on a.id = d.asset_id where d.ended_at is null"
    assert await home.rows(f"{living} and a.video_id = 'video000001'") == [(1,)]


async def test_nothing_late_brings_back_who_has_left(home: Home) -> None:
    frida = await home.friend()
    assert await erased(home, frida) == {"people": 1}
    assert await erased(home, frida) == {}, "a second time there is nothing"

    late = UserChanged(user_id=frida.id, name="Frida", email=None, role=Role.USER, plex_id=None, version=9)
    await home.sandbox.emit(late)
    gustav = await home.friend("Gustav")

    assert gustav.id
    with pytest.raises(MediaNestError):
        await frida.call(StartDownload(url="https://youtu.be/video000001"))
    assert await home.rows("select name from people where id = :id", id=frida.id) == [("",)]


async def test_everybody_can_take_along_what_is_known_of_them(home: Home) -> None:
    frida = await furnished(home)

    data = await frida.call(youtube.ExportUserData())

    assert data.tables["people"][0]["name"] == "Frida"
    assert [row["videoId"] for row in data.tables["downloads"]] == [
        "video000001",
        "video000002",
        "video000003",
    ]
    assert [row["collection"] for row in data.tables["batches"]] == ["Frida's favourites"]
    assert [row["collection"] for row in data.tables["subscriptions"]] == ["For Frida"]
    assert (await home.owner.call(youtube.ExportUserData())).tables["downloads"] == []
