"""A household without Overseerr: Radarr and Sonarr themselves, and nothing at all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media import Availability, MediaType, RequestStatus
from medianest_common.contracts.media.marking import Mark, MarkRequest
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_arr import FakeRadarr, Searched
from medianest_common.testing.fake_overseerr import RequestStatus as Theirs
from medianest_common.testing.fake_tmdb import FakeTmdb
from medianest_media.reports import DOWNLOADED, DOWNLOADED_IN_PART
from services.media.tests.arrs import TVDB, Arrs, arrs_on, direct_of
from services.media.tests.conftest import FILM, SHOW, Home, home_on
from services.media.tests.test_library import Library

HOUR = 3700


@pytest.fixture
async def arrs(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[Arrs]:
    async with arrs_on(server_urls, tmp_path) as arrs:
        yield arrs


async def test_report_27_a_film_is_there_when_the_library_has_it_and_not_when_radarr_has(arrs: Arrs) -> None:
    home, radarr = arrs.home, arrs.radarr
    frida = await home.friend()
    asked = await frida.request()
    await arrs.told_to(asked, "direct")
    seen = await frida.sees(asked)
    assert (seen.status, seen.status_reason, radarr.movies) == (RequestStatus.PENDING, None, {})
    await arrs.approved(asked)
    await home.becomes(asked, RequestStatus.PROCESSING)
    movie = radarr.of(FILM)
    assert movie is not None and movie.monitored and radarr.searched == [Searched(movie.id)]
    radarr.arrives(FILM)
    await arrs.poll()
    await arrs.reason_holds(asked, DOWNLOADED)
    home.clock.advance(HOUR)
    await arrs.poll()
    assert (await frida.sees(asked)).status is RequestStatus.PROCESSING, "however long nothing shows it"
    await Library(home).film(FILM)
    there = await home.becomes(asked, RequestStatus.AVAILABLE)
    assert there.status_reason is None
    assert await home.told(asked) == ["pending", "approved", "processing", "available"]
    assert len(radarr.sent("POST", "/movie")) == 1


async def test_seasons_of_several_people_are_watched_for_and_let_go_one_by_one(arrs: Arrs) -> None:
    home, sonarr = arrs.home, arrs.sonarr
    frida, gustav = await home.friend(), await home.friend("Gustav")
    first, second = await frida.request_show(seasons=[1]), await gustav.request_show(seasons=[2, 3])
    await asyncio.gather(arrs.approved(first), arrs.approved(second))
    await home.becomes(first, RequestStatus.PROCESSING)
    await home.becomes(second, RequestStatus.PROCESSING)
    series = sonarr.of(TVDB)
    assert series is not None and series.seasons == {0: False, 1: True, 2: True, 3: True}
    assert len(sonarr.series) == 1 and sorted(s.season for s in sonarr.searched if s.season) == [1, 2, 3]

    sonarr.arrives(TVDB, 2)
    await arrs.poll()
    await arrs.reason_holds(second, DOWNLOADED_IN_PART)
    library = Library(home)
    await library.show(SHOW)
    await library.season(2, 3)
    await home.becomes(second, RequestStatus.PARTIALLY_AVAILABLE)
    await home.owner.call(media.CancelRequest(id=second.id))
    await home.settled()
    assert series.seasons == {0: False, 1: True, 2: False, 3: False}, "what Frida waits for stays"
    await home.owner.call(media.CancelRequest(id=first.id))
    await home.settled()
    assert sonarr.of(TVDB) is series and not any(series.seasons.values()), "a season of it is there"
    third = await frida.request_show(seasons=[3])
    await arrs.approved(third)
    await home.becomes(third, RequestStatus.PROCESSING)
    assert series.monitored and series.seasons[3] and not series.seasons[1]


async def test_what_was_added_and_never_came_goes_with_the_request_and_what_was_there_stays(
    arrs: Arrs,
) -> None:
    home, radarr, sonarr = arrs.home, arrs.radarr, arrs.sonarr
    frida = await home.friend()
    radarr.fail_with("drop_mid_body", times=1, path_prefix="/api/v3/movie", method="POST")
    film = await frida.request()
    series = sonarr.add(TVDB, seasons={1: True})
    show = await frida.request_show(seasons=[1, 2])
    for asked in (film, show):
        await arrs.approved(asked)
        await home.becomes(asked, RequestStatus.PROCESSING)
    assert len(radarr.movies) == 1, "the lost answer did not make it twice"
    assert series.seasons == {0: False, 1: True, 2: True, 3: False}
    for asked in (film, show):
        await home.owner.call(media.CancelRequest(id=asked.id))
    await home.settled()
    assert radarr.movies == {}
    assert series.seasons == {0: False, 1: True, 2: False, 3: False} and series.monitored


async def test_one_that_is_away_keeps_its_requests_waiting_and_not_those_of_the_other(arrs: Arrs) -> None:
    home, radarr, sonarr = arrs.home, arrs.radarr, arrs.sonarr
    radarr.accepted_key = "another"
    frida = await home.friend()
    film, show = await frida.request(), await frida.request_show(seasons=[1])
    for asked in (film, show):
        await arrs.approved(asked)
    await home.becomes(show, RequestStatus.PROCESSING)
    await arrs.reason_holds(film, "Radarr does not accept our API key. It is tried again by itself.")
    assert (await home.owner.sees(film)).status is RequestStatus.APPROVED
    home.clock.advance(61)

    async def named() -> bool:
        checks = await arrs.checks()
        return checks["radarr"] == "Radarr does not accept our API key." and checks["sonarr"] is None

    await home.comes(named)
    sonarr.arrives(TVDB, 1)
    home.clock.advance(61)
    await home.comes(lambda: _complete(home))
    await Library(home).show(SHOW)
    await Library(home).season(1, 3)
    home.clock.advance(61)
    await home.becomes(show, RequestStatus.AVAILABLE)
    radarr.accepted_key = radarr.api_key
    home.clock.advance(61)
    await home.becomes(film, RequestStatus.PROCESSING)


async def test_what_radarr_refuses_has_failed_and_can_be_tried_again(arrs: Arrs) -> None:
    home, radarr = arrs.home, arrs.radarr
    radarr.excluded = {FILM}
    frida = await home.friend()
    asked = await frida.request()
    await arrs.approved(asked)
    failed = await home.becomes(asked, RequestStatus.FAILED)
    assert failed.status_reason == "Radarr says: This movie is on the exclusion list."
    assert await home.rows("select 1 from orders") == []
    radarr.excluded = set()
    await home.owner.call(media.RetryRequest(id=asked.id))
    await home.becomes(asked, RequestStatus.PROCESSING)
    del radarr.movies[radarr.of(FILM).id]  # type: ignore[union-attr]
    for _ in range(6):
        await arrs.poll()
    gone = await home.becomes(asked, RequestStatus.CANCELLED)
    assert gone.status_reason == "It was deleted in Radarr."


async def test_4k_is_fetched_by_a_server_of_its_own(server_urls: ServerUrls, tmp_path: Path) -> None:
    async with FakeRadarr.start() as uhd:
        uhd.knows(FILM, "The Matrix")
        more = {"radarr_4k_url": uhd.url, "radarr_4k_api_key": uhd.api_key, "sonarr_url": ""}
        async with arrs_on(server_urls, tmp_path, **more) as arrs:
            asked = await arrs.home.owner.request(is_4k=True)
            await arrs.home.becomes(asked, RequestStatus.PROCESSING)
            assert uhd.of(FILM) is not None and arrs.radarr.movies == {}
            show = await arrs.home.owner.request_show(seasons=[1])
            await arrs.reason_holds(show, "An administrator sets MEDIANEST_SONARR_URL")
            marked = await arrs.home.owner.call(MarkRequest(id=show.id, status=Mark.PROCESSING))
            assert (marked.status, marked.status_reason) == (RequestStatus.PROCESSING, None)


async def test_another_backend_takes_over_what_is_open_and_back(arrs: Arrs) -> None:
    home, radarr, fake = arrs.home, arrs.radarr, arrs.home.overseerr
    frida, gustav = await home.friend(), await home.friend("Gustav")
    film, show = await frida.request(), await gustav.request_show(seasons=[1])
    await arrs.approved(film)
    await home.becomes(film, RequestStatus.PROCESSING)
    await arrs.told_to(show, "direct")

    await home.change("update requests set stuck_since = now() where id = :id", id=show.id)
    await arrs.restart(overseerr_url=fake.url, overseerr_api_key=fake.api_key)
    for asked in (film, show):
        await arrs.told_to(asked, "overseerr")
    assert (await home.owner.sees(show)).stuck_since is None, "it has not been tried there yet"
    twins = {row.media.tmdb_id: row for row in fake.requests}
    assert twins[FILM].status is Theirs.APPROVED and twins[SHOW].status is Theirs.PENDING
    assert twins[SHOW].requested_by.plex_id == gustav.plex_id, "it is filed in the name of who asked"
    assert (await home.owner.sees(film)).status is RequestStatus.PROCESSING

    await arrs.restart(overseerr_url="", radarr_url="", sonarr_url="")
    for asked in (film, show):
        await arrs.told_to(asked, "manual")
    done = await home.owner.call(MarkRequest(id=film.id, status=Mark.AVAILABLE))
    assert done.status is RequestStatus.AVAILABLE

    await arrs.restart(**arrs.settings)
    await arrs.told_to(show, "direct")
    await arrs.approved(show)
    await home.becomes(show, RequestStatus.PROCESSING)
    assert await arrs.backend_of(film) == ("manual", True), "what is finished stays"
    assert len(radarr.movies) == 1 and len(fake.requests) == 2
    assert (await home.told(film))[-1] == "available"


async def test_what_waited_for_a_backend_that_was_given_up_is_not_taken_for_deleted(arrs: Arrs) -> None:
    """It has a number over there, which the next backend must not look up."""
    home, fake = arrs.home, arrs.home.overseerr
    frida = await home.friend()
    await arrs.restart(overseerr_url=fake.url, overseerr_api_key=fake.api_key)
    fake.state.arr_configured = False
    film, show = await frida.request(), await frida.request_show(seasons=[1])
    for asked in (film, show):
        await arrs.told_to(asked, "overseerr")
    await arrs.approved(show)
    await home.settled()
    fake.fail((await home.twin(show)).id)
    await home.poll()
    await home.becomes(show, RequestStatus.FAILED)
    fake.fail_with("refuse")
    await arrs.approved(film)
    await arrs.reason_holds(film, "It is tried again by itself.")

    await arrs.restart(overseerr_url="", radarr_url="", sonarr_url="")
    await home.owner.call(MarkRequest(id=show.id, status=Mark.PROCESSING))
    home.clock.advance(HOUR)
    for asked in (film, show):
        await arrs.told_to(asked, "manual")
    assert await home.rows("select 1 from requests where backend_id is not null") == []
    for _ in range(2):
        await arrs.poll()
    assert (await home.owner.sees(film)).status is RequestStatus.APPROVED
    assert (await home.owner.sees(show)).status is RequestStatus.PROCESSING


async def test_what_arrives_while_a_new_backend_is_to_be_told_is_not_fetched_again(arrs: Arrs) -> None:
    home, fake = arrs.home, arrs.home.overseerr
    await arrs.restart(overseerr_url=fake.url, overseerr_api_key=fake.api_key)
    asked = await (await home.friend()).request()
    await arrs.told_to(asked, "overseerr")
    fake.fail_with("refuse")
    await arrs.approved(asked)
    await arrs.reason_holds(asked, "It is tried again by itself.")
    arrs.radarr.fail_with("refuse")
    await arrs.restart(overseerr_url="")
    await Library(home).film(FILM)
    await home.becomes(asked, RequestStatus.AVAILABLE)
    assert await home.rows("select in_line from requests") == [(True,)]
    arrs.radarr.heal()
    calls = len(arrs.radarr.calls)
    home.clock.advance(HOUR)

    async def looked() -> bool:
        return len(arrs.radarr.calls) > calls

    await home.comes(looked)
    await home.settled()
    assert arrs.radarr.movies == {}


async def test_without_any_system_an_administrator_says_how_far_it_is(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, configured=False) as home:
        frida = await home.friend()
        asked = await frida.request()
        await home.owner.call(media.ApproveRequest(id=asked.id))

        async def says_so() -> bool:
            return "An administrator fetches it" in ((await frida.sees(asked)).status_reason or "")

        await eventually(says_so)
        with pytest.raises(MediaNestError) as no_reason:
            await home.owner.call(MarkRequest(id=asked.id, status=Mark.FAILED, reason=" "))
        assert no_reason.value.status == 422
        with pytest.raises(MediaNestError) as not_hers:
            await frida.call(MarkRequest(id=asked.id, status=Mark.PROCESSING))
        assert not_hers.value.status == 403
        for status, reason in (
            (Mark.PROCESSING, "On its way by post"),
            (Mark.FAILED, "Lost"),
            (Mark.PROCESSING, None),
        ):
            marked = await home.owner.call(MarkRequest(id=asked.id, status=status, reason=reason))
            assert (marked.status.value, marked.status_reason) == (status.value, reason)
        mark = MarkRequest(id=asked.id, status=Mark.AVAILABLE, reason="On the shelf")
        await asyncio.gather(*(home.owner.call(mark) for _ in range(5)))
        with pytest.raises(MediaNestError) as late:
            await home.owner.call(MarkRequest(id=asked.id, status=Mark.PROCESSING))
        assert (late.value.status, late.value.code) == (409, "WRONG_STATE")
        steps = ["pending", "approved", "processing", "failed", "processing", "available"]
        assert await home.told(asked) == steps
        assert (await frida.sees(asked)).history[-1].actor == "Olive"  # type: ignore[index]


async def test_downloads_are_told_by_title_whichever_server_answers(arrs: Arrs) -> None:
    home, radarr, sonarr = arrs.home, arrs.radarr, arrs.sonarr
    film, show = await home.owner.request(), await home.owner.request_show(seasons=[2])
    await home.becomes(film, RequestStatus.PROCESSING)
    await home.becomes(show, RequestStatus.PROCESSING)
    with pytest.raises(MediaNestError) as refused:
        await home.owner.call(MarkRequest(id=film.id, status=Mark.AVAILABLE))
    assert (refused.value.status, refused.value.code) == (409, "FETCHED_BY_SYSTEM")
    radarr.downloads(FILM)
    sonarr.version = "3.0.10.1567"  # whose shows have no number of TMDB
    sonarr.downloads(TVDB, 2)
    async with direct_of(arrs) as direct:
        found = {d.tmdb_id: (d.seasons, d.progress) for d in await direct.downloads()}
        assert found == {FILM: ((), 60.0), SHOW: ((2,), 80.0)}
        radarr.arrives(FILM)
        changed = await direct.modified_since(None)
        assert [order for order, _ in changed] == [
            order for (order,) in await home.rows("select id from orders where media_type = 'movie'")
        ]
        radarr.fail_with(500)
        assert [d.tmdb_id for d in await direct.downloads()] == [SHOW]
        sonarr.fail_with(500)
        with pytest.raises(MediaNestError):
            await direct.downloads()


async def test_an_order_whose_answer_was_lost_can_still_be_taken_back(arrs: Arrs) -> None:
    async with direct_of(arrs) as direct:
        for kind, number in ((MediaType.MOVIE, FILM), (MediaType.TV, SHOW)):
            fake = arrs.radarr if kind is MediaType.MOVIE else arrs.sonarr
            fake.fail_with("drop_mid_body", times=1, path_prefix="/api/v3/", method="POST")
            with pytest.raises(MediaNestError):
                await direct.create(
                    kind, number, is_4k=False, seasons=[] if kind is MediaType.MOVIE else [1], as_user=None
                )
            [order] = (await direct.standing(kind, number)).requests
            assert order.is_live
            await direct.delete(order.id)
            assert (await direct.standing(kind, number)).requests == ()
    assert arrs.radarr.movies == {} and arrs.sonarr.series == {}


async def test_what_was_deleted_over_there_comes_again_when_it_is_tried_again(arrs: Arrs) -> None:
    home, radarr, sonarr = arrs.home, arrs.radarr, arrs.sonarr
    film, show = await home.owner.request(), await home.owner.request_show(seasons=[1])
    for asked in (film, show):
        await home.becomes(asked, RequestStatus.PROCESSING)
    radarr.movies.clear()
    sonarr.series.clear()
    for asked in (film, show):
        await home.owner.call(media.RetryRequest(id=asked.id))
    await home.settled()
    assert radarr.of(FILM) is not None and sonarr.of(TVDB) is not None
    for asked in (film, show):
        await home.owner.call(media.CancelRequest(id=asked.id))
    await home.settled()
    assert radarr.movies == {} and sonarr.series == {}, "what was deleted before is no reason to keep it"


async def test_a_server_that_is_away_has_not_lost_what_it_had(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    """Whoever cannot be asked does not say that anything is gone. Nor does an administrator."""
    async with FakeTmdb.start() as tmdb:
        settings = {"tmdb_url": tmdb.url, "tmdb_api_key": tmdb.api_key}
        async with arrs_on(server_urls, tmp_path, **settings) as arrs:
            home = arrs.home
            asked = await home.owner.request()
            await home.becomes(asked, RequestStatus.PROCESSING)
            arrs.radarr.arrives(FILM)
            await arrs.poll()
            await home.comes(lambda: _complete(home))
            title = await home.owner.title()
            assert title.availability is Availability.PROCESSING, (
                "report 27: no link to it leads anywhere yet"
            )
            # Where Plex shows it under another name, an administrator has the word.
            marked = await home.owner.call(MarkRequest(id=asked.id, status=Mark.AVAILABLE))
            assert marked.status is RequestStatus.AVAILABLE
            arrs.radarr.fail_with("refuse")
            await _is_still_there(home)
            await arrs.restart(**settings, radarr_url="", sonarr_url="")
            await _is_still_there(home)


async def _is_still_there(home: Home) -> None:
    """However often somebody looks."""
    for _ in range(4):
        home.clock.advance(61)
        assert (await home.owner.title()).availability is Availability.AVAILABLE
    assert await home.rows("select 1 from absences") == []
    with pytest.raises(MediaNestError) as there:
        await home.owner.request()
    assert there.value.code == "ALREADY_AVAILABLE"


async def test_what_somebody_else_adds_at_the_same_moment_is_theirs(arrs: Arrs) -> None:
    async with direct_of(arrs) as direct:
        arrs.radarr.added_after_a_look = {FILM}
        order = await direct.create(MediaType.MOVIE, FILM, is_4k=False, seasons=[], as_user=None)
        movie = arrs.radarr.of(FILM)
        assert movie is not None and arrs.radarr.searched == [Searched(movie.id)]
        await direct.delete(order.id)
        assert arrs.radarr.of(FILM) is movie and movie.monitored


async def _complete(home: Home) -> bool:
    return bool(await home.rows("select 1 from orders where complete_since is not null"))
