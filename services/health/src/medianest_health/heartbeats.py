"""What a push monitor's heartbeats say at one moment."""

from datetime import datetime, timedelta

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import PushSpec
from medianest_health.adapters.probe import Finding
from medianest_health.adapters.push import heard
from medianest_health.models import Monitor, Schedule
from medianest_health.rules import rule_of


def finding_of(schedule: Schedule, monitor: Monitor, *, looked_at: datetime | None, at: datetime) -> Finding:
    """`looked_at` is when somebody last did. If that is long ago, nobody was there to be told either, and it gets the
    time that was missed, but no more than from one heartbeat to the next."""
    interval, grace = timedelta(seconds=monitor.interval_seconds), timedelta(seconds=_grace(monitor))
    away = at - looked_at if looked_at else timedelta()
    if away > rule_of(monitor).hold:
        schedule.excused_until = at + min(away, interval) + grace
    found = heard(
        PushSpec(kind="push", grace_seconds=_grace(monitor), lasts=monitor.config.get("lasts") is True),
        interval=interval,
        since=monitor.created_at,
        last=schedule.heartbeat_at,
        at=at,
    )
    if found.outcome is MonitorState.DOWN and schedule.excused_until and at < schedule.excused_until:
        return Finding(MonitorState.UNKNOWN, message="Nobody was here to hear of it; it is waited for.")
    if found.outcome is not MonitorState.UP:
        return found
    if schedule.heartbeat_ok is False:
        return Finding(
            MonitorState.DOWN, message=schedule.heartbeat_message or "It says that it is not well."
        )
    return Finding(MonitorState.UP, schedule.heartbeat_ms, schedule.heartbeat_message)


def _grace(monitor: Monitor) -> int:
    return int(monitor.config.get("grace_seconds", PushSpec.model_fields["grace_seconds"].default))
