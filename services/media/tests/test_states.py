"""The state machine alone: what people may decide, and that reports never lead back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.contracts.media import RequestStatus
from medianest_media.errors import WrongState
from medianest_media.states import MAIN_LINE, OVER, Act, decide, report

STATES = st.sampled_from(RequestStatus)


def _position(state: RequestStatus) -> int:
    return MAIN_LINE.index(state) if state in MAIN_LINE else -1


def _follow(start: RequestStatus, reports: list[RequestStatus]) -> list[RequestStatus]:
    path = [start]
    for reported in reports:
        path.extend(report(path[-1], reported))
    return path


@given(st.lists(STATES, max_size=30))
def test_no_sequence_of_reports_moves_a_request_backwards(reports: list[RequestStatus]) -> None:
    path = _follow(RequestStatus.PENDING, reports)
    reached = [_position(state) for state in path if state in MAIN_LINE]
    assert reached == sorted(reached)


@given(STATES, STATES)
def test_a_report_that_comes_twice_is_one_effect(current: RequestStatus, reported: RequestStatus) -> None:
    moves = report(current, reported)
    after = moves[-1] if moves else current
    assert report(after, reported) == ()


@given(st.lists(STATES, max_size=20), st.data())
def test_reports_delivered_late_and_doubled_end_where_the_furthest_one_does(
    reports: list[RequestStatus], data: st.DataObject
) -> None:
    forward = [state for state in reports if state in MAIN_LINE]
    shuffled = data.draw(st.permutations(forward + forward))
    furthest = max([RequestStatus.PENDING, *forward], key=_position)
    assert _follow(RequestStatus.PENDING, list(shuffled))[-1] is furthest


@given(STATES)
def test_what_is_there_and_what_is_over_stays(reported: RequestStatus) -> None:
    for settled in (RequestStatus.AVAILABLE, *OVER):
        assert report(settled, reported) == ()


@given(st.lists(STATES, max_size=30))
def test_nothing_is_there_without_having_been_approved(reports: list[RequestStatus]) -> None:
    path = _follow(RequestStatus.PENDING, reports)
    if RequestStatus.PROCESSING in path or RequestStatus.AVAILABLE in path:
        failed_first = RequestStatus.FAILED in path and RequestStatus.APPROVED not in path
        assert RequestStatus.APPROVED in path or failed_first


@given(st.sampled_from(Act), STATES)
def test_a_decision_leads_somewhere_once_and_then_changes_nothing(act: Act, current: RequestStatus) -> None:
    try:
        to = decide(act, current)
    except WrongState:
        return
    if to is not None:
        assert to is not current
        assert decide(act, to) is None


@pytest.mark.parametrize(
    "act, current",
    [
        (Act.APPROVE, RequestStatus.DECLINED),
        (Act.APPROVE, RequestStatus.FAILED),
        (Act.DECLINE, RequestStatus.APPROVED),
        (Act.DECLINE, RequestStatus.AVAILABLE),
        (Act.RETRY, RequestStatus.AVAILABLE),
        (Act.CANCEL, RequestStatus.AVAILABLE),
        (Act.CANCEL, RequestStatus.DECLINED),
    ],
)
def test_a_decision_from_a_wrong_state_is_refused(act: Act, current: RequestStatus) -> None:
    with pytest.raises(WrongState):
        decide(act, current)
