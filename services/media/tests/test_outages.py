"""Overseerr away, hanging, confused or set up wrongly: nothing is refused, lost or done twice."""

import asyncio
import statistics
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from medianest.embedded import ServerUrls
from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media import (
    Availability,
    MediaRequest,
    MediaType,
    RequestStatus,
    SubmitRequest,
)
from medianest_common.errors import MediaNestError
from medianest_common.testing.breakers import failures_of
from medianest_common.testing.certificates import expired
from medianest_common.testing.fake_overseerr import Permission
from medianest_common.testing.fake_overseerr import RequestStatus as Theirs
from medianest_common.testing.troubles import ELSEWHERE, Trouble, TroubledRoad
from medianest_media.app import conversations
from services.media.tests.conftest import FILM, SHOW, Home, Person, home_on
from services.media.tests.test_importing import filed_before

TROUBLES = [
    pytest.param(each, marks=() if each in (Trouble.HTML, Trouble.HALF_AN_ANSWER) else pytest.mark.long)
    for each in Trouble
]


async def test_an_hour_without_overseerr_refuses_and_loses_nothing(home: Home) -> None:
    frida = await home.friend()
    await frida.call(media.Search(query="matrix"))
    home.overseerr.fail_with("refuse")
    film = await frida.request()
    unseen = await frida.request(550)
    show = await frida.request_show()
    assert (film.title, unseen.title, show.title, show.seasons) == ("The Matrix", "Film 550", "Show 1396", [])

    async def says_why() -> bool:
        return "Overseerr" in ((await frida.sees(film)).status_reason or "")

    await eventually(says_why)
    await home.owner.call(media.ApproveRequest(id=film.id))
    for _ in range(60):
        home.clock.advance(60)
    home.overseerr.add_movie(550, "Fight Club", 1999)
    home.overseerr.heal()
    home.clock.advance(61)
    await home.becomes(film, RequestStatus.PROCESSING)
    assert (await home.twin(unseen)).requested_by.plex_id == frida.plex_id
    assert (await home.twin(show)).season_numbers == [1, 2, 3]
    later = {request.title for request in [await frida.sees(r) for r in (film, unseen, show)]}
    assert later == {"The Matrix", "Fight Club", "Breaking Bad"}
    assert (await frida.sees(show)).seasons == [1, 2, 3]
    assert (await frida.sees(film)).status_reason is None
    assert len(home.filed()) >= 3 and len(home.overseerr.requests) == 3


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_while_overseerr_is_in_trouble_a_request_waits_and_then_is_filed_once(
    seerr: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    certificate, authority = expired(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    frida = await seerr.friend()
    async with TroubledRoad.to(seerr.overseerr.url, certificate=certificate) as road:
        await seerr.restart(overseerr_url=road.url)
        if trouble in ELSEWHERE:
            await seerr.restart(overseerr_url=road.address_of(trouble))
        else:
            road.meet(trouble)
        asked = await frida.request()

        async def says_why() -> bool:
            return "It is tried again by itself." in ((await frida.sees(asked)).status_reason or "")

        if trouble is not Trouble.HALF_AN_ANSWER:
            await seerr.comes(says_why)
            is_blamed = bool((await failures_of(seerr.sandbox.bus, "media"))["Overseerr"])
            assert is_blamed == (trouble is not Trouble.TOO_MANY_REQUESTS)
        if trouble in ELSEWHERE:
            await seerr.restart(overseerr_url=road.url)
        await road.heal()
        twin = await seerr.twin(asked)
        await seerr.settled()
        assert seerr.overseerr.requests == [twin]
        assert (await frida.sees(asked)).status_reason is None
        assert road.longest < 80 * 2**20


async def test_a_lost_answer_to_the_filing_does_not_file_it_again(home: Home) -> None:
    frida = await home.friend()
    home.overseerr.fail_with("drop_mid_body", times=1, path_prefix="/api/v1/request", method="POST")
    asked = await frida.request()
    twin = await home.twin(asked)
    assert len(home.filed()) == 1
    assert home.overseerr.requests == [twin]


async def test_work_that_the_queue_has_lost_is_done_after_all(seerr: Home) -> None:
    frida = await seerr.friend()
    seerr.overseerr.fail_with("refuse")
    asked = await frida.request()
    await eventually(lambda: _outbox_empty(seerr))
    await seerr.sandbox.bus.js.purge_stream("JOB_MEDIA")
    seerr.overseerr.heal()
    seerr.clock.advance(120)
    await seerr.twin(asked)
    assert len(seerr.overseerr.requests) == 1


async def test_without_overseerr_requests_are_kept_and_searching_says_what_is_missing(
    server_urls: ServerUrls, tmp_path: Path
) -> None:
    async with home_on(server_urls, tmp_path, configured=False) as home:
        frida = await home.friend()
        asked = await frida.request()
        assert asked.status is RequestStatus.PENDING
        with pytest.raises(MediaNestError) as missing:
            await frida.call(media.Search(query="matrix"))
        assert (missing.value.status, missing.value.code) == (503, "SEARCH_UNAVAILABLE")
        assert "MEDIANEST_OVERSEERR_URL" in missing.value.detail


async def test_a_wrong_key_keeps_requests_waiting_and_is_named(seerr: Home) -> None:
    frida = await seerr.friend()
    seerr.overseerr.state.api_key = "another"
    asked = await frida.request()

    async def says_why() -> bool:
        return "does not accept our API key" in ((await frida.sees(asked)).status_reason or "")

    await eventually(says_why)
    seerr.overseerr.state.api_key = seerr.overseerr.api_key
    await seerr.twin(asked)


async def test_an_empty_search_while_tmdb_is_away_is_no_answer(home: Home) -> None:
    frida = await home.friend()
    assert (await frida.call(media.Search(query="no such film at all"))).items == []
    home.overseerr.state.tmdb_down = True
    with pytest.raises(MediaNestError) as refused:
        await frida.call(media.Search(query="matrix"))
    assert (refused.value.status, refused.value.code) == (503, "SEARCH_UNAVAILABLE")


async def test_shelves_are_shown_while_overseerr_is_away_and_search_says_that_it_cannot(seerr: Home) -> None:
    frida = await seerr.friend()
    before = await frida.call(media.Discover(shelf="trending"))
    assert len(before.items) == 20
    seerr.overseerr.fail_with("refuse")
    seerr.clock.advance(3600)
    after = await frida.call(media.Discover(shelf="trending"))
    assert after.stale and after.items == before.items
    with pytest.raises(MediaNestError) as refused:
        await frida.call(media.Search(query="matrix"))
    assert (refused.value.status, refused.value.code) == (503, "SEARCH_UNAVAILABLE")


async def test_a_number_that_tmdb_does_not_have_is_refused_while_all_is_well(home: Home) -> None:
    frida = await home.friend()
    with pytest.raises(MediaNestError) as refused:
        await frida.request(99_999_999)
    assert (refused.value.status, refused.value.code) == (404, "TITLE_UNKNOWN")


async def test_availability_survives_a_failed_poll_and_a_lost_file(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request()
    await home.owner.call(media.ApproveRequest(id=asked.id))
    await home.becomes(asked, RequestStatus.PROCESSING)
    home.overseerr.set_available("movie", FILM)
    await home.poll()
    await home.becomes(asked, RequestStatus.AVAILABLE)
    home.overseerr.set_deleted("movie", FILM)
    await home.poll()
    assert (await frida.sees(asked)).status is RequestStatus.AVAILABLE


async def test_what_has_left_the_library_can_be_asked_for_again(home: Home) -> None:
    frida = await home.friend()
    first = await frida.request()
    await home.owner.call(media.ApproveRequest(id=first.id))
    await home.becomes(first, RequestStatus.PROCESSING)
    home.overseerr.set_available("movie", FILM)
    await home.poll()
    await home.becomes(first, RequestStatus.AVAILABLE)
    with pytest.raises(MediaNestError) as there:
        await frida.request()
    assert there.value.code == "ALREADY_AVAILABLE"
    home.overseerr.set_deleted("movie", FILM)
    home.clock.advance(11)
    assert not (await frida.title()).requestable, (
        "said once, which a media server that is away makes it say too"
    )
    await missed_often_enough(home)
    assert (await frida.title()).requestable
    again = await frida.request()
    twin = await home.twin(again)
    assert twin.status is Theirs.PENDING


async def test_report_24_what_comes_back_in_time_was_never_gone(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request_show(seasons=[1, 2])
    await home.owner.call(media.ApproveRequest(id=asked.id))
    await home.becomes(asked, RequestStatus.PROCESSING)
    home.overseerr.set_available("tv", SHOW, seasons=[1, 2])
    await home.poll()
    await home.becomes(asked, RequestStatus.AVAILABLE)
    media_row = home.overseerr.state.requests[(await home.twin(asked)).id].media
    before = {number: season.status for number, season in media_row.seasons.items()}
    for season in media_row.seasons.values():
        season.status = season.status.__class__.UNKNOWN
    home.clock.advance(11)
    page = await frida.title(MediaType.TV, SHOW)
    assert {s.number for s in page.seasons if s.availability is Availability.AVAILABLE} == {1, 2}
    assert await home.rows("select looks from absences") == [(1,), (1,)]
    for number, status in before.items():
        media_row.seasons[number].status = status
    home.clock.advance(61)

    async def forgotten() -> bool:
        return await home.rows("select 1 from absences") == []

    await home.comes(forgotten)
    assert (await frida.sees(asked)).status is RequestStatus.AVAILABLE


async def missed_often_enough(home: Home) -> None:
    """The clock looks again by itself, once a minute."""
    for looks in (2, 3):
        home.clock.advance(61)

        async def looked(looks: int = looks) -> bool:
            return await home.rows("select 1 from absences where looks >= :looks", looks=looks) != []

        await home.comes(looked)


async def test_deleted_in_overseerr_is_believed_at_the_second_look(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request()
    twin = await home.twin(asked)
    home.overseerr.delete(twin.id)
    await home.poll()
    assert (await frida.sees(asked)).status is RequestStatus.PENDING
    await home.poll()
    gone = await home.becomes(asked, RequestStatus.CANCELLED)
    assert gone.status_reason == "It was deleted in Overseerr."
    assert (await frida.request()).status is RequestStatus.PENDING


async def test_lists_that_hang_for_radarr_keep_nobody_waiting(seerr: Home) -> None:
    frida = await seerr.friend()
    asked = await frida.request()
    await seerr.twin(asked)
    seerr.overseerr.state.arr_delay = 20
    await seerr.owner.call(media.ApproveRequest(id=asked.id))
    await seerr.becomes(asked, RequestStatus.PROCESSING)
    seerr.overseerr.set_available("movie", FILM)
    seerr.clock.advance(61)
    await seerr.becomes(asked, RequestStatus.AVAILABLE)


async def test_a_request_acts_as_its_person_and_never_approves_itself(home: Home) -> None:
    frida = await home.friend()
    stranger = await home.friend("Stella", known=False, plex=False)
    filed = await frida.request()
    await home.twin(filed)
    assert home.filed()[-1].acting_user == str(home.overseerr.requests[0].requested_by.id)
    held = await stranger.request(SHOW, media_type=MediaType.TV, seasons=[1])
    await home.settled()
    assert "once it is approved" in ((await stranger.sees(held)).status_reason or "")
    assert len(home.overseerr.requests) == 1
    await home.owner.call(media.ApproveRequest(id=held.id))
    assert (await home.twin(held)).status is Theirs.APPROVED
    assert (await stranger.sees(held)).requested_by.name == "Stella"


async def test_who_asks_before_their_plex_account_is_known_is_served_when_it_is(home: Home) -> None:
    frida = await home.friend()
    await home.change("update people set plex_id = null, version = 0 where id = :id", id=frida.id)
    asked = await frida.request()
    await home.settled()
    assert home.overseerr.requests == []
    await home.tell_of(frida)
    assert (await home.twin(asked)).requested_by.plex_id == frida.plex_id


async def test_a_hanging_overseerr_slows_no_list_and_no_second_request(seerr: Home) -> None:
    frida = await seerr.friend()
    for number in range(8):
        seerr.overseerr.add_movie(9000 + number, f"Film {number}", 2020)
    seerr.overseerr.fail_with("hang")
    await asyncio.gather(*(frida.request(9000 + number) for number in range(8)))
    seconds = []
    for _ in range(40):
        began = time.monotonic()
        page = await frida.call(media.ListRequests())
        seconds.append(time.monotonic() - began)
        assert len(page.items) == 8
    # One of them may meet a machine that stands still. Who waits for Overseerr waits for three seconds each time.
    assert statistics.median(seconds) < 2
    seerr.overseerr.heal()


def test_whoever_talks_to_overseerr_leaves_connections_to_the_database_for_others() -> None:
    assert {size: conversations(size) for size in (2, 3, 6, 10, 100)} == {2: 1, 3: 1, 6: 2, 10: 3, 100: 3}


async def test_somebody_new_is_imported_from_plex(home: Home) -> None:
    nora = await home.friend("Nora", known=False)
    assert nora.plex_id is not None
    home.overseerr.add_plex_friend(plex_id=nora.plex_id, email="nora@example.org", username="nora")
    asked = await nora.request()
    assert (await home.twin(asked)).requested_by.plex_id == nora.plex_id


async def test_a_user_deleted_in_overseerr_is_looked_up_again(seerr: Home) -> None:
    frida = await seerr.friend()
    await seerr.change("update people set backend_user_id = 4711 where id = :id", id=frida.id)
    asked = await frida.request()
    assert (await seerr.twin(asked)).requested_by.plex_id == frida.plex_id


async def test_whose_plex_account_becomes_known_while_a_request_is_told_of_is_served_as_well(
    seerr: Home,
) -> None:
    frida, asked = await _asked_without_an_account(seerr)

    async def account_is_known_or_waits_to_be() -> bool:
        known = "select 1 from people where id = :id and plex_id is not null"
        return await seerr.rows(known, id=frida.id) != [] or await _waits_for_a_lock(
            seerr, "insert into people%"
        )

    async with seerr.db.transaction() as tx:
        # Just before it is written down that there is nobody to file it for.
        await tx.session.execute(text("select 1 from requests where id = :id for update"), {"id": asked.id})
        await _tried_again(seerr, asked)
        await eventually(lambda: _waits_for_a_lock(seerr, "select requests.%"))
        await seerr.tell_of(frida)
        await eventually(account_is_known_or_waits_to_be)
    assert (await seerr.twin(asked)).requested_by.plex_id == frida.plex_id


async def test_whose_plex_account_becomes_known_after_it_was_looked_for_is_served_as_well(
    seerr: Home,
) -> None:
    """What waits for the account is taken up with it, and this request does not wait yet at that moment."""
    frida, asked = await _asked_without_an_account(seerr)
    known = text("update people set plex_id = :plex_id, version = 1 where id = :id")
    async with seerr.db.transaction() as tx:
        await tx.session.execute(known, {"id": frida.id, "plex_id": frida.plex_id})
        await _tried_again(seerr, asked)
        await eventually(lambda: _waits_for_a_lock(seerr, "select people.%"))
    assert (await seerr.twin(asked)).requested_by.plex_id == frida.plex_id


async def _asked_without_an_account(seerr: Home) -> tuple[Person, MediaRequest]:
    """Somebody of whose Plex account we do not know, and their request that Overseerr refused for the moment."""
    frida = await seerr.friend()
    await seerr.change("update people set plex_id = null, version = 0 where id = :id", id=frida.id)
    # Of a title that is known, so that nothing has to be looked up before it is told of.
    await frida.title()
    seerr.overseerr.fail_with("refuse")
    asked = await frida.request()

    async def waits() -> bool:
        return "tried again" in ((await frida.sees(asked)).status_reason or "")

    await seerr.comes(waits)
    return frida, asked


async def _tried_again(seerr: Home, asked: MediaRequest) -> None:
    seerr.overseerr.heal()
    seerr.clock.advance(61)
    await seerr.sandbox.bus.enqueue_now(SubmitRequest(request_id=asked.id))


async def _waits_for_a_lock(seerr: Home, query: str) -> bool:
    waiting = "datname = current_database() and wait_event_type = 'Lock' and query ilike :query"
    return await seerr.rows(f"select 1 from pg_stat_activity where {waiting}", query=query) != []


async def test_overseerrs_own_rules_are_named_and_can_be_overcome(seerr: Home) -> None:
    frida = await seerr.friend()
    user = next(user for user in seerr.overseerr.state.users.values() if user.plex_id == frida.plex_id)
    user.movie_quota = (1, 7)
    await seerr.twin(await frida.request())
    seerr.overseerr.add_movie(604, "Second", 2003)
    second = await frida.request(604)
    failed = await seerr.becomes(second, RequestStatus.FAILED)
    assert failed.status_reason == "Overseerr says: Movie Quota exceeded."
    four_k = await frida.request(is_4k=True)
    assert "permission to make 4K" in (
        (await seerr.becomes(four_k, RequestStatus.FAILED)).status_reason or ""
    )
    user.permissions |= Permission.REQUEST_4K
    await seerr.owner.call(media.RetryRequest(id=four_k.id))
    await seerr.becomes(four_k, RequestStatus.APPROVED)


async def test_people_whom_overseerr_approves_itself_are_approved(home: Home) -> None:
    frida = await home.friend()
    user = next(user for user in home.overseerr.state.users.values() if user.plex_id == frida.plex_id)
    user.permissions |= Permission.AUTO_APPROVE
    asked = await frida.request()
    await home.becomes(asked, RequestStatus.APPROVED)
    await home.poll()
    await home.becomes(asked, RequestStatus.PROCESSING)
    assert await home.told(asked) == ["pending", "approved", "processing"]


async def test_a_request_made_directly_in_overseerr_is_respected_and_adopted(home: Home) -> None:
    frida = await home.friend()
    home.overseerr.fail_with("refuse")
    asked = await frida.request()
    # Before Overseerr is back, or what is tried again by itself might come first.
    made = filed_before(home, home.overseerr.owner, status=2, age=timedelta())
    home.overseerr.heal()
    await home.sandbox.bus.enqueue_now(SubmitRequest(request_id=asked.id))
    twin = await home.twin(asked)
    assert twin is made and len(home.overseerr.requests) == 1
    await home.owner.call(media.CancelRequest(id=asked.id))
    await home.settled()
    assert home.overseerr.requests == [twin], "it is not ours to delete"
    with pytest.raises(MediaNestError) as refused:
        await frida.request()
    assert refused.value.code == "ALREADY_REQUESTED"
    page = await frida.title()
    assert page.availability in (Availability.REQUESTED, Availability.PROCESSING)
    assert not page.requestable


async def _called(home: Home, times: int) -> bool:
    return len(home.filed()) >= times


async def _outbox_empty(home: Home) -> bool:
    return await home.rows("select 1 from outbox") == []
