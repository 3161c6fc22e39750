"""From single outcomes to a state that people can rely on: one lost packet is not an outage."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from medianest_common.contracts.health import MonitorState

HOLD = timedelta(seconds=60)
"""How long a check speaks for the time after it. Checks come every 20 s; what is beyond was not measured."""

_LOOKED_AT = 3
_FAILURES = 2
_ANSWERED = (MonitorState.UP, MonitorState.DEGRADED, MonitorState.AUTH)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`recent` has one sign for each of the last outcomes, oldest first: `+` answered, `-` did not."""

    state: MonitorState
    since: datetime
    last_check_at: datetime
    recent: str = ""


def decide(before: Verdict | None, outcome: MonitorState, *, at: datetime) -> Verdict:
    """Down after two failures among the last three checks; up, degraded or auth at once.

    A single failure leaves a known state as it is, and an unknown one pending. `UNKNOWN` says that we could not tell,
    so it counts neither way. Checks from before a gap no longer count.
    """
    recent = before.recent if before and at - before.last_check_at <= HOLD else ""
    if outcome is MonitorState.DOWN:
        recent = (recent + "-")[-_LOOKED_AT:]
        state = _after_failure(before, recent)
    elif outcome in _ANSWERED:
        recent = (recent + "+")[-_LOOKED_AT:]
        state = outcome
    else:
        state = outcome
    since = before.since if before and before.state is state else at
    return Verdict(state, since, at, recent)


def _after_failure(before: Verdict | None, recent: str) -> MonitorState:
    if recent.count("-") >= _FAILURES:
        return MonitorState.DOWN
    if before and before.state in (*_ANSWERED, MonitorState.DOWN):
        return before.state
    return MonitorState.PENDING
