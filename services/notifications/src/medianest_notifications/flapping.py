"""When to tell how a service is: at once, but of one that comes and goes at most twice in half an hour, and then how it
is once it has been so for a while."""

from datetime import datetime, timedelta
from typing import Any

from medianest_common.contracts.base import rfc3339
from medianest_common.contracts.health import (
    IncidentEvent,
    MonitorDegraded,
    MonitorRecovered,
    MonitorState,
    MonitorWentDown,
)
from medianest_notifications.models import Outage

WHILE = timedelta(minutes=30)
MOST = 2
STABLE_FOR = timedelta(minutes=10)
_RANK = (MonitorState.UP, MonitorState.DEGRADED, MonitorState.AUTH, MonitorState.DOWN)


def heard(outage: Outage | None, event: IncidentEvent, *, now: datetime) -> Outage | None:
    """How it has been from now on; None where something later was heard of already."""
    if outage is not None and event.at <= outage.since:
        return None
    state = _state(event)
    if outage is None:
        outage = _first(event)
    elif _begins_anew(outage, event, now=now):
        outage.trouble, outage.trouble_since = MonitorState.UP.value, event.since
        outage.times = 0
        outage.told_at = [each | {"times": 0} for each in outage.told_at]
    is_same = outage.incident_id == event.incident_id and outage.times > 0
    if isinstance(event, MonitorRecovered):
        # What the beginning would have counted, where it has not come.
        outage.times += max(0, event.times - (1 if is_same else 0))
        worst = event.worst
    else:
        outage.times += isinstance(event, MonitorWentDown)
        worst = state
    outage.trouble = max(MonitorState(outage.trouble), worst, key=_RANK.index).value
    outage.name, outage.visibility = event.monitor_name, event.visibility.value
    outage.state, outage.since, outage.incident_id = state.value, event.at, event.incident_id
    outage.reason = event.reason
    return outage


def due(outage: Outage, *, now: datetime) -> datetime | None:
    """When to tell how it is: `now`, later, or never where people know already."""
    if not has_news(outage):
        return None
    of_late = _of_late(outage, now=now)
    if len(of_late) < MOST:
        return now
    return max(now, min(now + STABLE_FOR, of_late[-MOST] + WHILE))


def has_news(outage: Outage) -> bool:
    told_times = outage.told_at[-1]["times"] if outage.told_at else 0
    return outage.state != outage.told_state or outage.times > told_times


def told(outage: Outage, *, now: datetime) -> None:
    outage.told_at = [each for each in outage.told_at if now - datetime.fromisoformat(each["at"]) < WHILE]
    outage.told_at = [*outage.told_at, {"at": rfc3339(now), "times": outage.times}]
    outage.told_state, outage.due_at = outage.state, None


def _first(event: IncidentEvent) -> Outage:
    return Outage(
        monitor_id=event.monitor_id,
        trouble=MonitorState.UP.value,
        trouble_since=event.since,
        times=0,
        told_state=MonitorState.UP.value,
        told_at=[],
        due_at=None,
        incident_id=event.incident_id,
    )


def _begins_anew(outage: Outage, event: IncidentEvent, *, now: datetime) -> bool:
    """It was told to be well again, or what was told last, not of late, was of something that is watched no more."""
    if outage.told_state == MonitorState.UP:
        return not has_news(outage)
    if _of_late(outage, now=now) or outage.due_at is not None:
        return False
    return outage.incident_id != event.incident_id


def _state(event: IncidentEvent) -> MonitorState:
    if isinstance(event, MonitorDegraded):
        return event.state
    return MonitorState.UP if isinstance(event, MonitorRecovered) else MonitorState.DOWN


def _of_late(outage: Outage, *, now: datetime) -> list[datetime]:
    moments: list[Any] = [datetime.fromisoformat(each["at"]) for each in outage.told_at]
    return [moment for moment in moments if now - moment < WHILE]
