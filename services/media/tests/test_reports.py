"""Reports of people who use request managers, by their numbers: what went wrong there and must not here."""

import asyncio

import pytest

from medianest_common.contracts import media
from medianest_common.contracts.media import Availability, MediaRequest, MediaType, RequestStatus
from medianest_common.contracts.media.allowing import GetRequestOptions
from medianest_common.errors import MediaNestError
from services.media.tests.conftest import FILM, SHOW, Home


async def test_reports_2_and_3_a_stale_page_that_asks_again_makes_no_second_row(home: Home) -> None:
    frida = await home.friend()
    stale = await frida.title()
    assert stale.requestable
    asked = await frida.request()
    answers = await asyncio.gather(*(frida.request() for _ in range(3)), return_exceptions=True)
    assert {getattr(answer, "code", None) for answer in answers} == {"ALREADY_REQUESTED"}
    assert [r.id for r in (await frida.call(media.ListRequests())).items] == [asked.id]
    assert not (await frida.title()).requestable


async def test_report_6_a_film_and_a_show_of_one_number_are_two_titles(seerr: Home) -> None:
    seerr.overseerr.add_show(FILM, "Same Number", 1990, seasons={1: 3})
    frida = await seerr.friend()
    film, show = await frida.request(), await frida.request_show(FILM)
    await seerr.owner.call(media.ApproveRequest(id=film.id))
    await seerr.owner.call(media.ApproveRequest(id=show.id))
    await seerr.becomes(film, RequestStatus.PROCESSING)
    await seerr.becomes(show, RequestStatus.PROCESSING)
    seerr.overseerr.set_available("movie", FILM)
    await seerr.poll()
    await seerr.becomes(film, RequestStatus.AVAILABLE)
    assert (await frida.sees(show)).status is RequestStatus.PROCESSING


async def test_reports_8_and_9_what_was_declined_or_deleted_can_be_asked_for_again(home: Home) -> None:
    frida = await home.friend()
    declined = await frida.request_show(seasons=[1, 2])
    await home.twin(declined)
    await home.owner.call(media.DeclineRequest(id=declined.id, reason="No room"))
    page = await frida.title(MediaType.TV, SHOW)
    assert {s.number for s in page.seasons if s.requestable and s.number} == {1, 2, 3}
    again = await frida.request_show(seasons=[1, 2])
    await home.twin(again)
    await frida.call(media.CancelRequest(id=again.id))
    await home.settled()
    third = await frida.request_show(seasons="all")
    assert third.seasons == [1, 2, 3]
    assert (await home.twin(third)).season_numbers == [1, 2, 3]


async def test_report_12_specials_without_an_episode_block_nothing(home: Home) -> None:
    home.overseerr.add_show(7000, "Phantom", 2000, seasons={0: 0, 1: 3})
    frida = await home.friend()
    page = await frida.title(MediaType.TV, 7000)
    assert [season.number for season in page.seasons] == [1]
    options = await frida.call(GetRequestOptions(media_type=MediaType.TV, tmdb_id=7000))
    assert (options.specials_offered, options.specials_reason) == (False, "There are no specials of it.")
    asked = await frida.request_show(7000)
    await home.owner.call(media.ApproveRequest(id=asked.id))
    await home.becomes(asked, RequestStatus.PROCESSING)
    home.overseerr.set_available("tv", 7000, seasons=[1])
    await home.poll()
    await home.becomes(asked, RequestStatus.AVAILABLE)


async def test_reports_29_and_30_available_is_told_once_with_webhooks_twice_or_never(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request()
    await home.owner.call(media.ApproveRequest(id=asked.id))
    await home.becomes(asked, RequestStatus.PROCESSING)
    silent = await frida.request_show(seasons=[1])
    await home.owner.call(media.ApproveRequest(id=silent.id))
    await home.becomes(silent, RequestStatus.PROCESSING)
    twin = await home.twin(asked)
    home.overseerr.set_available("movie", FILM)
    home.overseerr.set_available("tv", SHOW, seasons=[1])
    notice = {
        "notification_type": "MEDIA_AVAILABLE",
        "media": {"media_type": "movie", "tmdbId": str(FILM), "status": "AVAILABLE"},
        "request": {"request_id": str(twin.id)},
    }
    await asyncio.gather(*(home.webhook(notice) for _ in range(4)))
    await home.webhooks_done()
    await home.becomes(asked, RequestStatus.AVAILABLE)
    await home.poll(rounds=2)
    await home.becomes(silent, RequestStatus.AVAILABLE)
    assert (await home.told(asked)).count("available") == 1
    assert (await home.told(silent)).count("available") == 1


async def test_late_and_doubled_reports_move_nothing_backwards(seerr: Home) -> None:
    frida = await seerr.friend()
    asked = await frida.request()
    await seerr.owner.call(media.ApproveRequest(id=asked.id))
    await seerr.becomes(asked, RequestStatus.PROCESSING)
    seerr.overseerr.set_available("movie", FILM)
    await seerr.poll()
    await seerr.becomes(asked, RequestStatus.AVAILABLE)
    twin = await seerr.twin(asked)
    for word in ("MEDIA_PENDING", "MEDIA_APPROVED", "MEDIA_FAILED", "MEDIA_DECLINED"):
        await seerr.webhook({"notification_type": word, "request": {"request_id": str(twin.id)}})
    await seerr.webhooks_done()
    await seerr.poll()
    seen: MediaRequest = await frida.sees(asked)
    assert seen.status is RequestStatus.AVAILABLE
    assert (await frida.title()).availability is Availability.AVAILABLE
    with pytest.raises(MediaNestError) as there:
        await frida.request()
    assert there.value.code == "ALREADY_AVAILABLE"
