"""What a push monitor's heartbeats say at one moment."""

from datetime import datetime, timedelta

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import PushSpec
from medianest_health.adapters.probe import Finding
from medianest_health.adapters.push import heard
from medianest_health.models import Monitor, Schedule


def finding_of(schedule: Schedule, monitor: Monitor, *, at: datetime) -> Finding:
    grace = monitor.config.get("grace_seconds", PushSpec.model_fields["grace_seconds"].default)
    found = heard(
        PushSpec(kind="push", grace_seconds=grace),
        interval=timedelta(seconds=monitor.interval_seconds),
        since=monitor.created_at,
        last=schedule.heartbeat_at,
        at=at,
    )
    if found.outcome is not MonitorState.UP:
        return found
    if schedule.heartbeat_ok is False:
        return Finding(
            MonitorState.DOWN, message=schedule.heartbeat_message or "It says that it is not well."
        )
    return Finding(MonitorState.UP, schedule.heartbeat_ms, schedule.heartbeat_message)
