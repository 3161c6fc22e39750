"""Many requests decided at once, requests that nothing becomes of, and looking again."""

import asyncio
from typing import Any

import pytest

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts import media
from medianest_common.contracts.media import MediaRequest, MediaType, RequestStatus
from medianest_common.contracts.media.changing import (
    BulkAction,
    BulkResults,
    CheckRequest,
    DecideRequests,
    FollowRequest,
)
from medianest_common.errors import MediaNestError
from services.media.tests.conftest import FILM, SHOW, Home


def stuck_events(home: Home, request: MediaRequest) -> list[dict[str, Any]]:
    return [e for e in home.events if e.get("requestId") == str(request.id) and "stuckSince" in e]


async def many(home: Home, number: int) -> list[MediaRequest]:
    frida = await home.friend()
    for n in range(number):
        home.overseerr.add_movie(9000 + n, f"Film {n}", 2020)
    return [await frida.request(9000 + n) for n in range(number)]


async def test_many_are_decided_each_by_itself_and_twice_is_one_effect(seerr: Home) -> None:
    asked = await many(seerr, 8)
    await seerr.owner.call(media.DeclineRequest(id=asked[0].id, reason="No"))
    nothing = uuid7()
    wanted = DecideRequests(ids=[*(r.id for r in asked), nothing, asked[1].id], action=BulkAction.APPROVE)
    answers: list[BulkResults] = await asyncio.gather(*(seerr.owner.call(wanted) for _ in range(3)))
    for answer in answers:
        told = {result.id: (result.done, result.code) for result in answer.results}
        assert [result.id for result in answer.results] == [*(r.id for r in asked), nothing]
        assert (answer.done, answer.refused) == (7, 2)
        assert told[asked[0].id] == (False, "WRONG_STATE") and told[nothing] == (False, "NOT_FOUND")
    approvals = "select count(*) from request_history where status = 'approved'"
    assert await seerr.rows(approvals) == [(7,)]
    for request in asked[1:]:
        await seerr.becomes(request, RequestStatus.PROCESSING)


async def test_many_are_declined_with_a_reason_by_administrators_only(seerr: Home) -> None:
    asked = await many(seerr, 3)
    ids = [request.id for request in asked]
    frida = await seerr.friend("Other")
    with pytest.raises(MediaNestError) as refused:
        await frida.call(DecideRequests(ids=ids, action=BulkAction.APPROVE))
    assert refused.value.status == 403
    for reason in (None, "  "):
        with pytest.raises(MediaNestError) as unsaid:
            await seerr.owner.call(DecideRequests(ids=ids, action=BulkAction.DECLINE, reason=reason))
        assert unsaid.value.status == 422
    answer = await seerr.owner.call(DecideRequests(ids=ids, action=BulkAction.DECLINE, reason="No room"))
    assert {result.status for result in answer.results} == {RequestStatus.DECLINED}
    assert (await seerr.owner.sees(asked[0])).status_reason == "No room"


async def test_report_14_what_is_approved_and_not_sent_for_an_hour_alerts_once(seerr: Home) -> None:
    frida = await seerr.friend()
    asked = await frida.request()
    await seerr.twin(asked)
    seerr.overseerr.fail_with("refuse")
    await seerr.owner.call(media.ApproveRequest(id=asked.id))

    async def was_tried() -> bool:
        return "Overseerr" in ((await seerr.owner.sees(asked)).status_reason or "")

    await eventually(was_tried)
    seerr.clock.advance(3700)

    async def alerted() -> bool:
        return bool(stuck_events(seerr, asked))

    await eventually(alerted)
    seen = await seerr.owner.sees(asked)
    assert seen.stuck_since is not None and seen.checked_at is not None
    assert "Overseerr" in (seen.status_reason or "")
    stuck = await seerr.owner.call(media.ListRequests(stuck=True))
    assert [r.id for r in stuck.items] == [asked.id] and stuck.items[0].stuck_since
    by_change = media.ListRequests(stuck=True, sort=media.RequestSort.UPDATED, status=RequestStatus.APPROVED)
    assert [r.id for r in (await seerr.owner.call(by_change)).items] == [asked.id]
    [event] = stuck_events(seerr, asked)
    assert (event["status"], event["userName"], event["version"]) == ("approved", "Frida", 2)
    later = await seerr.owner.request_show(seasons=[1])
    seerr.clock.advance(3700)

    async def later_alerted() -> bool:
        """In a round that looked at the first one again."""
        return bool(stuck_events(seerr, later))

    await eventually(later_alerted)
    assert len(stuck_events(seerr, asked)) == 1, "told once"
    seerr.overseerr.heal()
    seerr.clock.advance(61)
    moved = await seerr.becomes(asked, RequestStatus.PROCESSING)
    assert moved.stuck_since is None
    await seerr.becomes(later, RequestStatus.PROCESSING)
    assert (await seerr.owner.call(media.ListRequests(stuck=True))).items == []
    assert len(stuck_events(seerr, asked)) == 1


