"""Traps of Overseerr's API, and of Radarr and Sonarr that hang, by the names that they have in the field."""

import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest_common.contracts import media
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.errors import MediaNestError
from services.media.tests.arrs import arrs_on
from services.media.tests.conftest import SHOW, Home


async def test_trap_1_every_request_says_whether_it_is_4k(home: Home) -> None:
    """O#3344: where that is left out Overseerr finds no duplicates."""
    frida = await home.friend()
    home.overseerr.state.users[2].permissions |= 1024
    for is_4k in (False, True):
        await home.twin(await frida.request(is_4k=is_4k))
    show = await frida.request_show(seasons=[1])
    await home.twin(show)
    said = [json.loads(call.body).get("is4k") for call in home.filed()]
    assert said == [False, True, False]


@pytest.mark.parametrize("seasons", [[], [99], [1, 99], [-1], [0, 0, 10_000]])
async def test_trap_4_seasons_that_there_are_not_are_refused_before_anything_is_sent(
    home: Home, seasons: list[int]
) -> None:
    """Overseerr takes [99], creates nothing for [] and breaks down where none are named."""
    frida = await home.friend()
    with pytest.raises(MediaNestError) as refused:
        await frida.request_show(seasons=seasons)
    assert refused.value.status == 422
    assert await home.rows("select 1 from requests union all select 1 from claims") == []
    whole = await frida.request(SHOW, media_type=MediaType.TV)
    assert whole.seasons == [1, 2, 3], "no choice is the whole show"
    await home.twin(whole)
    assert [json.loads(call.body)["seasons"] for call in home.filed()] == [[1, 2, 3]]


async def test_trap_13_what_is_there_is_counted_here(home: Home) -> None:
    """Overseerr's own figure of it falls when a request is marked as completed."""
    frida = await home.friend()
    asked = await frida.request()
    await home.twin(asked)
    await home.owner.call(media.ApproveRequest(id=asked.id))
    await home.becomes(asked, RequestStatus.PROCESSING)
    home.overseerr.set_available("movie", asked.tmdb_id)
    home.clock.advance(61)
    await home.becomes(asked, RequestStatus.AVAILABLE)
    counts = await home.owner.call(media.CountRequests())
    assert (counts.total, counts.available, counts.processing) == (1, 1, 0)


async def test_report_47_and_trap_9_servers_that_hang_slow_no_list(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    """O#3510: minutes to load any page while Radarr and Sonarr hang. Here nobody asks them for it."""
    async with arrs_on(server_urls, tmp_path) as arrs:
        home = arrs.home
        film, show = await home.owner.request(), await home.owner.request_show(seasons=[1])
        for asked in (film, show):
            await home.becomes(asked, RequestStatus.PROCESSING)
        arrs.radarr.fail_with("hang")
        arrs.sonarr.fail_with("hang")
        home.clock.advance(61)
        reads: list[Any] = [media.ListRequests(), media.CountRequests(), media.GetRequest(id=film.id)]
        seconds = []
        for _ in range(10):
            began = time.monotonic()
            await asyncio.gather(*(home.owner.call(each) for each in reads))
            seconds.append(time.monotonic() - began)
        # One of them may meet a machine that stands still. Who waits for Radarr waits for three seconds each time.
        assert statistics.median(seconds) < 2


async def test_reports_8_and_9_what_was_cancelled_or_declined_is_sent_anew(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    """B#4956: "already requested", though nobody waits for it any more."""
    async with arrs_on(server_urls, tmp_path) as arrs:
        home, frida = arrs.home, await arrs.home.friend()
        for _ in range(2):
            film, show = await frida.request(), await frida.request_show(seasons=[1])
            await home.owner.call(media.DeclineRequest(id=show.id, reason="Not now"))
            await arrs.approved(film)
            await home.becomes(film, RequestStatus.PROCESSING)
            await home.owner.call(media.CancelRequest(id=film.id))
            await home.settled()
            assert arrs.radarr.movies == {} and arrs.sonarr.series == {}
        assert len(arrs.radarr.sent("POST", "/movie")) == 2


async def test_report_5_a_new_season_searches_that_season_alone(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    """O#3858: a request for season 9 searched for the other eight again."""
    async with arrs_on(server_urls, tmp_path) as arrs:
        home = arrs.home
        first = await home.owner.request_show(seasons=[1, 2])
        await home.becomes(first, RequestStatus.PROCESSING)
        searched = len(arrs.sonarr.searched)
        second = await home.owner.request_show(seasons=[3])
        await home.becomes(second, RequestStatus.PROCESSING)
        assert [each.season for each in list(arrs.sonarr.searched)[searched:]] == [3]
