"""Asking for videos and lists, and seeing what one has asked for."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from medianest_common.contracts.youtube.downloads import (
    CountDownloads,
    Download,
    GetDownload,
    ListDownloads,
    RemoveDownload,
    StartDownload,
)
from medianest_common.contracts.youtube.profiles import MediaFormat, Quality
from medianest_common.errors import MediaNestError
from medianest_youtube.models import Asset
from services.youtube.tests.conftest import Home, Person
from services.youtube.tests.lists import LIST_ID, hold_downloads

FIRST, SECOND = "aaaaaaaaaaa", "bbbbbbbbbbb"


def watch(video_id: str) -> str:
    return f"https://www.youtube.com/watch?v={video_id}"


async def ask(person: Person, video_id: str = FIRST, **more: Any) -> Download:
    started = await person.call(StartDownload(url=watch(video_id), **more))
    assert started.download is not None
    return started.download


async def refused(person: Person, url: str = watch(FIRST), **more: Any) -> MediaNestError:
    with pytest.raises(MediaNestError) as refusal:
        await person.call(StartDownload(url=url, **more))
    return refusal.value


async def becomes(home: Home, video_id: str, status: str) -> None:
    await home.change("update assets set status = :status where video_id = :id", status=status, id=video_id)


async def test_what_is_asked_for_is_queued_and_listed(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()

    download = await ask(frida)

    assert (download.status, download.position, download.video_id) == ("queued", 1, FIRST)
    assert download.requested_by.name == "Frida"
    assert (await frida.call(ListDownloads())).items == [download]
    assert await frida.call(GetDownload(id=download.id)) == download


@pytest.mark.parametrize(
    "url",
    [
        f"https://youtu.be/{FIRST}?si=track&t=3",
        f"https://m.youtube.com/watch?v={FIRST}&pp=x",
        f"https://www.youtube.com/shorts/{FIRST}",
        FIRST,
    ],
)
async def test_one_video_has_many_links_and_is_downloaded_once(home: Home, url: str) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    download = await ask(frida)

    refusal = await refused(frida, url)

    assert (refusal.status, refusal.code) == (409, "DUPLICATE_DOWNLOAD")
    assert refusal.extra["downloadId"] == str(download.id)
    assert refusal.extra["link"].endswith(f"/api/v1/youtube/downloads/{download.id}")


async def test_of_sixteen_equal_calls_at_once_one_begins_it(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()

    answers = await asyncio.gather(*(ask(frida) for _ in range(16)), return_exceptions=True)

    assert sum(isinstance(answer, Download) for answer in answers) == 1
    codes = [answer.code for answer in answers if isinstance(answer, MediaNestError)]
    assert codes == ["DUPLICATE_DOWNLOAD"] * 15
    assert await home.rows("select count(*) from downloads") == [(1,)]


async def test_people_who_ask_for_the_same_at_once_share_one_copy(home: Home) -> None:
    await hold_downloads(home)
    people = [await home.friend(name) for name in ("Frida", "Bert", "Carla", "Dora")]

    downloads = await asyncio.gather(*(ask(person) for person in people))

    assert len({download.id for download in downloads}) == 4
    assert await home.rows("select count(*) from assets") == [(1,)]
    assert (await people[0].call(GetDownload(id=downloads[0].id))).shared


async def test_what_is_there_is_joined_at_once_and_costs_no_quota(home: Home) -> None:
    await hold_downloads(home)
    frida, bert = await home.friend(), await home.friend("Bert")
    await ask(frida)
    await becomes(home, FIRST, "ready")
    await home.change("update people set limit_per_hour = 0 where id = :id", id=bert.id)

    joined = await ask(bert)

    assert joined.status == "ready"
    assert (await refused(bert, watch(SECOND))).code == "QUOTA_EXCEEDED"


@pytest.mark.parametrize("status", ["failed", "cancelled", "removed"])
async def test_what_is_over_is_queued_anew_under_a_new_id(home: Home, status: str) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    first = await ask(frida)
    await becomes(home, FIRST, status)

    again = await ask(frida)

    assert again.id != first.id and again.status == "queued"
    assert [each.id for each in (await frida.call(ListDownloads())).items] == [again.id]
    [(counted,)] = await home.rows("select count(*) from downloads where counted_at is not null")
    assert counted == 2


async def test_asked_for_by_name_a_deleted_video_is_fetched_again(home: Home) -> None:
    """Pinchflat#805: what was deleted came back by itself. Only who asks for it by name gets it back."""
    await hold_downloads(home)
    await home.change(
        "insert into tombstones (video_id, reason, at) values (:id, 'deleted', :now)",
        id=FIRST,
        now=home.clock.now(),
    )

    await ask(await home.friend())

    assert await home.rows("select * from tombstones") == []


