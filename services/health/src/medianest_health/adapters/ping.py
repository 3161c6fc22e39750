"""Whether a machine answers to an echo request, or to anything where this process may not send one."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import cache

from icmplib import ICMPLibError, ICMPv4Socket, ICMPv6Socket, async_ping

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import PingSpec
from medianest_common.http import AddressRefused
from medianest_health.adapters.dialling import addresses_of, dial, hang_up, unreachable
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.probe import Finding, answer_within

_TRIED_PORTS = (443, 80, 22, 53)
_SHORTEST = 0.01
_BY_TCP = "Looked at by TCP: this process may not send echo requests."


class Way(StrEnum):
    DATAGRAM = "datagram"
    RAW = "raw"
    TCP = "tcp"


@cache
def way(*, ipv6: bool) -> Way:
    """What the kernel lets this process do: `net.ipv4.ping_group_range`, or CAP_NET_RAW."""
    socket = ICMPv6Socket if ipv6 else ICMPv4Socket
    for found, privileged in ((Way.DATAGRAM, False), (Way.RAW, True)):
        try:
            socket(privileged=privileged).close()
        except (ICMPLibError, OSError):
            continue
        return found
    return Way.TCP


async def echo(address: str, *, seconds: float, by: Way | None = None) -> float | None:
    """Milliseconds; None for no answer. Asked twice, as one packet may be lost."""
    by = by or way(ipv6=":" in address)
    if by is Way.TCP:
        return await _knock(address, seconds=seconds)
    for _ in range(2):
        try:
            host = await async_ping(
                address, count=1, timeout=seconds / 2, privileged=by is Way.RAW, interval=0
            )
        except ICMPLibError:
            return None
        if host.packets_received:
            return max(_SHORTEST, float(host.avg_rtt))
    return None


async def _knock(address: str, *, seconds: float) -> float | None:
    """A refusal comes from the machine as well."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    knocks = [asyncio.create_task(_answers(address, port)) for port in _TRIED_PORTS]
    try:
        async with asyncio.timeout(seconds):
            for done in asyncio.as_completed(knocks):
                if await done:
                    return max(_SHORTEST, (loop.time() - started) * 1000)
    except TimeoutError:
        return None
    finally:
        for knock in knocks:
            knock.cancel()
    return None


async def _answers(address: str, port: int) -> bool:
    try:
        hang_up(await dial(address, port))
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return True


class PingProbe:
    def __init__(
        self,
        spec: PingSpec,
        *,
        name: str,
        seconds: float,
        ports: Ports,
        echo: Callable[..., Awaitable[float | None]] = echo,
        way: Callable[..., Way] = way,
    ) -> None:
        self._host = spec.host
        self._name = name
        self._seconds = answer_within(seconds)
        self._ports = ports
        self._echo = echo
        self._way = way

    async def __call__(self) -> Finding:
        try:
            async with asyncio.timeout(self._seconds):
                addresses = (await addresses_of(self._host))[:2]
                latency, by = None, Way.TCP
                for address in addresses:
                    by = self._way(ipv6=":" in address)
                    latency = await self._echo(address, seconds=self._seconds * 0.9 / len(addresses), by=by)
                    if latency is not None:
                        break
        except (OSError, AddressRefused) as error:
            return await self._unreachable(error)
        if latency is None:
            return await self._unreachable(TimeoutError())
        return Finding(MonitorState.UP, round(latency, 2), _BY_TCP if by is Way.TCP else None)

    async def _unreachable(self, error: Exception) -> Finding:
        own_trouble = self._ports.own_trouble
        return await unreachable(self._name, error, host=self._host, own_trouble=own_trouble)
