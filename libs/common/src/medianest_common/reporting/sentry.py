"""The only module that knows the SDK of Sentry. It is used as a client of its own: nothing is patched, nothing is
collected by itself."""

import logging
import re
import traceback
from importlib.metadata import version
from typing import Any

from sentry_sdk import Client
from sentry_sdk.transport import HttpTransport
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import event_from_exception
from structlog.typing import EventDict

from medianest_common.bus.retry import is_outage, is_too_slow
from medianest_common.clock import Clock
from medianest_common.reporting import service_name
from medianest_common.reporting.bound import Bound
from medianest_common.reporting.scrubbing import scrub

_OURS = ("gateway", "auth", "media", "plex", "youtube", "notifications", "health", "common")
_WAITING = 50
"""What may wait for a Sentry that is slow or away; the rest is dropped."""
_WHERE = ("route", "subject", "handler", "timer")
"""Members of a log line that say where it was, in our own words."""
_OUR_NAME = re.compile(r"[a-z0-9_]+")


class _Transport(HttpTransport):
    TIMEOUT = 5


class Sentry:
    """Sends from a thread of its own, so that nobody waits for it, whether it is there or not."""

    def __init__(self, dsn: str, *, environment: str, clock: Clock) -> None:
        self._bound = Bound(clock=clock)
        self._client: Any = Client(
            dsn=dsn,
            environment=environment,
            release=f"medianest@{version('medianest-common')}",
            # The name of the machine is nobody's business.
            server_name="",
            transport=_Transport,
            transport_queue_size=_WAITING,
            before_send=_before_send,
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            enable_backpressure_handling=False,
            spotlight=False,
            in_app_include=["medianest", *(f"medianest_{name}" for name in _OURS)],
        )

    def tell(self, error: BaseException, line: EventDict) -> str:
        """`line` is what was logged. Returns what became of it, for the metric."""
        if is_outage(error) and not is_too_slow(error):
            # No fault of ours. That something is away is told by whoever watches it.
            return "outage"
        held_back = self._bound.take(_name_of(error, line))
        if held_back is None:
            return "held back"
        event, hint = event_from_exception(
            error, client_options=self._client.options, mechanism={"type": "logging", "handled": True}
        )
        where = next((str(line[name]) for name in _WHERE if line.get(name)), _event_of(line) or "")
        tags: dict[str, Any] = {
            "service": line.get("service") or service_name.get(),
            "correlation_id": line.get("correlation_id"),
            "event": _event_of(line),
            "held_back": str(held_back) if held_back else None,
        }
        event |= {"transaction": where, "tags": tags}
        return "told" if self._client.capture_event(event, hint) else "dropped"

    def close(self, seconds: float) -> None:
        """Waits so long at most for what is on its way."""
        self._client.close(timeout=seconds)


def _before_send(event: Event, hint: Hint) -> Event:
    return scrub(event)  # type: ignore[return-value]


def _event_of(line: EventDict) -> str | None:
    """Only what somebody wrote into a program. What a logger of the standard library says is a whole sentence, with
    whatever people had typed in it."""
    record = line.get("_record")
    if isinstance(record, logging.LogRecord):
        return record.name
    event = str(line.get("event"))
    return event if _OUR_NAME.fullmatch(event) else None


def _name_of(error: BaseException, line: EventDict) -> str:
    """The same for what is the same fault: what it is, and the line of ours or others that raised it."""
    last = traceback.extract_tb(error.__traceback__, limit=-1)
    place = f"{last[0].filename}:{last[0].lineno}" if last else ""
    return f"{_event_of(line)} {type(error).__qualname__} {place}"
