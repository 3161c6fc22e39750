"""The line of a message that was handled: of those that are no requests the most frequent one."""

import logging
from typing import NamedTuple

import structlog

from medianest_common.bus.context import present
from medianest_common.clock import SystemClock
from medianest_common.frequent_lines import frequent_lines, quoted
from medianest_common.reporting import service_name
from medianest_common.security.redaction import redact_text

log = structlog.get_logger()
_clock = SystemClock()


class HandledLine(NamedTuple):
    """All of it is ours but for the correlation id, which may be a stranger's."""

    kind: str
    subject: str
    outcome: str
    ms: float
    event: str
    correlation_id: str
    service: str
    timestamp: str
    """ISO 8601, in UTC."""

    def as_json(self) -> str:
        return (
            f'{{"kind": "{self.kind}", "subject": "{self.subject}", "outcome": {quoted(self.outcome)}, '
            f'"ms": {self.ms}, "event": "{self.event}", "correlation_id": {quoted(redact_text(self.correlation_id))}, '
            f'"service": "{self.service}", "level": "info", "timestamp": "{self.timestamp}"}}\n'
        )


def handled(level: int, kind: str, subject: str, outcome: str, seconds: float, event: str) -> None:
    context = present()
    ms = round(seconds * 1000, 1)
    if level != logging.INFO or context is None or not frequent_lines.is_open:
        log.log(level, event, kind=kind, subject=subject, outcome=outcome, ms=ms)
        return
    now = _clock.now().isoformat().replace("+00:00", "Z")
    told = kind, subject, outcome, ms, event, context.correlation_id, service_name.get(), now
    frequent_lines.write(HandledLine(*told))