async def test_the_quota_is_never_exceeded_however_many_ask_at_once(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    videos = [f"video{number:06}" for number in range(12)]

    answers = await asyncio.gather(*(ask(frida, video) for video in videos), return_exceptions=True)

    assert sum(isinstance(answer, Download) for answer in answers) == 5
    codes = {answer.code for answer in answers if isinstance(answer, MediaNestError)}
    assert codes == {"QUOTA_EXCEEDED"}
    # What is cancelled and taken off the list still counts, and lists count as one each.
    for download in (await frida.call(ListDownloads())).items:
        await frida.call(RemoveDownload(id=download.id))
        await frida.call(RemoveDownload(id=download.id))
    assert (await frida.call(ListDownloads())).items == []
    refusal = await refused(frida, f"https://www.youtube.com/playlist?list={LIST_ID}")
    assert (refusal.status, refusal.code, refusal.extra["limit"]) == (403, "QUOTA_EXCEEDED", 5)
    assert refusal.retry_after is not None and 0 < refusal.retry_after <= 3600
    home.clock.advance(3601)
    await ask(frida, SECOND)


async def test_a_share_of_the_disk_that_is_used_up(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    await home.change("update people set limit_bytes = 1000 where id = :id", id=frida.id)
    await ask(frida)
    await home.change("update assets set size = 1000")

    refusal = await refused(frida, watch(SECOND))

    assert (refusal.code, refusal.extra["quota"], refusal.extra["used"]) == ("QUOTA_EXCEEDED", "bytes", 1000)


async def test_a_link_to_a_video_in_a_list_asks_which(home: Home) -> None:
    await hold_downloads(home)
    url = f"{watch(FIRST)}&list={LIST_ID}"

    refusal = await refused(home.owner, url)
    video = await home.owner.call(StartDownload(url=url, playlist=False))
    batch = await home.owner.call(StartDownload(url=url, playlist=True, limit=3, collection="Songs"))

    assert (refusal.status, refusal.code) == (422, "VIDEO_OR_PLAYLIST")
    assert refusal.extra["videoUrl"] == watch(FIRST)
    assert video.download and video.download.video_id == FIRST
    assert batch.batch and (batch.batch.kind, batch.batch.collection) == ("playlist", "Songs")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/watch?v=aaaaaaaaaaa",
        "https://www.youtube.com@evil.example/watch?v=aaaaaaaaaaa",
        "https://www.youtube.com.evil.example/watch?v=aaaaaaaaaaa",
        "file:///etc/passwd",
        "--exec=id",
        "https://www.youtube.com/watch?v=../../../../x",
        "https://www.youtube.com/clip/abcdef",
        "https://www.youtube.com/playlist?list=WL",
        "\u202ehttps://youtu.be/aaaaaaaaaaa",
        "x" * 5000,
    ],
)
async def test_other_links_are_refused_without_being_repeated(home: Home, url: str) -> None:
    refusal = await refused(home.owner, url)

    assert (refusal.status, refusal.code) == (422, "UNSUPPORTED_URL")
    assert url not in str(refusal.problem())
    assert home.youtube.requests == [] and home.youtube.refused_hosts == []


async def test_another_quality_makes_one_profile_without_a_name(home: Home) -> None:
    await hold_downloads(home)
    frida, bert = await home.friend(), await home.friend("Bert")

    first = await ask(frida, quality=Quality.HD_720P)
    second = await ask(bert, quality=Quality.HD_720P)
    other = await ask(frida, format=MediaFormat.M4A)

    assert first.profile == second.profile and other.profile != first.profile
    assert await home.rows("select count(*) from profiles where name is null") == [(2,)]
    refusal = await refused(frida, profile_id=UUID(int=1))
    assert (refusal.status, refusal.code) == (422, "NO_SUCH_PROFILE")


async def test_another_persons_download_is_not_there(home: Home) -> None:
    await hold_downloads(home)
    frida, bert = await home.friend(), await home.friend("Bert")
    download = await ask(frida)

    for message in (GetDownload(id=download.id), RemoveDownload(id=download.id)):
        with pytest.raises(MediaNestError) as refusal:
            await bert.call(message)
        assert refusal.value.status == 404
    assert (await bert.call(ListDownloads())).items == []
    assert [each.id for each in (await home.owner.call(ListDownloads())).items] == [download.id]
    assert (await home.owner.call(ListDownloads(mine=True))).items == []


async def test_pages_filters_and_words(home: Home) -> None:
    await hold_downloads(home)
    for number in range(5):
        await ask(home.owner, f"video{number:06}")
    async with home.db.transaction() as tx:
        [asset] = await tx.session.scalars(select(Asset).where(Asset.video_id == "video000002"))
        asset.title = "Trains in the Ärmelkanal, on STRASSE 7"
    await becomes(home, "video000003", "failed")

    first = await home.owner.call(ListDownloads(limit=2))
    second = await home.owner.call(ListDownloads(limit=2, cursor=first.next_cursor))
    found = await home.owner.call(ListDownloads(q="Ärmel TRAIN"))
    failed = await home.owner.call(ListDownloads.model_validate({"status": "failed"}))

    assert [each.video_id for each in first.items] == ["video000004", "video000003"]
    assert [each.video_id for each in second.items] == ["video000002", "video000001"]
    assert [each.video_id for each in found.items] == ["video000002"]
    for words in ("ärmelkanal", "armel", "straße", "ST 7"):
        found = await home.owner.call(ListDownloads(q=words))
        assert [each.video_id for each in found.items] == ["video000002"], words
    assert [each.video_id for each in failed.items] == ["video000003"]
    assert (await home.owner.call(ListDownloads(q="'!& |"))).items == []


async def test_ones_own_are_counted_by_state(home: Home) -> None:
    await hold_downloads(home)
    frida, bert = await home.friend(), await home.friend("Bert")
    shared = await ask(frida)
    for person, video in ((frida, SECOND), (bert, FIRST)):
        await ask(person, video)
    await frida.call(RemoveDownload(id=shared.id))
    await becomes(home, SECOND, "ready")
    mine, his = await frida.call(CountDownloads()), await bert.call(CountDownloads())
    listed = [each.status for each in (await frida.call(ListDownloads())).items]
    assert mine.ready == 1 and mine.total == len(listed)
    assert mine.cancelled == sum(status == "cancelled" for status in listed)
    assert (his.total, his.queued) == (1, 1)
    assert (await home.owner.call(CountDownloads())).total == 0
