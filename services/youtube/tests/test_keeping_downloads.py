"""Pins, another try for all, what is left of a quota, and figures."""

import pytest

from medianest_common.contracts.youtube.downloads import PinDownload, RetryFailedDownloads
from medianest_common.contracts.youtube.queue import (
    GetDownloadQuota,
    GetDownloadStats,
    GetPersonDownloadQuota,
    SetDownloadLimits,
)
from medianest_common.errors import MediaNestError
from services.youtube.tests.conftest import Home
from services.youtube.tests.lists import hold_downloads
from services.youtube.tests.test_intake import FIRST, SECOND, ask, becomes, refused, watch


async def test_pinned_and_let_go_again(home: Home) -> None:
    """pinchflat#754: nothing could be kept against the rules."""
    await hold_downloads(home)
    frida, bert = await home.friend(), await home.friend("Bert")
    download = await ask(frida)

    assert (await frida.call(PinDownload(id=download.id, pinned=True))).pinned
    with pytest.raises(MediaNestError) as refusal:
        await bert.call(PinDownload(id=download.id, pinned=False))
    assert refusal.value.status == 404
    assert not (await frida.call(PinDownload(id=download.id, pinned=False))).pinned


async def test_what_failed_is_tried_again_one_s_own_or_everybody_s(home: Home) -> None:
    """Tube Archivist #662: after an outage three hundred had to be tried again one by one."""
    await hold_downloads(home)
    frida = await home.friend()
    await ask(frida, FIRST)
    await ask(home.owner, SECOND)
    await becomes(home, FIRST, "failed")
    await becomes(home, SECOND, "failed")

    with pytest.raises(MediaNestError) as refusal:
        await frida.call(RetryFailedDownloads(everyone=True))
    assert refusal.value.status == 403
    await frida.call(RetryFailedDownloads())
    assert await home.rows("select video_id from assets where status = 'failed'") == [(SECOND,)]
    await home.owner.call(RetryFailedDownloads(everyone=True))
    assert await home.rows("select video_id from assets where status = 'failed'") == []


async def test_the_quota_and_one_of_their_own(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    await ask(frida)

    quota = await frida.call(GetDownloadQuota())
    assert (quota.limit_per_hour, quota.used_in_hour, quota.remaining) == (5, 1, 4)
    assert quota.resets_at and quota.disk_free > 0
    assert (await home.owner.call(GetDownloadQuota())).remaining is None
    for message in (
        GetPersonDownloadQuota(user_id=frida.id),
        SetDownloadLimits(user_id=frida.id, limit_per_hour=None, limit_bytes=None),
    ):
        with pytest.raises(MediaNestError) as refusal:
            await frida.call(message)
        assert refusal.value.status == 403

    theirs = await home.owner.call(SetDownloadLimits(user_id=frida.id, limit_per_hour=1, limit_bytes=10))

    assert (theirs.name, theirs.limit_per_hour, theirs.quota.remaining) == ("Frida", 1, 0)
    assert (await refused(frida, watch(SECOND))).code == "QUOTA_EXCEEDED"


async def test_figures_of_everybody_and_of_oneself(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    await ask(frida, FIRST)
    await ask(home.owner, FIRST)
    await ask(home.owner, SECOND)
    await home.change(
        "update assets set status = 'ready', size = 100, channel = 'Trains', stored_at = :now"
        " where video_id = :id",
        id=FIRST,
        now=home.clock.now(),
    )
    await home.change(
        "update assets set status = 'failed', failure = 'PRIVATE' where video_id = :id", id=SECOND
    )

    all_of_it = await home.owner.call(GetDownloadStats())
    hers = await frida.call(GetDownloadStats())

    assert (all_of_it.videos, all_of_it.bytes, all_of_it.success_rate_30d) == (1, 100, 0.5)
    assert all_of_it.failures_30d == {"PRIVATE": 1}
    assert {(use.name, use.videos) for use in all_of_it.by_person} == {("Frida", 1), ("Olive", 1)}
    assert (hers.videos, hers.failed_30d, hers.by_person) == (1, 0, [])
    assert [(use.channel, use.bytes) for use in hers.by_channel] == [("Trains", 100)]
