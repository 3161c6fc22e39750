"""From the verdict of the checks to the state that is shown, which knows of maintenance, of what a monitor depends on
and of flapping. Nothing here waits or writes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from medianest_common.contracts.health import MonitorState
from medianest_health.adapters.probe import Finding
from medianest_health.models import Standing
from medianest_health.verdict import KNOWN, Rule, Verdict, decide, weigh

TURNS_WITHIN = timedelta(minutes=30)
MOST_TURNS = 4
STABLE_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Around:
    """What else matters to one monitor at one moment."""

    maintenance_until: datetime | None = None
    blocked_by: UUID | None = None
    """What is down of that which it depends on, however far away."""
    in_doubt: bool = False
    """Something that it depends on may be down, which the next check of that will tell."""

    @property
    def in_maintenance(self) -> bool:
        return self.maintenance_until is not None


@dataclass(frozen=True, slots=True)
class Judgement:
    state: MonitorState
    since: datetime
    verdict: Verdict
    turns: tuple[datetime, ...] = ()
    """When it went down or came back, of late. More than `MOST_TURNS` of them are flapping."""
    blocked_by: UUID | None = None
    maintenance_until: datetime | None = None

    @property
    def counts_as(self) -> MonitorState:
        """For the uptime: what comes and goes was up or down at any one moment; what is blocked is not known."""
        if self.state is MonitorState.FLAPPING:
            return self.verdict.state
        return self.state

    @property
    def is_in_doubt(self) -> bool:
        """Its checks say that it is down, but it may only be what it depends on."""
        return self.state is MonitorState.PENDING and self.verdict.state is MonitorState.DOWN

    def values(self) -> dict[str, Any]:
        """For its row of `standings`."""
        return {
            "state": self.state.value,
            "since": self.since,
            "last_check_at": self.verdict.last_check_at,
            "recent": self.verdict.recent,
            "verdict": self.verdict.state.value,
            "verdict_since": self.verdict.since,
            "turns": list(self.turns),
            "blocked_by": self.blocked_by,
            "maintenance_until": self.maintenance_until,
        }


def judgement_of(standing: Standing | None) -> Judgement | None:
    if standing is None:
        return None
    verdict = Verdict(
        MonitorState(standing.verdict), standing.verdict_since, standing.last_check_at, standing.recent
    )
    return Judgement(
        MonitorState(standing.state),
        standing.since,
        verdict,
        tuple(standing.turns),
        standing.blocked_by,
        standing.maintenance_until,
    )


def judge(
    before: Judgement | None, finding: Finding, *, rule: Rule, around: Around, at: datetime
) -> tuple[Judgement, Finding]:
    """How it stands after a check, and the finding as the rule sees it."""
    weighed = weigh(finding, rule)
    verdict = decide(before.verdict if before else None, weighed.outcome, at=at, rule=rule)
    return _shown(before, verdict, around=around, at=at), weighed


def judge_again(before: Judgement, *, around: Around, at: datetime) -> Judgement:
    """How it stands with other things around it, without a new check."""
    return _shown(before, before.verdict, around=around, at=at)


def _shown(before: Judgement | None, verdict: Verdict, *, around: Around, at: datetime) -> Judgement:
    turns = _turns(before, verdict.state, at=at)
    state = _state(before, verdict.state, is_flapping=len(turns) > MOST_TURNS, around=around)
    since = at
    if state is verdict.state:
        since = verdict.since
    elif before and before.state is state:
        since = before.since
    is_blocked = state is MonitorState.UNKNOWN and verdict.state is MonitorState.DOWN
    return Judgement(
        state,
        since,
        verdict,
        turns,
        blocked_by=around.blocked_by if is_blocked else None,
        maintenance_until=around.maintenance_until,
    )


def _state(
    before: Judgement | None, verdict: MonitorState, *, is_flapping: bool, around: Around
) -> MonitorState:
    if around.in_maintenance:
        return MonitorState.MAINTENANCE
    if verdict is MonitorState.DOWN and around.blocked_by is not None:
        return MonitorState.UNKNOWN
    if is_flapping and verdict in KNOWN:
        return MonitorState.FLAPPING
    if verdict is MonitorState.DOWN and around.in_doubt and not (before and before.state is verdict):
        return MonitorState.PENDING
    return verdict


def _turns(before: Judgement | None, verdict: MonitorState, *, at: datetime) -> tuple[datetime, ...]:
    """While it flaps, none is too old: it has to be stable for a while, and then everything begins anew."""
    if before is None:
        return ()
    turns = before.turns
    if len(turns) <= MOST_TURNS:
        turns = tuple(turn for turn in turns if at - turn < TURNS_WITHIN)
    elif at - turns[-1] >= STABLE_FOR:
        turns = ()
    was = before.verdict.state
    has_turned = {was, verdict} <= set(KNOWN) and (was is MonitorState.DOWN) is not (
        verdict is MonitorState.DOWN
    )
    return (*turns, at)[-MOST_TURNS - 1 :] if has_turned else turns
