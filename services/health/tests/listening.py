"""What is told of monitors, in the order in which it is told."""

from collections.abc import Callable, Sequence
from typing import Any

from medianest.testing import eventually
from medianest_common.contracts.health import (
    CertificateExpiring,
    MonitorDegraded,
    MonitorEvent,
    MonitorRecovered,
    MonitorStillDown,
    MonitorUnwatched,
    MonitorWentDown,
)
from services.health.tests.household import Household

KINDS: tuple[type[MonitorEvent], ...] = (
    MonitorWentDown,
    MonitorDegraded,
    MonitorStillDown,
    MonitorRecovered,
    MonitorUnwatched,
    CertificateExpiring,
)


class Told:
    def __init__(self) -> None:
        self.all: list[Any] = []
        self.events: list[Any] = []
        """Of the monitor that was asked for last."""

    async def of(self, name: str, number: int) -> list[str]:
        """The names of the events about one monitor, once there are so many. What was stored last was told before the
        check after it began, so that more than these would be here as well."""

        async def there() -> bool:
            self.events = [event for event in self.all if event.monitor_name == name]
            return len(self.events) >= number

        await eventually(there)
        return [type(event).__name__ for event in self.events]


async def listen(home: Household) -> Told:
    told = Told()
    await hear_all(home, KINDS, told.all.append)
    return told


async def hear_all(home: Household, kinds: Sequence[type[MonitorEvent]], hear: Callable[[Any], None]) -> None:
    """By one subscription, since those of several tell nothing of the order in which something was published."""
    by_subject = {kind.subject: kind for kind in kinds}

    async def heard(message: Any) -> None:
        if kind := by_subject.get(message.subject):
            hear(kind.model_validate_json(message.data))

    await home.sandbox.nats.subscribe("evt.health.>", cb=heard)
    await home.sandbox.nats.flush()
