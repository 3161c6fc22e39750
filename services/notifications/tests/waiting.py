"""A household whose clock a test can move on, with what a person wants to be told and what waits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.notifications.preferences import (
    Choice,
    GetPreferences,
    Mode,
    Preferences,
    SavePreferences,
)
from medianest_common.service import Runtime
from medianest_common.swapping import Swappable
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_notifications.app import NotificationsApp
from medianest_notifications.service import SERVICE, open_app
from medianest_notifications.settings import NotificationsSettings
from medianest_notifications.use_cases.release_held import release_held
from services.notifications.tests.household import Person

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class House:
    sandbox: Sandbox
    clock: ShiftedClock
    apps: list[Swappable[NotificationsApp]] = field(default_factory=list)

    async def start(self, **settings: Any) -> None:
        @asynccontextmanager
        async def kept(runtime: Runtime[NotificationsSettings]) -> AsyncIterator[Swappable[NotificationsApp]]:
            async with open_app(runtime) as app:
                self.apps.append(app)
                yield app

        await self.sandbox.start(replace(SERVICE, open_app=kept), **settings)

    @property
    def app(self) -> NotificationsApp:
        return self.apps[-1].present

    def at_berlin(self, hour: int, minute: int = 0) -> None:
        """Move on to the next time that the clock shows this there."""
        now = self.clock.now().astimezone(BERLIN)
        there = now.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None)
        moment = there.replace(tzinfo=BERLIN)
        if moment <= now:
            moment = (there + timedelta(days=1)).replace(tzinfo=BERLIN)
        # Of two times of one zone, Python subtracts what the clock there shows, which is put forward in between.
        self.clock.advance((moment.astimezone(UTC) - now.astimezone(UTC)).total_seconds())

    async def release(self) -> None:
        await release_held(self.app)


async def preferences_of(person: Person) -> Preferences:
    preferences: Preferences = await person.ask(GetPreferences())
    return preferences


async def save(person: Person, *choices: Choice, **values: Any) -> Preferences:
    """What is not given stays as it is."""
    before = await preferences_of(person)
    chosen = [
        Choice(type=row.type, channel_id=cell.channel_id, mode=cell.mode)
        for row in before.rows
        for cell in row.cells
        if cell.mode is not cell.default
        and (row.type, cell.channel_id) not in {(each.type, each.channel_id) for each in choices}
    ]
    command: dict[str, Any] = {
        "version": before.version,
        "locale": before.locale,
        "zone": before.zone,
        "quiet_hours": before.quiet_hours,
        "daily_at": before.daily_at,
        "choices": [*chosen, *choices],
    }
    saved: Preferences = await person.ask(SavePreferences(**(command | values)))
    return saved


def mode_of(preferences: Preferences, type: str, channel_id: UUID | None) -> Mode:
    [row] = [each for each in preferences.rows if each.type == type]
    [cell] = [each for each in row.cells if each.channel_id == channel_id]
    return cell.mode


async def has_inbox(person: Person, number: int) -> None:
    async def there() -> bool:
        return len(await person.inbox()) >= number

    await eventually(there)


def minutes_from(moment: datetime, other: datetime) -> float:
    return (moment - other).total_seconds() / 60
