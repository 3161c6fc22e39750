"""What a new judgement means for the incident that is open, or opens one.

What is told goes out in the transaction that stores the check, so each turn is told exactly once. Of what comes and
goes two turns in half an hour are told at once; after that it has to stay as it is for a while before it is told.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from medianest_common.clock import uuid7
from medianest_common.contracts.health import (
    IncidentEvent,
    MonitorDegraded,
    MonitorRecovered,
    MonitorState,
    MonitorStillDown,
    MonitorWentDown,
    Visibility,
)
from medianest_common.db import Transaction
from medianest_health.models import Incident, IncidentTurn, Monitor
from medianest_health.states import STABLE_FOR, TURNS_WITHIN, Judgement
from medianest_health.verdict import KNOWN, Rule

TOLD_WITHIN = TURNS_WITHIN
MOST_TOLD = 2
_TWICE = 2
_RANK = ("degraded", "auth", "down")


def follow(
    tx: Transaction,
    monitor: Monitor,
    latest: Incident | None,
    *,
    rule: Rule,
    before: Judgement | None,
    after: Judgement,
    at: datetime,
    reason: str | None,
) -> None:
    """`latest` is the monitor's incident that is open, or the last there was (`Incidents.latest_of`).

    Nothing happens during maintenance, while it is blocked and while nobody can tell how it is: an incident that is
    open waits for what comes after that.
    """
    incident = latest if latest is not None and latest.closed_at is None else None
    state = _to_follow(after, rule)
    if state is None or (incident is None and state is MonitorState.UP):
        return
    if incident is None:
        begun = _beginning(latest, before, after, at=at)
        incident = _opened(tx, monitor, state, at=begun, told_before=latest)
    telling = _Telling(tx, monitor, incident, after, at, reason)
    if state is MonitorState.UP:
        telling.is_well()
    else:
        telling.is_unwell(state, fell=_fell(incident, before, after))


def _to_follow(after: Judgement, rule: Rule) -> MonitorState | None:
    """What is sure. Down counts at once, since a verdict of that is; what is better has to be seen again."""
    if after.state in (MonitorState.DOWN, MonitorState.FLAPPING):
        return after.state
    if after.state in (MonitorState.DEGRADED, MonitorState.AUTH) and after.verdict.seen_in_a_row(_TWICE):
        return after.state
    if after.state is MonitorState.UP and after.verdict.seen_in_a_row(rule.successes):
        return after.state
    return None


def _beginning(
    last: Incident | None, before: Judgement | None, after: Judgement, *, at: datetime
) -> datetime:
    """Not while it was in maintenance, or blocked, nor before the `last` one was over."""
    was_held = before is not None and (before.state is MonitorState.MAINTENANCE or before.blocked_by)
    begun = at if was_held else after.verdict.since
    return max(begun, min(last.closed_at, at)) if last and last.closed_at else begun


def _fell(incident: Incident, before: Judgement | None, after: Judgement) -> bool:
    """It is still the same fall where nobody could tell in between how it was."""
    if after.verdict.state is not MonitorState.DOWN:
        return False
    was = before.verdict.state if before else MonitorState.UNKNOWN
    if was not in KNOWN:
        return incident.times == 0 or incident.state != MonitorState.DOWN
    return was is not MonitorState.DOWN


def _opened(
    tx: Transaction, monitor: Monitor, state: MonitorState, *, at: datetime, told_before: Incident | None
) -> Incident:
    incident = Incident(
        id=uuid7(),
        monitor_id=monitor.id,
        state=state.value,
        worst=_as_worst(state),
        times=0,
        reason=None,
        opened_at=at,
        closed_at=None,
        told=None,
        told_at=list(told_before.told_at) if told_before else [],
        reminded_at=None,
        post_mortem=None,
    )
    tx.session.add(incident)
    _turned(tx, incident, state, at=at, reason=None)
    return incident


def _turned(
    tx: Transaction, incident: Incident, what: MonitorState, *, at: datetime, reason: str | None
) -> None:
    tx.session.add(IncidentTurn(id=uuid7(), incident_id=incident.id, at=at, what=what.value, reason=reason))


def _as_worst(state: MonitorState) -> str:
    return MonitorState.DOWN.value if state is MonitorState.FLAPPING else state.value


@dataclass(frozen=True, slots=True)
class _Telling:
    """One check, for the incident that is open at the time."""

    tx: Transaction
    monitor: Monitor
    incident: Incident
    after: Judgement
    at: datetime
    reason: str | None

    def is_unwell(self, state: MonitorState, *, fell: bool) -> None:
        incident = self.incident
        if incident.state != state:
            _turned(self.tx, incident, state, at=self._since(state), reason=self.reason)
        incident.state = state.value
        incident.worst = max(incident.worst, _as_worst(state), key=_RANK.index)
        incident.times = max(incident.times + fell, state is MonitorState.DOWN)
        incident.reason = self.reason or incident.reason
        if incident.told == state:
            self._remind(state)
        elif self._may_tell(state):
            self._tell_unwell(state)

    def is_well(self) -> None:
        """Waits until it may be told, so that nobody who heard of its beginning waits for its end in vain."""
        incident = self.incident
        if not self._may_tell(MonitorState.UP):
            return
        incident.closed_at = self._since(MonitorState.UP)
        _turned(self.tx, incident, MonitorState.UP, at=incident.closed_at, reason=None)
        over = {"worst": incident.worst, "times": incident.times}
        self._tell(MonitorRecovered, at=incident.closed_at, reason=incident.reason, **over)
        self._remember_telling()

    def _tell_unwell(self, state: MonitorState) -> None:
        at = self._since(state)
        if state is MonitorState.DOWN:
            self._tell(MonitorWentDown, at=at, reason=self.reason, times=self.incident.times)
        else:
            self._tell(MonitorDegraded, at=at, reason=self.reason, state=state)
        self.incident.told, self.incident.reminded_at = state.value, self.at
        self._remember_telling()

    def _remind(self, state: MonitorState) -> None:
        incident, every = self.incident, self.monitor.reminder_seconds
        last = incident.reminded_at or incident.opened_at
        if state is MonitorState.DOWN and every and self.at - last >= timedelta(seconds=every):
            self._tell(MonitorStillDown, at=self._since(state), reason=self.reason)
            incident.reminded_at = self.at

    def _may_tell(self, state: MonitorState) -> bool:
        of_late = [moment for moment in self.incident.told_at if self.at - moment < TOLD_WITHIN]
        if state is MonitorState.FLAPPING:
            # Whoever knows already that something is wrong hears again once it is clear what.
            return self.incident.told is None and len(of_late) < MOST_TOLD
        return len(of_late) < MOST_TOLD or self.at - self.after.verdict.since >= STABLE_FOR

    def _remember_telling(self) -> None:
        of_late = (moment for moment in self.incident.told_at if self.at - moment < TOLD_WITHIN)
        self.incident.told_at = [*of_late, self.at]

    def _since(self, state: MonitorState) -> datetime:
        since = self.after.since if state is MonitorState.FLAPPING else self.after.verdict.since
        return max(since, self.incident.opened_at)

    def _tell[E: IncidentEvent](
        self, kind: type[E], *, at: datetime, reason: str | None, **more: Any
    ) -> None:
        values = {
            "incident_id": self.incident.id,
            "monitor_id": self.monitor.id,
            "monitor_name": self.monitor.name,
            "visibility": Visibility(self.monitor.visibility),
            "at": at,
            "since": self.incident.opened_at,
            "told_at": self.at,
            "reason": reason,
        }
        self.tx.emit(kind.model_validate(values | more))
