"""From asking to being there, as the people involved see it."""

import asyncio

import pytest

from medianest_common.contracts import media
from medianest_common.contracts.media import Availability, MediaType, RequestStatus
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_overseerr import RequestStatus as Theirs
from services.media.tests.conftest import FILM, SHOW, Home


async def test_a_film_is_asked_for_approved_and_arrives(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request(note="for Friday")
    assert (asked.status, asked.title, asked.year, asked.note) == (
        RequestStatus.PENDING,
        "The Matrix",
        1999,
        "for Friday",
    )
    assert (asked.requested_by.id, asked.requested_by.name) == (frida.id, "Frida")
    assert asked.poster_url == "/api/v1/media/images/w500/p.jpg"

    twin = await home.twin(asked)
    assert (twin.status, twin.requested_by.plex_id, twin.is_4k) == (Theirs.PENDING, frida.plex_id, False)

    approved = await home.owner.call(media.ApproveRequest(id=asked.id))
    assert approved.status is RequestStatus.APPROVED
    await home.becomes(asked, RequestStatus.PROCESSING)
    assert twin.status is Theirs.APPROVED

    home.overseerr.set_available("movie", FILM)
    await home.poll()
    there = await home.becomes(asked, RequestStatus.AVAILABLE)
    assert there.history is not None
    assert [(entry.status, entry.actor) for entry in there.history] == [
        ("pending", "Frida"),
        ("approved", "Olive"),
        ("processing", None),
        ("available", None),
    ]
    assert await home.told(asked) == ["pending", "approved", "processing", "available"]


async def test_what_is_answered_at_once_is_what_is_read_afterwards(home: Home) -> None:
    """The answer is made by the statement that saves it, which does not see its own rows in their tables."""
    answered = await home.owner.request_show(seasons=[1, 2])
    assert answered.history is not None
    assert [(entry.status, entry.actor) for entry in answered.history] == [
        ("pending", "Olive"),
        ("approved", "Olive"),
    ]
    read = await home.owner.sees(answered)
    told_later = {
        "status_reason",
        "fetched_by",
        "status",
        "status_since",
        "updated_at",
        "checked_at",
        "history",
    }
    assert answered.model_dump(exclude=told_later) == read.model_dump(exclude=told_later)
    assert read.history is not None
    assert read.history[:2] == answered.history


async def test_a_show_arrives_season_by_season(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request_show(seasons=[1, 2])
    assert asked.seasons == [1, 2]
    assert (await home.twin(asked)).season_numbers == [1, 2]
    await home.owner.call(media.ApproveRequest(id=asked.id))
    await home.becomes(asked, RequestStatus.PROCESSING)
    home.overseerr.set_available("tv", SHOW, seasons=[1])
    await home.poll()
    await home.becomes(asked, RequestStatus.PARTIALLY_AVAILABLE)
    home.overseerr.set_available("tv", SHOW, seasons=[2])
    await home.poll()
    await home.becomes(asked, RequestStatus.AVAILABLE)


async def test_a_season_that_is_not_there_is_not_called_available_because_the_rest_is(home: Home) -> None:
    home.overseerr.set_available("tv", SHOW, seasons=[1, 2])
    frida = await home.friend()
    asked = await frida.request_show()
    assert asked.seasons == [3], "only what is not there is asked for"
    assert (await home.twin(asked)).season_numbers == [3]
    await home.owner.call(media.ApproveRequest(id=asked.id))
    await home.settled()
    await home.poll()
    assert (await frida.sees(asked)).status in (RequestStatus.APPROVED, RequestStatus.PROCESSING)


async def test_an_administrators_own_request_is_approved_at_once(home: Home) -> None:
    asked = await home.owner.request()
    assert asked.status is RequestStatus.APPROVED
    assert (await home.twin(asked)).status is Theirs.APPROVED
    assert (await home.told(asked))[:2] == ["pending", "approved"]


async def test_declined_seasons_can_be_asked_for_again_at_once(home: Home) -> None:
    frida = await home.friend()
    first = await frida.request_show(seasons=[1, 2])
    twin = await home.twin(first)
    declined = await home.owner.call(media.DeclineRequest(id=first.id, reason="No room"))
    assert (declined.status, declined.status_reason) == (RequestStatus.DECLINED, "No room")
    second = await frida.request_show(seasons=[1, 2])
    assert second.seasons == [1, 2]
    assert (await home.twin(second)).id != twin.id
    await home.settled()
    assert twin.status is Theirs.DECLINED


async def test_a_cancelled_request_leaves_overseerr_and_may_be_made_again(home: Home) -> None:
    frida, gustav = await home.friend(), await home.friend("Gustav")
    first = await frida.request()
    twin = await home.twin(first)
    with pytest.raises(MediaNestError) as not_his:
        await gustav.call(media.CancelRequest(id=first.id))
    assert not_his.value.status == 404
    await frida.call(media.CancelRequest(id=first.id))
    await frida.call(media.CancelRequest(id=first.id))
    second = await gustav.request()
    assert (await home.twin(second)).requested_by.plex_id == gustav.plex_id
    await home.settled()
    assert twin.id not in home.overseerr.state.requests
    assert await home.told(first) == ["pending", "cancelled"]


async def test_an_approved_request_is_an_administrators_to_cancel(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request()
    await home.owner.call(media.ApproveRequest(id=asked.id))
    with pytest.raises(MediaNestError) as refused:
        await frida.call(media.CancelRequest(id=asked.id))
    assert refused.value.status == 403
    await home.owner.call(media.CancelRequest(id=asked.id))
    await home.settled()
    assert home.overseerr.requests == []


async def test_a_decision_made_twice_is_one_effect_and_a_late_one_is_refused(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request()
    answers = await asyncio.gather(*(home.owner.call(media.ApproveRequest(id=asked.id)) for _ in range(8)))
    assert {answer.status for answer in answers} <= {RequestStatus.APPROVED, RequestStatus.PROCESSING}
    with pytest.raises(MediaNestError) as late:
        await home.owner.call(media.DeclineRequest(id=asked.id, reason="Too late"))
    assert (late.value.status, late.value.code) == (409, "WRONG_STATE")
    await home.becomes(asked, RequestStatus.PROCESSING)
    assert await home.told(asked) == ["pending", "approved", "processing"]


async def test_only_administrators_decide(home: Home) -> None:
    frida = await home.friend()
    asked = await frida.request()
    for decision in (
        media.ApproveRequest(id=asked.id),
        media.DeclineRequest(id=asked.id, reason="x"),
        media.RetryRequest(id=asked.id),
    ):
        with pytest.raises(MediaNestError) as refused:
            await frida.call(decision)
        assert refused.value.status == 403


async def test_what_radarr_refuses_is_failed_with_a_reason_and_can_be_tried_again(home: Home) -> None:
    home.overseerr.state.arr_configured = False
    frida = await home.friend()
    asked = await frida.request()
    twin = await home.twin(asked)
    await home.owner.call(media.ApproveRequest(id=asked.id))
    await home.settled()
    home.overseerr.fail(twin.id)
    await home.poll()
    failed = await home.becomes(asked, RequestStatus.FAILED)
    assert failed.status_reason == "Radarr or Sonarr did not take it."
    home.overseerr.state.arr_configured = True
    await home.owner.call(media.RetryRequest(id=asked.id))
    await home.becomes(asked, RequestStatus.PROCESSING)
    assert await home.told(asked) == ["pending", "approved", "failed", "approved", "processing"]


async def test_the_page_of_a_title_says_what_is_there_and_who_waits(home: Home) -> None:
    frida, gustav = await home.friend(), await home.friend("Gustav")
    home.overseerr.set_available("tv", SHOW, seasons=[1])
    asked = await frida.request_show(seasons=[2])
    page = await gustav.title(MediaType.TV, SHOW)
    states = {season.number: (season.availability, season.requestable) for season in page.seasons}
    specials = home.overseerr.state.flavour == "overseerr"
    assert states == {
        0: (Availability.NONE, specials),
        1: (Availability.AVAILABLE, False),
        2: (Availability.REQUESTED, False),
        3: (Availability.NONE, True),
    }, "season 4 has no episodes and is not shown"
    assert [(ref.id, ref.mine) for ref in page.requests] == [(asked.id, False)]
    assert page.requestable
