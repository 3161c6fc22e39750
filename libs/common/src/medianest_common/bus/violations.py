"""What the bus refused: something was tried that this service has no permission for.

That is a fault of ours, a stale list of permissions, or somebody else with our key, so it is counted, logged as an
error, and shown in readiness for a while. The client only hears of it beside the call, which then runs out of time.
"""

import asyncio
import re

import structlog
from prometheus_client import Counter

from medianest_common.clock import Clock
from medianest_common.contracts.platform import Check, CheckStatus
from medianest_common.errors import Unavailable

log = structlog.get_logger()

VIOLATIONS = Counter(
    "medianest_bus_violations_total", "Things the bus refused, for want of permission", ["service"]
)
SHOWN_SECONDS = 900.0
BUS_PERMISSIONS = "bus_permissions"
"""The name of its check."""
_REFUSED = re.compile(r"permissions violation for (\w+)[^\"]*\"([^\"]+)\"", re.IGNORECASE)
_MOST = 100
_RETRY_SECONDS = 30.0
_DEAF_SECONDS = 60.0
"""How long a service that may not hear something goes on as it is."""


class NotPermitted(Unavailable):
    """Like any outage: read anew, the server's permissions may allow it the next time."""

    title = "The message bus does not let this service do that"


class Violations:
    """Of one service's connection."""

    def __init__(self, *, service: str, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._count = VIOLATIONS.labels(service)
        self._refused: dict[str, int] = {}
        """What may not be published, with the number of the refusal that said so last."""
        self._number = 0
        self._deaf = asyncio.Event()
        self._unheard = ""
        self._last: tuple[float, str] | None = None

    def heard(self, error: Exception) -> bool:
        """Whether this error of the client tells of one."""
        found = _REFUSED.search(str(error))
        if not found:
            return False
        # The client makes it all small letters.
        what, subject = found[1].lower(), found[2].lower()
        self._count.inc()
        self._last = (self._clock.monotonic(), f"{what} {subject}")
        self._number += 1
        if what == "publish":
            self._refused.pop(subject, None)
            self._refused[subject] = self._number
            if len(self._refused) > _MOST:
                del self._refused[next(iter(self._refused))]
        else:
            self._unheard = subject
            self._deaf.set()
        log.error("bus_violation", service=self._service, what=what, subject=subject)
        return True

    @property
    def so_far(self) -> int:
        """To be noted before something is tried."""
        return self._number

    def raise_for(self, subject: str, *, since: int) -> None:
        """After waiting in vain: whether it was that. What was refused before says nothing of this time."""
        if self._refused.get(subject.lower(), 0) > since:
            raise NotPermitted(
                f"It may not publish {subject}. If it should, its `reach` has to say so, and `make docs` writes the "
                "permissions anew; if not, somebody else may use its key.",
                retry_after=_RETRY_SECONDS,
            )

    async def deaf(self) -> str:
        """Waits for the name of something that may not be heard, and then a while: most goes on as it is. The client
        asks for it again with a new connection only, and the server keeps this one when its permissions change."""
        await self._deaf.wait()
        await asyncio.sleep(_DEAF_SECONDS)
        return self._unheard

    def check(self) -> Check | None:
        """For readiness: None where there was nothing of late."""
        if self._last is None or self._clock.monotonic() - self._last[0] > SHOWN_SECONDS:
            return None
        message = f"the bus has refused: {self._last[1]}"
        return Check(name=BUS_PERMISSIONS, status=CheckStatus.DEGRADED, message=message)


def is_refusal_of_user(error: Exception) -> bool:
    """The client has no error of its own for it."""
    return "authorization violation" in str(error).lower()
