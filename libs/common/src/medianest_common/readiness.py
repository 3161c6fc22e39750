"""Whether a service can do its work, part by part, so that whoever looks sees which part is missing."""

import asyncio
from collections.abc import Awaitable
from importlib.metadata import version
from typing import Any

from nats.aio.msg import Msg

from medianest_common.bus.rpc import Answer, Reply
from medianest_common.bus.topology import Watchdog
from medianest_common.bus.violations import Violations
from medianest_common.contracts.platform import Check, CheckStatus, Readiness
from medianest_common.db.relay import Relay
from medianest_common.service import Runtime, Service
from medianest_common.swapping import holding

CHECK_SECONDS = 1.0
OUTBOX_LATE_SECONDS = 30.0


class ReadinessProbe:
    """Asks all parts at once, each with its own time limit; a hanging part costs one limit and not more."""

    def __init__(
        self,
        service: Service,
        app: Any,
        runtime: Runtime[Any],
        *,
        watchdog: Watchdog,
        violations: Violations,
        relay: Relay | None,
        instance: str,
    ) -> None:
        self._service = service
        self._app = app
        self._runtime = runtime
        self._watchdog = watchdog
        self._violations = violations
        self._relay = relay
        self._instance = instance
        self._started = runtime.clock.monotonic()
        self.started_at = runtime.clock.now()

    async def __call__(self) -> Readiness:
        probes: dict[str, Awaitable[Any]] = {"valkey": self._runtime.valkey.ping()}
        if self._service.metadata is not None:
            probes["postgresql"] = self._runtime.db.ping()
        checks = list(await asyncio.gather(*(self._timed(name, probe) for name, probe in probes.items())))
        checks.append(self._check("nats", self._runtime.bus.connected and self._watchdog.healthy))
        if refused := self._violations.check():
            checks.append(refused)
        if self._relay:
            late = self._relay.oldest_seconds > OUTBOX_LATE_SECONDS
            checks.append(
                self._check("outbox", not late, "events are waiting to be published" if late else None)
            )
        if self._service.checks:
            with holding(self._app) as present:
                checks.extend(await self._service.checks(present))
        return Readiness(
            service=self._service.name,
            instance=self._instance,
            version=version("medianest-common"),
            status=overall(checks),
            checks=checks,
            uptime_seconds=round(self._runtime.clock.monotonic() - self._started, 1),
            started_at=self.started_at,
            pool=None if self._service.metadata is None else self._runtime.db.pool(),
        )

    async def _timed(self, name: str, probe: Awaitable[Any]) -> Check:
        started = self._runtime.clock.monotonic()
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await probe
        except Exception as error:
            # Valkey may be lost without losing anything but speed.
            status = CheckStatus.DEGRADED if name == "valkey" else CheckStatus.DOWN
            return Check(name=name, status=status, message=type(error).__name__)
        elapsed = (self._runtime.clock.monotonic() - started) * 1000
        return Check(name=name, status=CheckStatus.OK, latency_ms=round(elapsed, 2))

    @staticmethod
    def _check(name: str, fine: bool, message: str | None = None) -> Check:
        return Check(name=name, status=CheckStatus.OK if fine else CheckStatus.DOWN, message=message)


def overall(checks: list[Check]) -> CheckStatus:
    present = {check.status for check in checks}
    if CheckStatus.DOWN in present:
        return CheckStatus.DOWN
    return CheckStatus.DEGRADED if CheckStatus.DEGRADED in present else CheckStatus.OK


def ping_endpoint(probe: ReadinessProbe) -> Answer:
    async def ping(_: Msg) -> Reply:
        return Reply((await probe()).model_dump_json().encode())

    return ping
