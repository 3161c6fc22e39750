"""Radarr and Sonarr say that something has become of a title, and the requests for it are looked at now."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.looking import LookAtTitle
from medianest_media.reports import DOWNLOADED
from services.media.tests.arrs import TVDB, Arrs, arrs_on
from services.media.tests.conftest import FILM, SHOW, Home


@pytest.fixture
async def arrs(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[Arrs]:
    async with arrs_on(server_urls, tmp_path) as arrs:
        yield arrs


async def hint(home: Home, media_type: MediaType = MediaType.MOVIE, **values: Any) -> None:
    """As the health service passes it on; returns when it has been done."""
    await home.sandbox.bus.enqueue_now(LookAtTitle(media_type=media_type, at=home.clock.now(), **values))

    async def done() -> bool:
        info = await home.sandbox.bus.js.consumer_info("JOB_MEDIA", "media__look_at_title")
        return not info.num_pending and not info.num_ack_pending

    await eventually(done)


async def test_what_a_show_is_called_elsewhere_is_found_without_reading_all_orders(home: Home) -> None:
    statement = (
        "explain (costs off) select tmdb_id from orders where media_type = 'tv' and tvdb_id = 7 limit 1"
    )
    async with home.db.transaction() as tx:
        await tx.session.execute(text("set local enable_seqscan = off"))
        plan = "\n".join((await tx.session.execute(text(statement))).scalars())
    assert "ix_orders_tvdb_id" in plan, plan


async def test_what_radarr_has_fetched_is_known_without_waiting_for_the_poll(arrs: Arrs) -> None:
    home, frida = arrs.home, await arrs.home.friend()
    asked = await frida.request()
    await arrs.told_to(asked, "direct")
    await arrs.approved(asked)
    await home.becomes(asked, RequestStatus.PROCESSING)
    arrs.radarr.arrives(FILM)
    home.clock.advance(1)
    await hint(home, tmdb_id=FILM)
    assert (await frida.sees(asked)).status_reason == DOWNLOADED


@pytest.mark.parametrize(
    "named",
    [{"tvdb_id": TVDB}, {"title": "breaking bad", "year": 2008}, {"title": "Breaking Bad"}],
    ids=["by TheTVDB's number", "by its name and year", "by its name"],
)
async def test_old_versions_name_a_show_by_other_means(arrs: Arrs, named: dict[str, Any]) -> None:
    home, frida = arrs.home, await arrs.home.friend()
    asked = await frida.request_show(seasons=[1])
    await arrs.told_to(asked, "direct")
    await arrs.approved(asked)
    await home.becomes(asked, RequestStatus.PROCESSING)
    arrs.sonarr.arrives(TVDB, 1)
    home.clock.advance(1)
    await hint(home, MediaType.TV, **named)
    assert (await frida.sees(asked)).status_reason == DOWNLOADED


_APPROVED = "update requests set status = 'approved', in_line = true, watched = true, backend_id = null"
"""Nobody says what became of them since."""


async def test_what_is_grabbed_is_on_its_way(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    film = await frida.request()
    for request in (film, await frida.request_show(seasons=[1]), await gustav.request_show(seasons=[2])):
        await seerr.twin(request)
    await seerr.change(_APPROVED)
    await hint(seerr, tmdb_id=FILM)
    await hint(seerr, MediaType.TV, tmdb_id=SHOW, seasons=[2], is_grabbed=True)
    statuses = "select media_type, seasons, status from requests order by id"
    assert await seerr.rows(statuses) == [
        ("movie", [], "approved"),
        ("tv", [1], "approved"),
        ("tv", [2], "processing"),
    ]
    for _ in range(2):
        await hint(seerr, tmdb_id=FILM, is_grabbed=True)
    assert (await seerr.told(film)).count("processing") == 1


async def test_of_two_qualities_the_one_that_is_grabbed_is_on_its_way(seerr: Home) -> None:
    frida = await seerr.friend()
    await seerr.twin(await frida.request())
    await seerr.twin(await seerr.owner.request(is_4k=True))
    await seerr.change(_APPROVED)
    await hint(seerr, tmdb_id=FILM, is_grabbed=True, is_4k=True)
    statuses = await seerr.rows("select is_4k, status from requests order by id")
    assert statuses == [(False, "approved"), (True, "processing")]


async def test_what_waits_for_a_decision_is_not_fetched_by_a_word(seerr: Home) -> None:
    """Somebody has fetched it in Radarr by hand."""
    asked = await (await seerr.friend()).request()
    await seerr.twin(asked)
    await hint(seerr, tmdb_id=FILM, is_grabbed=True)
    [(status,)] = await seerr.rows("select status from requests")
    assert status == "pending"


async def test_a_pack_of_many_episodes_is_one_look(seerr: Home) -> None:
    asked = await (await seerr.friend()).request_show(seasons=[1])
    twin = await seerr.twin(asked)
    seerr.clock.advance(1)
    at = seerr.clock.now()
    looks = f"/api/v1/request/{twin.id}"
    before = sum(call.path == looks for call in seerr.overseerr.calls)
    seerr.clock.advance(1)
    for _ in range(12):
        await seerr.sandbox.bus.enqueue_now(LookAtTitle(media_type=MediaType.TV, tmdb_id=SHOW, at=at))
    await hint(seerr, MediaType.TV, tmdb_id=999)
    assert sum(call.path == looks for call in seerr.overseerr.calls) - before <= 2


async def test_what_nobody_asked_for_and_what_does_not_answer_do_no_harm(seerr: Home) -> None:
    await hint(seerr, tmdb_id=999, is_gone=True)
    await hint(seerr, MediaType.TV, title="Nothing of ours", is_grabbed=True)
    await hint(seerr)
    asked = await (await seerr.friend()).request()
    await seerr.twin(asked)
    seerr.overseerr.fail_with("refuse")
    await hint(seerr, tmdb_id=FILM, is_gone=True)
    dead = [info for info in await seerr.sandbox.bus.js.streams_info() if info.config.name == "DLQ"]
    assert dead[0].state.messages == 0
