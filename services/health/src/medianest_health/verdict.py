"""From single outcomes to a verdict that people can rely on: one lost packet is not an outage."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from medianest_common.contracts.health import MonitorState
from medianest_health.adapters.probe import Finding

HOLD = timedelta(seconds=60)
"""How long a check speaks for the time after it, at least."""

_INTERVALS_HELD = 3
ANSWERED = (MonitorState.UP, MonitorState.DEGRADED, MonitorState.AUTH)
KNOWN = (*ANSWERED, MonitorState.DOWN)
_SIGNS = {MonitorState.UP: "+", MonitorState.DEGRADED: "~", MonitorState.AUTH: "!", MonitorState.DOWN: "-"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What an admin asks of one monitor. `failures` is at most `out_of`."""

    failures: int = 2
    """So many of the last `out_of` checks have to fail for it to be down."""
    out_of: int = 3
    successes: int = 2
    """So many in a row have to be well for an incident to be over. That it is up is shown at once."""
    interval: timedelta = timedelta(seconds=20)
    slow_ms: float | None = None
    inverted: bool = False

    @property
    def hold(self) -> timedelta:
        """How long one check speaks for the time after it. What is beyond was not measured."""
        return max(HOLD, _INTERVALS_HELD * self.interval)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`recent` has one sign for each of the last outcomes, oldest first: `+` well, `~` degraded, `!` let nobody in,
    `-` did not answer."""

    state: MonitorState
    since: datetime
    last_check_at: datetime
    recent: str = ""

    def seen_in_a_row(self, times: int) -> bool:
        """Whether the last so many outcomes all were what it is now."""
        return self.state in _SIGNS and self.recent.endswith(_SIGNS[self.state] * times)


def weigh(finding: Finding, rule: Rule) -> Finding:
    """What a probe found, as the monitor's rule sees it."""
    if rule.inverted:
        return _inverted(finding)
    took = finding.latency_ms
    if finding.outcome is MonitorState.UP and rule.slow_ms is not None and took and took > rule.slow_ms:
        message = f"It took {took:.0f} ms, longer than {rule.slow_ms:.0f} ms."
        return replace(finding, outcome=MonitorState.DEGRADED, message=message)
    return finding


def _inverted(finding: Finding) -> Finding:
    if finding.outcome is MonitorState.DOWN:
        return replace(finding, outcome=MonitorState.UP, latency_ms=None, message=None)
    if finding.outcome in ANSWERED:
        return replace(finding, outcome=MonitorState.DOWN, message="It answers, although it should not.")
    return finding


def decide(
    before: Verdict | None, outcome: MonitorState, *, at: datetime, rule: Rule | None = None
) -> Verdict:
    """Down after enough failures among the last checks; up, degraded or auth at once.

    A single failure leaves a known state as it is, and an unknown one pending, for as long as it takes to fail often
    enough and no longer. `UNKNOWN` says that we could not tell, so it counts neither way. Checks from before a gap no
    longer count.
    """
    rule = rule or Rule()
    recent = before.recent if before and at - before.last_check_at <= rule.hold else ""
    if outcome in KNOWN:
        recent = (recent + _SIGNS[outcome])[-max(rule.out_of, rule.successes, 2) :]
    state = _after_failure(before, recent, at=at, rule=rule) if outcome is MonitorState.DOWN else outcome
    since = before.since if before and before.state is state else at
    return Verdict(state, since, at, recent)


def _after_failure(before: Verdict | None, recent: str, *, at: datetime, rule: Rule) -> MonitorState:
    if recent[-rule.out_of :].count("-") >= rule.failures:
        return MonitorState.DOWN
    if before is None or before.state not in (*KNOWN, MonitorState.PENDING):
        return MonitorState.PENDING
    if before.state is MonitorState.PENDING and at - before.since >= rule.failures * rule.interval:
        # Gaps have kept the failures apart, but nothing else was seen for so long.
        return MonitorState.DOWN
    return before.state
