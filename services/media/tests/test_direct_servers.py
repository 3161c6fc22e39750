"""Servers that are taken out of the settings or exchanged: what was sent to them goes on, elsewhere or nowhere."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media import Availability, MediaType, RequestStatus
from medianest_common.contracts.media.marking import Mark, MarkRequest
from medianest_common.contracts.plex.library import GetLibraryCensus, LibraryCensus
from medianest_common.testing.fake_arr import FakeRadarr
from medianest_media.adapters.backend import BackendRequest, BackendStatus
from medianest_media.app import Census
from medianest_media.holdings import Holding
from medianest_media.reports import DOWNLOADED, DOWNLOADED_IN_PART, reported
from medianest_media.repository import read_places
from medianest_media.service import SERVICE
from medianest_media.use_cases.take_census import take_census
from services.media.tests.arrs import Arrs, arrs_on
from services.media.tests.conftest import FILM, SHOW, Home
from services.media.tests.test_library import Library

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NOT_SET_UP = "Radarr is not set up yet. An administrator sets MEDIANEST_RADARR_URL"


@pytest.fixture
async def arrs(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[Arrs]:
    async with arrs_on(server_urls, tmp_path) as arrs:
        yield arrs


async def test_what_was_sent_to_a_server_that_is_gone_can_be_cancelled_and_says_what_goes_on_there(
    arrs: Arrs,
) -> None:
    home, radarr = arrs.home, arrs.radarr
    frida = await home.friend()
    asked = await frida.request()
    await arrs.approved(asked)
    await home.becomes(asked, RequestStatus.PROCESSING)
    await home.sandbox.stop("media")
    calls = len(radarr.calls)
    await home.sandbox.start(SERVICE, **arrs.settings | {"radarr_url": ""})
    home.clock.advance(61)
    await arrs.reason_holds(asked, NOT_SET_UP)
    assert (await frida.sees(asked)).status is RequestStatus.PROCESSING, "nobody has said that it is over"
    await home.owner.call(media.CancelRequest(id=asked.id))
    await arrs.reason_holds(asked, "It was sent to a Radarr that is not set up here any more.")
    assert await arrs.backend_of(asked) == ("direct", True), "it is not tried for ever"
    assert len(radarr.calls) == calls and radarr.of(FILM) is not None
    again = await frida.request()
    assert again.status is RequestStatus.PENDING


async def test_what_was_sent_to_a_server_that_is_gone_is_an_administrators_to_end(arrs: Arrs) -> None:
    home = arrs.home
    asked = await home.owner.request()
    await home.becomes(asked, RequestStatus.PROCESSING)
    await arrs.restart(**arrs.settings | {"radarr_url": ""})
    await arrs.reason_holds(asked, NOT_SET_UP)
    marked = await home.owner.call(MarkRequest(id=asked.id, status=Mark.AVAILABLE, reason="From a disc"))
    assert (marked.status, marked.status_reason) == (RequestStatus.AVAILABLE, "From a disc")
    looks = len(arrs.sonarr.calls)
    home.clock.advance(61)

    async def looked() -> bool:
        return len(arrs.sonarr.calls) > looks

    await eventually(looked)  # which a round does after it has handed things over
    assert await arrs.backend_of(asked) == ("direct", True)


async def test_what_was_sent_to_a_server_that_is_gone_is_sent_to_the_next(arrs: Arrs) -> None:
    home, old = arrs.home, arrs.radarr
    asked = await home.owner.request()
    await home.becomes(asked, RequestStatus.PROCESSING)
    async with FakeRadarr.start(clock=home.clock) as other:
        other.knows(FILM, "The Matrix", 1999)
        other.next_id()  # it numbers its films for itself
        theirs = other.add(FILM)
        await arrs.restart(
            **arrs.settings | {"radarr_url": other.url, "radarr_api_key": other.api_key},
        )

        async def sent() -> bool:
            return bool(await home.rows("select 1 from orders where state = 'sent' and not added"))

        await home.comes(sent)
        await home.settled()
        assert (await home.owner.sees(asked)).status is RequestStatus.PROCESSING
        for _ in range(3):
            await arrs.poll()
        seen = await home.owner.sees(asked)
        assert (seen.status, seen.status_reason) == (RequestStatus.PROCESSING, None), "nobody deleted it"
        await home.owner.call(media.CancelRequest(id=asked.id))
        await home.settled()
        assert other.of(FILM) is theirs and theirs.monitored, "what was there before us stays"
        assert old.of(FILM) is not None


async def test_a_server_with_a_new_address_is_the_old_one(arrs: Arrs) -> None:
    home, radarr = arrs.home, arrs.radarr
    asked = await home.owner.request()
    await home.becomes(asked, RequestStatus.PROCESSING)
    [(before,)] = await home.rows("select server from orders")
    await arrs.restart(**arrs.settings | {"radarr_url": radarr.url.replace("127.0.0.1", "localhost")})

    async def known() -> bool:
        return await home.rows("select 1 from orders where server <> :server", server=before) != []

    await home.comes(known)
    await home.settled()
    await home.owner.call(media.CancelRequest(id=asked.id))
    await home.settled()
    assert radarr.movies == {}, "what we added is still ours to take back"


async def test_report_26_a_title_says_where_it_is_and_a_request_who_fetches_it(arrs: Arrs) -> None:
    """There on one server is not there on another that nobody here has any more."""
    home = arrs.home
    asked = await home.owner.request()
    await home.becomes(asked, RequestStatus.PROCESSING)
    assert (await home.owner.sees(asked)).fetched_by == "Radarr"
    unsent = await home.owner.request(is_4k=True)
    assert (await home.owner.sees(unsent)).fetched_by is None, "there is no Radarr 4K that was asked"
    library = Library(home)
    await library.film(FILM, key="7", server_name="Attic", library_title="Films", resolutions=["4k"])
    async with home.db.read() as connection:
        [place] = await read_places(connection, MediaType.MOVIE, FILM)
        assert await read_places(connection, MediaType.TV, FILM) == []
    assert (place.server_name, place.library_title, place.rating_key, place.is_4k) == (
        "Attic",
        "Films",
        "7",
        True,
    )
    await home.becomes(asked, RequestStatus.AVAILABLE)


async def test_report_26_what_was_on_a_server_that_was_exchanged_is_not_there(seerr: Home) -> None:
    """The index of the new one is complete first: until then nothing is forgotten."""
    library, census = Library(seerr), LibraryCensus(machine_identifier="another", complete=False)
    await library.film(FILM, server_name="Attic", library_title="Films")

    async def asked(message: Any) -> None:
        await message.respond(census.model_dump_json(by_alias=True).encode())

    await seerr.sandbox.nats.subscribe(GetLibraryCensus.subject, cb=asked)
    await seerr.sandbox.nats.flush(timeout=5)
    app: Any = SimpleNamespace(bus=seerr.sandbox.bus, db=seerr.db, clock=seerr.clock, census=Census())
    await take_census(app)
    title = await seerr.owner.title()
    assert [each.library_title for each in title.in_library] == ["Films"]
    assert title.availability is Availability.AVAILABLE
    census = census.model_copy(update={"complete": True})

    async def gone() -> bool:
        await take_census(app)
        title = await seerr.owner.title()
        return (title.in_library, title.availability) == ([], Availability.NONE)

    await eventually(gone)


def fetched(
    files: dict[int, int],
    *,
    seasons: tuple[int, ...] = (),
    complete: tuple[int, ...] = (),
    is_4k: bool = False,
    status: BackendStatus = BackendStatus.APPROVED,
) -> BackendRequest:
    """As Radarr or, with seasons, Sonarr has it."""
    states = {n: Availability.AVAILABLE if n in complete else Availability.PROCESSING for n in seasons}
    everything = set(complete) >= set(seasons) if seasons else bool(files)
    return BackendRequest(
        id=1,
        status=status,
        media_type=MediaType.TV if seasons else MediaType.MOVIE,
        tmdb_id=SHOW,
        is_4k=is_4k,
        user_id=1,
        seasons=seasons,
        availability=Availability.AVAILABLE if everything else Availability.PROCESSING,
        season_availability=states,
        in_plex=False,
        files=files,
    )


P, PART, THERE = RequestStatus.PROCESSING, RequestStatus.PARTIALLY_AVAILABLE, RequestStatus.AVAILABLE


@pytest.mark.parametrize(
    "theirs, holding, expected",
    [
        (fetched({}), Holding(), (P, None)),
        (fetched({0: 1}), Holding(), (P, DOWNLOADED)),
        (fetched({0: 1}), Holding(there=True), (THERE, None)),
        (fetched({0: 1}, is_4k=True), Holding(there=True), (P, DOWNLOADED)),
        (fetched({0: 1}, is_4k=True), Holding(there=True, has_4k=True), (THERE, None)),
        (fetched({}, status=BackendStatus.PENDING), Holding(), (RequestStatus.PENDING, None)),
        (fetched({1: 2}, seasons=(1, 2)), Holding(), (P, DOWNLOADED_IN_PART)),
        (fetched({1: 2, 2: 3}, seasons=(1, 2), complete=(1, 2)), Holding(), (P, DOWNLOADED)),
        (fetched({1: 2, 2: 3}, seasons=(1, 2), complete=(1, 2)), Holding(seasons={1: 2}), (PART, None)),
        (fetched({1: 2}, seasons=(1,), complete=(1,)), Holding(seasons={1: 1}), (PART, None)),
        (fetched({1: 2}, seasons=(1,), complete=(1,)), Holding(seasons={1: 2}), (THERE, None)),
        # It still runs: what has aired is there, and more is to come.
        (
            fetched({1: 2}, seasons=(1,), complete=(1,)),
            Holding(seasons={1: 2}, episodes={1: 9}),
            (THERE, None),
        ),
        (fetched({1: 2}, seasons=(1,)), Holding(seasons={1: 2}, episodes={1: 9}), (PART, None)),
        # A copy that is no 4K is not what was asked for.
        (fetched({}, seasons=(1,), is_4k=True), Holding(seasons={1: 9}, episodes={1: 9}), (P, None)),
        (fetched({1: 9}, seasons=(1,), complete=(1,), is_4k=True), Holding(), (P, DOWNLOADED)),
        (fetched({1: 9}, seasons=(1,), complete=(1,), is_4k=True), Holding(seasons={1: 9}), (THERE, None)),
    ],
)
def test_report_27_the_library_says_what_is_there(
    theirs: BackendRequest, holding: Holding, expected: tuple[RequestStatus, str | None]
) -> None:
    assert reported(theirs, list(theirs.seasons), now=NOW, holding=holding) == expected
