"""Whether somebody takes a connection."""

import asyncio

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import TcpSpec
from medianest_common.http import AddressRefused
from medianest_health.adapters.dialling import dial, hang_up, unreachable
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.probe import Finding, answer_within


class TcpProbe:
    def __init__(self, spec: TcpSpec, *, name: str, seconds: float, ports: Ports) -> None:
        self._spec = spec
        self._name = name
        self._seconds = answer_within(seconds)
        self._ports = ports

    async def __call__(self) -> Finding:
        host, clock = self._spec.host, self._ports.clock
        started = clock.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                connection = await dial(host, self._spec.port)
        except (OSError, AddressRefused) as error:
            return await unreachable(self._name, error, host=host, own_trouble=self._ports.own_trouble)
        latency = round((clock.monotonic() - started) * 1000, 2)
        hang_up(connection)
        return Finding(MonitorState.UP, latency)
