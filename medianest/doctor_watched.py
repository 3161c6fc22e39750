"""What is only watched: whether it answers and lets us in, as the health service will find it."""

import asyncio
import secrets
from contextlib import AsyncExitStack

from medianest.finding import Finding, bad, good
from medianest_common.clock import Clock
from medianest_common.contracts.health import MonitorState
from medianest_health.adapters.network import own_trouble
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.refusals import Refusals
from medianest_health.catalogue import Watched, systems
from medianest_health.settings import HealthSettings

_ONLY_WATCHED = frozenset({"jellyfin", "prowlarr", "tautulli", "sabnzbd", "qbittorrent"})


async def watched(settings: HealthSettings, *, clock: Clock) -> list[Finding]:
    """Each is asked once, a password that may be wrong included."""
    ports = Ports(clock=clock, own_trouble=own_trouble, refusals=Refusals(secret=secrets.token_bytes(16)))
    async with AsyncExitStack() as stack:
        found = [each for each in systems(settings, stack, ports=ports) if each.key in _ONLY_WATCHED]
        return await asyncio.gather(*map(_look, found))


async def _look(watched: Watched) -> Finding:
    finding = await watched.probe()
    if finding.outcome is MonitorState.UP:
        return good(watched.name, f"{watched.target} answers and lets us in")
    if finding.outcome is MonitorState.DEGRADED:
        return good(watched.name, f"{watched.target} answers and says: {finding.message}")
    advice = f"Look at the settings MEDIANEST_{watched.key.upper()}_…"
    return bad(watched.name, f"{watched.target}: {finding.message}", advice)
