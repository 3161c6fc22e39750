"""Whatever Radarr and Sonarr answer, or do not, a request waits, says why, and is with them once in the end."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest_common.contracts.media import RequestStatus
from services.media.tests.arrs import TVDB, Arrs, arrs_on
from services.media.tests.conftest import FILM

TROUBLE = [
    "nonsense",
    *(
        pytest.param(fault, marks=pytest.mark.long)
        for fault in ("refuse", "hang", "drop", "html", "empty", 429, 500)
    ),
]


@pytest.fixture
async def arrs(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[Arrs]:
    async with arrs_on(server_urls, tmp_path) as arrs:
        yield arrs


@pytest.mark.parametrize("fault", TROUBLE)
async def test_while_radarr_and_sonarr_are_in_trouble_requests_wait_and_then_are_sent_once(
    arrs: Arrs, fault: Any
) -> None:
    frida = await arrs.home.friend()
    for fake in (arrs.radarr, arrs.sonarr):
        fake.fail_with(fault)
    film, show = await frida.request(), await frida.request_show(seasons=[1])
    for asked in (film, show):
        await arrs.approved(asked)
        await arrs.reason_holds(asked, "It is tried again by itself.")
        assert (await frida.sees(asked)).status is RequestStatus.APPROVED
    for fake in (arrs.radarr, arrs.sonarr):
        fake.heal()
    for asked in (film, show):
        reached = await arrs.home.becomes(asked, RequestStatus.PROCESSING)
        assert reached.status_reason is None or "tried again" not in reached.status_reason
    await arrs.home.settled()
    assert [movie.tmdb_id for movie in arrs.radarr.movies.values()] == [FILM]
    assert [series.tvdb_id for series in arrs.sonarr.series.values()] == [TVDB]
