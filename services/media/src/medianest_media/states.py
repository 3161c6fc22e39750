"""What may become of a request, and by whose word.

People decide (`decide`), the backend reports (`report`). Along the main line a request only moves forward:
pending → approved → processing → partially available → available. A report that is late or comes twice moves nothing.
"""

from enum import StrEnum

from medianest_common.contracts.media import RequestStatus as S
from medianest_media.errors import WrongState

MAIN_LINE = (S.PENDING, S.APPROVED, S.PROCESSING, S.PARTIALLY_AVAILABLE, S.AVAILABLE)

OVER = frozenset({S.DECLINED, S.CANCELLED})
"""Nobody waits for these any more: what they asked for may be asked for again."""

WAITING = frozenset({S.PENDING, S.APPROVED, S.PROCESSING, S.PARTIALLY_AVAILABLE, S.FAILED})
"""States in which the backend may still have news."""


class Act(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"
    RETRY = "retry"
    CANCEL = "cancel"


_DECISIONS: dict[Act, dict[S, S]] = {
    Act.APPROVE: {S.PENDING: S.APPROVED},
    Act.DECLINE: {S.PENDING: S.DECLINED, S.FAILED: S.DECLINED},
    Act.RETRY: {S.FAILED: S.APPROVED},
    Act.CANCEL: {
        S.PENDING: S.CANCELLED,
        S.APPROVED: S.CANCELLED,
        S.PROCESSING: S.CANCELLED,
        S.PARTIALLY_AVAILABLE: S.CANCELLED,
        S.FAILED: S.CANCELLED,
    },
}
_DECIDED_ALREADY: dict[Act, frozenset[S]] = {
    Act.APPROVE: frozenset(MAIN_LINE[1:]),
    Act.DECLINE: frozenset({S.DECLINED}),
    Act.RETRY: frozenset({S.PENDING, S.APPROVED, S.PROCESSING}),
    Act.CANCEL: frozenset({S.CANCELLED}),
}
_MAY_FAIL_OR_END = frozenset({S.PENDING, S.APPROVED, S.PROCESSING})


def decide(act: Act, current: S) -> S | None:
    """Where a person's decision leads; None when it has been made already. Raises `WrongState`."""
    if current in _DECIDED_ALREADY[act]:
        return None
    if current not in _DECISIONS[act]:
        raise WrongState(f"A request that is {_words(current)} cannot be {_PAST[act]}.", state=current.value)
    return _DECISIONS[act][current]


def report(current: S, reported: S) -> tuple[S, ...]:
    """The moves that a report of the backend asks for, in order; none when it says nothing new.

    A request seen further along than we knew has been approved on the way, and that is told as well.
    """
    if reported in MAIN_LINE:
        return _forward(current, reported)
    if current in _MAY_FAIL_OR_END or (current is S.FAILED and reported in OVER):
        return (reported,)
    return ()


def _forward(current: S, reported: S) -> tuple[S, ...]:
    position = MAIN_LINE.index(reported)
    if current is S.FAILED:
        return (reported,) if position >= MAIN_LINE.index(S.PROCESSING) else ()
    if current not in MAIN_LINE or position <= MAIN_LINE.index(current):
        return ()
    if current is S.PENDING and reported is not S.APPROVED:
        return (S.APPROVED, reported)
    return (reported,)


_PAST = {Act.APPROVE: "approved", Act.DECLINE: "declined", Act.RETRY: "tried again", Act.CANCEL: "cancelled"}


def _words(state: S) -> str:
    return state.value.replace("_", " ")
