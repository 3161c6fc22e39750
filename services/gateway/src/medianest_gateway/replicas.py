"""How many gateways there are, for what has to be shared out among them without asking anybody."""

from medianest_common.clock import Clock
from medianest_common.contracts.platform import Announcement, Presence
from medianest_common.presence import EVERY_SECONDS

_MISSED_SECONDS = 3 * EVERY_SECONDS + 1


class Replicas:
    """As they tell it every few seconds. While the bus is away there are as many as were heard of last."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._heard: dict[str, float] = {}

    def hear(self, said: Announcement) -> None:
        if said.service != "gateway":
            return
        now = self._clock.monotonic()
        if said.presence is Presence.LEFT:
            self._heard.pop(said.instance, None)
        else:
            self._heard[said.instance] = now
        # One's own voice is among them, so whoever is not heard while others are is gone.
        self._heard = {name: at for name, at in self._heard.items() if now - at < _MISSED_SECONDS}

    def count(self) -> int:
        return max(1, len(self._heard))
