"""Much at once: what failed in an outage, figures of many videos, and what can be pinned at all."""

import asyncio
from datetime import timedelta

import pytest

from medianest_common.clock import uuid7
from medianest_common.contracts.youtube.downloads import PinDownload, RemoveDownload, RetryFailedDownloads
from medianest_common.contracts.youtube.queue import GetDownloadStats
from medianest_common.errors import MediaNestError
from services.youtube.tests.conftest import Home, Person
from services.youtube.tests.lists import LIST_ID, STANDARD, hold_downloads
from services.youtube.tests.test_intake import FIRST, SECOND, ask, becomes


async def failed(home: Home, person: Person, count: int) -> None:
    await home.change(
        "with made as (insert into assets (id, video_id, profile_id, title, status, status_since, queued_at, failure,"
        " failures, attempts, size, channel, version, created_at, updated_at)"
        " select gen_random_uuid(), 'failed' || lpad(n::text, 5, '0'), :profile, 'x', 'failed', now(), now(),"
        " 'NETWORK', 3, 5, 1000, 'Channel ' || n % 40, 1, now(), now() from generate_series(1, :count) n returning id)"
        " insert into downloads (id, user_id, asset_id, created_at)"
        " select gen_random_uuid(), :person, id, now() from made",
        profile=STANDARD,
        count=count,
        person=person.id,
    )


async def test_an_outage_that_failed_hundreds_is_over_with_one_call_each_of_them_once(home: Home) -> None:
    """tubearchivist#662: an outage marked three hundred as failed, each to be tried again by hand."""
    await hold_downloads(home)
    frida = await home.friend()
    await failed(home, frida, 250)

    await asyncio.gather(*(frida.call(RetryFailedDownloads()) for _ in range(3)))

    rows = await home.rows(
        "select status, attempts, failures, failure, version, count(*) from assets group by 1, 2, 3, 4, 5"
    )
    assert rows == [("queued", 0, 0, None, 2, 250)], "none of them twice"


async def test_of_a_batch_only_what_is_in_it_and_for_nobody_else(home: Home) -> None:
    await hold_downloads(home)
    frida, bert = await home.friend(), await home.friend("Bert")
    mine = await ask(frida, FIRST)
    await ask(frida, SECOND)
    for video in (FIRST, SECOND):
        await becomes(home, video, "failed")
    batch = uuid7()
    await home.change(
        "insert into batches (id, user_id, kind, url, profile_id, status, queued_at, created_at)"
        " values (:id, :user, 'playlist', :url, :profile, 'indexed', now(), now())",
        id=batch,
        user=frida.id,
        url=f"https://www.youtube.com/playlist?list={LIST_ID}",
        profile=STANDARD,
    )
    await home.change("update downloads set batch_id = :batch where id = :id", batch=batch, id=mine.id)

    with pytest.raises(MediaNestError) as refused:
        await bert.call(RetryFailedDownloads(batch_id=batch))
    assert refused.value.status == 404
    await bert.call(RetryFailedDownloads())
    assert await home.rows("select count(*) from assets where status = 'failed'") == [(2,)]

    await frida.call(RetryFailedDownloads(batch_id=batch))

    assert await home.rows("select video_id from assets where status = 'failed'") == [(SECOND,)]


async def test_what_is_over_cannot_be_pinned_and_a_pin_is_everybodys(home: Home) -> None:
    """pinchflat#754"""
    await hold_downloads(home)
    frida, bert = await home.friend(), await home.friend("Bert")
    mine, theirs = await ask(frida), await ask(bert)
    await becomes(home, FIRST, "ready")

    pins = [
        frida.call(PinDownload(id=mine.id, pinned=True)),
        bert.call(PinDownload(id=theirs.id, pinned=True)),
    ]
    assert [shown.pinned for shown in await asyncio.gather(*pins)] == [True, True]
    assert (await home.owner.call(PinDownload(id=mine.id, pinned=True))).pinned, "an administrator may, too"
    await frida.call(RemoveDownload(id=mine.id))

    with pytest.raises(MediaNestError) as refused:
        await frida.call(PinDownload(id=mine.id, pinned=False))
    assert (refused.value.status, refused.value.code) == (409, "NOT_TO_BE_PINNED")
    assert await home.rows("select pinned from assets") == [(True,)]


async def test_figures_are_of_the_last_days_and_those_of_nothing_are_none(home: Home) -> None:
    frida = await home.friend()
    empty = await frida.call(GetDownloadStats())
    assert (empty.videos, empty.bytes, empty.success_rate_30d, empty.by_channel) == (0, 0, None, [])

    await failed(home, frida, 60)
    await home.change(
        "update assets set status = 'ready', stored_at = :at where video_id <= 'failed00045'",
        at=home.clock.now() - timedelta(days=29),
    )
    await home.change(
        "update assets set stored_at = :at where video_id <= 'failed00030'",
        at=home.clock.now() - timedelta(days=31),
    )

    found = await home.owner.call(GetDownloadStats())

    assert (found.videos, found.bytes, found.finished_30d, found.failed_30d) == (45, 45_000, 15, 15)
    assert (found.success_rate_30d, found.failures_30d) == (0.5, {"NETWORK": 15})
    assert len(found.by_channel) == 10 and found.by_channel[0].bytes == 2_000
    assert [(use.name, use.bytes) for use in found.by_person] == [("Frida", 45_000)]
    hers = await frida.call(GetDownloadStats())
    assert hers == found.model_copy(update={"by_person": []})
