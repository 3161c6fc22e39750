"""When a monitor is looked at next, and how replicas share the looking."""

import math
from datetime import UTC, datetime, timedelta
from uuid import UUID

TICK_SECONDS = 1.0
"""How often a replica asks what is due, and writes down what it has found."""
LEASE_SECONDS = 3.0
"""How long a replica that says nothing keeps what it looks at; by the clock of the database."""
STEP_BACK_SECONDS = 1.5
"""So much later than due a monitor is anybody's. Before that it is left to the replica that looked at it last, whose
connections are open, and whose metrics tell of it."""
AT_ONCE = 400
"""So many probes of one replica run at once; they mostly wait."""
HUNG_SHARE = 0.75
"""So much of that is for those that hung the last time; they never take the rest from those that do not."""
PUSH_SECONDS = 60
"""How often, at least, it is looked whether something that reports by itself has done so."""

_FINENESS = 1 << 32


def next_due(monitor_id: UUID, *, interval: timedelta, after: datetime, jitter: timedelta) -> datetime:
    """The next of this monitor's own moments: one interval apart, at a phase that its id decides, so that what was
    made or restarted together is not looked at together for ever. What was missed is not made up for.
    """
    step = interval.total_seconds()
    phase = (monitor_id.int % _FINENESS) / _FINENESS * step
    # At least half an interval later, so that one that was looked at on demand is not looked at again at once.
    turns = math.ceil((after.timestamp() + step / 2 - phase) / step)
    return datetime.fromtimestamp(turns * step + phase, UTC) + min(jitter, interval / 10)


def looked_at_every(kind: str, interval_seconds: float) -> timedelta:
    """A heartbeat that is missing is seen soon, however far apart they are."""
    return timedelta(seconds=min(interval_seconds, PUSH_SECONDS) if kind == "push" else interval_seconds)
