"""What an admin asks of one monitor, as the verdict needs it."""

from medianest_health.models import Monitor
from medianest_health.scheduling import looked_at_every
from medianest_health.verdict import Rule


def rule_of(monitor: Monitor) -> Rule:
    every = looked_at_every(monitor.kind, monitor.interval_seconds)
    if monitor.kind == "push":
        # The grace is the patience one has with it.
        return Rule(failures=1, out_of=1, successes=1, interval=every, inverted=monitor.inverted)
    return Rule(
        failures=monitor.failures,
        out_of=max(monitor.out_of, monitor.failures),
        successes=monitor.successes,
        interval=every,
        slow_ms=monitor.slow_ms,
        inverted=monitor.inverted,
    )
