"""Whether mail can be sent, as the notifications service says."""

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.contracts.notifications import GetMailState
from medianest_common.errors import MediaNestError, Unavailable

_TIMEOUT = 1.0
_REMEMBERED_SECONDS = 30.0


class MailDelivery:
    """Remembers the answer for half a minute, and the last one while nobody answers."""

    def __init__(self, bus: Bus, *, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._enabled: bool | None = None
        self._asked_again_at = 0.0

    async def is_enabled(self) -> bool:
        """As far as is known."""
        return bool(await self._ask())

    async def is_surely_enabled(self) -> bool:
        """For what is done without a proof where no mail can be sent. Raises `Unavailable` while nobody has said so."""
        enabled = await self._ask()
        if enabled is None:
            raise Unavailable("It is not known right now whether mail can be sent.", retry_after=2)
        return enabled

    async def _ask(self) -> bool | None:
        now = self._clock.monotonic()
        if now < self._asked_again_at:
            return self._enabled
        try:
            self._enabled = (await self._bus.call(GetMailState(), timeout=_TIMEOUT)).enabled
            self._asked_again_at = now + _REMEMBERED_SECONDS
        except MediaNestError:
            # Not every visitor of the sign-in page is to wait for somebody who is away.
            self._asked_again_at = now + 2.0
        return self._enabled
