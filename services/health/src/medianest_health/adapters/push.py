"""What it means that something that reports by itself has, or has not."""

from datetime import datetime, timedelta

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import PushSpec
from medianest_health.adapters.probe import Finding

_SILENT = "It has not reported yet."


def heard(
    spec: PushSpec, *, interval: timedelta, since: datetime, last: datetime | None, at: datetime
) -> Finding:
    """`since` is when it was first expected, and `last` when it was last heard. When this process began does not
    matter, nor how often it did."""
    if spec.lasts:
        return Finding(MonitorState.UP) if last else Finding(MonitorState.UNKNOWN, message=_SILENT)
    deadline = (last or since) + interval + timedelta(seconds=spec.grace_seconds)
    if at <= deadline:
        if last is None:
            return Finding(MonitorState.UNKNOWN, message=_SILENT)
        return Finding(MonitorState.UP)
    if last is None:
        return Finding(MonitorState.DOWN, message="It has never reported.")
    return Finding(MonitorState.DOWN, message=f"It last reported at {last:%Y-%m-%d %H:%M:%S} UTC.")


async def nothing_to_ask() -> Finding:
    return Finding(MonitorState.UNKNOWN, message="It reports by itself; there is nobody to ask.")
