"""From rows to what people are told."""

from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from medianest_common.contracts.health import MonitorState, MonitorStatus, Uptime


def as_status(row: RowMapping, *, now: datetime) -> MonitorStatus:
    """A state that nobody has looked at for a while is no longer known."""
    last_check_at: datetime | None = row["last_check_at"]
    state = MonitorState(row["state"]) if last_check_at else MonitorState.PENDING
    message, since = row["message"], row["since"]
    if row["paused"]:
        state, message = MonitorState.UNKNOWN, "It is paused."
    elif last_check_at and now - last_check_at > 2 * timedelta(seconds=row["holds_seconds"]):
        state, message, since = MonitorState.UNKNOWN, "It was not looked at since.", last_check_at
    return MonitorStatus(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        group=row["group"],
        status=state,
        latency_ms=row["latency_ms"],
        uptime=Uptime(
            day=row["uptime_day"],
            week=row["uptime_week"],
            month=row["uptime_month"],
            quarter=row["uptime_quarter"],
        ),
        coverage=row["coverage"] or 0.0,
        last_check_at=last_check_at,
        since=since,
        message=message,
        maintenance_until=row["maintenance_until"] if state is MonitorState.MAINTENANCE else None,
        blocked_by=row["blocker"] if state is MonitorState.UNKNOWN else None,
    )
