"""A household for tests: its portal and what it watches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.health import ListMonitors, MonitorState, MonitorStatus
from medianest_common.contracts.identity import Role
from medianest_common.service import Runtime
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.app import HealthApp
from medianest_health.jobs import ROUND_SECONDS
from medianest_health.service import SERVICE, open_app
from medianest_health.settings import HealthSettings
from medianest_health.use_cases.run_round import run_round


@dataclass
class Household:
    sandbox: Sandbox
    clock: ShiftedClock
    apps: list[HealthApp] = field(default_factory=list)

    async def start(self, **settings: Any) -> None:
        @asynccontextmanager
        async def kept(runtime: Runtime[HealthSettings]) -> AsyncIterator[HealthApp]:
            async with open_app(runtime) as app:
                self.apps.append(app)
                yield app

        quick = {"health_jitter_seconds": 0, "health_probe_seconds": 1}
        await self.sandbox.start(replace(SERVICE, open_app=kept), **quick, **settings)

        async def looked() -> bool:
            return bool([each for each in await self.monitors() if each.last_check_at])

        await eventually(looked)

    @property
    def app(self) -> HealthApp:
        return self.apps[-1]

    async def rounds(self, number: int = 1, *, apart: float = ROUND_SECONDS) -> None:
        """Time passes, and everything is looked at."""
        for _ in range(number):
            self.clock.advance(apart)
            await run_round(self.app)

    async def monitors(self, role: Role = Role.ADMIN) -> list[MonitorStatus]:
        with self.sandbox.as_user(role=role):
            return (await self.sandbox.bus.call(ListMonitors(), timeout=5)).items

    async def monitor(self, name: str) -> MonitorStatus:
        return next(each for each in await self.monitors() if each.name == name)

    async def state(self, name: str) -> MonitorState:
        return (await self.monitor(name)).status