async def test_what_overseerr_has_and_does_not_pass_on_is_stuck_as_well(seerr: Home) -> None:
    seerr.overseerr.state.arr_configured = False
    asked = await seerr.owner.request()
    await seerr.twin(asked)
    await seerr.settled()
    seerr.clock.advance(3700)

    async def alerted() -> bool:
        return bool(stuck_events(seerr, asked))

    await eventually(alerted)
    seen = await seerr.owner.sees(asked)
    assert (seen.status, seen.status_reason) == (
        RequestStatus.APPROVED,
        "It has been approved, and nobody has taken it up yet.",
    )


async def test_report_23_somebody_who_does_not_want_to_wait_looks_now(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    asked = await frida.request()
    await gustav.call(FollowRequest(id=asked.id))
    await seerr.owner.call(media.ApproveRequest(id=asked.id))
    before = (await seerr.becomes(asked, RequestStatus.PROCESSING)).checked_at
    await seerr.settled()
    seerr.overseerr.set_available("movie", FILM)
    seerr.clock.advance(6)
    checked = await frida.call(CheckRequest(id=asked.id))
    assert checked.status is RequestStatus.AVAILABLE
    assert checked.checked_at is not None and before is not None and checked.checked_at > before
    with pytest.raises(MediaNestError) as refused:
        await gustav.call(CheckRequest(id=asked.id))
    assert refused.value.status == 404


async def test_looking_again_while_overseerr_is_away_says_so_and_hammers_nothing(seerr: Home) -> None:
    frida = await seerr.friend()
    asked = await frida.request()
    await seerr.twin(asked)
    await seerr.settled()
    seerr.clock.advance(6)
    calls = len([c for c in seerr.overseerr.calls if c.path.startswith("/api/v1/request/")])
    for _ in range(5):
        await frida.call(CheckRequest(id=asked.id))
    looks = len([c for c in seerr.overseerr.calls if c.path.startswith("/api/v1/request/")]) - calls
    assert looks <= 2, "one of mine, and one of the clock's at most"
    seerr.overseerr.fail_with("refuse")
    seerr.clock.advance(6)
    with pytest.raises(MediaNestError) as away:
        await frida.call(CheckRequest(id=asked.id))
    assert away.value.status in (502, 503, 504)
    assert (await frida.sees(asked)).status is RequestStatus.PENDING


async def test_reports_5_15_a_new_season_of_a_show_that_is_there_can_be_asked_for_alone(home: Home) -> None:
    frida = await home.friend()
    first = await frida.request_show(seasons=[1, 2])
    await home.owner.call(media.ApproveRequest(id=first.id))
    await home.becomes(first, RequestStatus.PROCESSING)
    home.overseerr.set_available("tv", SHOW, seasons=[1, 2])
    await home.poll()
    await home.becomes(first, RequestStatus.AVAILABLE)
    page = await frida.title(MediaType.TV, SHOW)
    assert [s.number for s in page.seasons if s.requestable and s.number] == [3]
    more = await frida.request_show(seasons=[1, 2, 3])
    assert more.seasons == [3]
    assert (await home.twin(more)).season_numbers == [3], "the others are not searched for again"
