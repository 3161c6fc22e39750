"""A household for tests: its portal and what it watches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from medianest.testing import Sandbox
from medianest_common.contracts.health import ListMonitors, MonitorState, MonitorStatus
from medianest_common.contracts.identity import Role
from medianest_common.contracts.integrations import IntegrationSource
from medianest_common.service import Runtime
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.app import HealthApp
from medianest_health.integrations import OTHERS
from medianest_health.prober import Prober
from medianest_health.service import SERVICE, build
from medianest_health.settings import HealthSettings
from medianest_health.use_cases.roll_up import roll_up

ROUND_SECONDS = 20.0
_DUE = text("update schedules set due_at = :due")
_IS_DUE = text(
    "select count(*) from schedules s join monitors m on m.id = s.monitor_id"
    " where s.due_at <= :now and m.enabled and not m.paused"
)


_LEFT_OUT = ("roll_up_results", "prune")
_BY_HAND = replace(
    SERVICE,
    handlers=replace(
        SERVICE.handlers, timers=[each for each in SERVICE.handlers.timers if each.name not in _LEFT_OUT]
    ),
)
"""Nothing is added up or forgotten at whatever moment the service comes to it: tests do that with each round."""


@dataclass
class Household:
    sandbox: Sandbox
    clock: ShiftedClock
    apps: list[HealthApp] = field(default_factory=list)
    probers: list[Prober] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    """What it was started with last."""

    async def start(self, *, alone: bool = False, **settings: Any) -> None:
        """It does not look by itself, but once now, and then with each round. Services whose systems are watched have
        said that they use what the variables say; `alone` nobody has said anything, and it does not look yet."""

        @asynccontextmanager
        async def kept(runtime: Runtime[HealthSettings]) -> AsyncIterator[HealthApp]:
            async with build(runtime) as app, Prober.open(app) as prober:
                if not alone:
                    await _hear_that_variables_stand(app)
                self.apps.append(app)
                self.probers.append(prober)
                yield app

        self.settings = settings
        quick = {"health_jitter_seconds": 0, "health_probe_seconds": 2}
        await self.sandbox.start(replace(_BY_HAND, open_app=kept), **{**quick, **settings})
        if not alone:
            await self.look()

    @property
    def app(self) -> HealthApp:
        return self.apps[-1]

    async def rounds(self, number: int = 1, *, apart: float = ROUND_SECONDS) -> None:
        """Time passes, and everything is looked at."""
        for _ in range(number):
            self.clock.advance(apart)
            await self.look()
            await roll_up(self.app)

    async def look(self, prober: Prober | None = None) -> None:
        """Whatever was due once: what could not be believed is looked at again."""
        prober = prober or self.probers[-1]
        async with self.app.db.transaction() as tx:
            # Long enough ago for any replica, but not so long that the next time is now.
            await tx.session.execute(_DUE, {"due": self.clock.now() - timedelta(seconds=1.6)})
        await self.due(prober)

    async def due(self, prober: Prober | None = None) -> None:
        """Whatever is due by now."""
        prober = prober or self.probers[-1]
        is_due = True
        while is_due:
            await prober.turn()
            await prober.sweep()
            await prober.settled()
            await prober.store()
            async with self.app.db.read() as connection:
                is_due = bool((await connection.execute(_IS_DUE, {"now": self.clock.now()})).scalar_one())

    async def monitors(self, role: Role = Role.ADMIN) -> list[MonitorStatus]:
        with self.sandbox.as_user(role=role):
            return (await self.sandbox.bus.call(ListMonitors(), timeout=30)).items

    async def monitor(self, name: str) -> MonitorStatus:
        return next(each for each in await self.monitors() if each.name == name)

    async def state(self, name: str) -> MonitorState:
        return (await self.monitor(name)).status


async def _hear_that_variables_stand(app: HealthApp) -> None:
    for service, kinds in OTHERS.items():
        given = {each.kind: each.read(app.settings) for each in kinds}
        source = IntegrationSource.SETTINGS
        await app.integrations.take(service, {kind: (values, source) for kind, values in given.items()})
