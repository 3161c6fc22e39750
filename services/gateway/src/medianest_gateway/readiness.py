"""The state of the whole suite, asked over the bus at this moment."""

import asyncio
from dataclasses import dataclass

from redis.asyncio import Redis

from medianest_common.bus import Bus
from medianest_common.clock import SystemClock
from medianest_common.contracts.platform import Check, CheckStatus, Readiness, ping_subject
from medianest_common.errors import MediaNestError
from medianest_common.readiness import overall

PING_SECONDS = 1.5
ASKED = ("auth", "media", "plex", "youtube", "notifications", "health")
_SHARED = ("postgresql", "valkey")


@dataclass(frozen=True)
class Taken:
    status: CheckStatus
    checks: list[Check]
    services: list[Readiness]


class Overview:
    """Asks everyone at once. PostgreSQL is seen through the services, since the gateway has no database."""

    def __init__(self, bus: Bus, *, valkey: Redis) -> None:
        self._bus = bus
        self._valkey = valkey
        self._clock = SystemClock()

    async def take(self) -> Taken:
        asked = await asyncio.gather(*(self._ask(service) for service in ASKED))
        services = [readiness for readiness, _ in asked if readiness]
        nats = Check(name="nats", status=CheckStatus.OK if self._bus.connected else CheckStatus.DOWN)
        checks = [nats, *(self._shared(name, services) for name in _SHARED), *(check for _, check in asked)]
        return Taken(status=overall(checks), checks=checks, services=services)

    async def _ask(self, service: str) -> tuple[Readiness | None, Check]:
        started = self._clock.monotonic()
        try:
            body = await self._bus.ask(ping_subject(service), timeout=PING_SECONDS)
            readiness = Readiness.model_validate_json(body)
        except MediaNestError as error:
            return None, Check(name=service, status=CheckStatus.DOWN, message=error.code)
        elapsed = round((self._clock.monotonic() - started) * 1000, 2)
        return readiness, Check(name=service, status=readiness.status, latency_ms=elapsed)

    def _shared(self, name: str, services: list[Readiness]) -> Check:
        seen = [check for readiness in services for check in readiness.checks if check.name == name]
        if not seen:
            return Check(name=name, status=CheckStatus.DOWN, message="no service could say")
        latencies = [check.latency_ms for check in seen if check.latency_ms is not None]
        return Check(name=name, status=overall(seen), latency_ms=min(latencies, default=None))
