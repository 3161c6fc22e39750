import asyncio
from collections.abc import Sequence

import httpx

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.connection import (
    ConnectionWay,
    ListPlexServers,
    PlexServerFound,
    PlexServers,
    TriedConnection,
)
from medianest_plex.adapters.plex_tv import FoundServer
from medianest_plex.app import PlexApp
from medianest_plex.candidates import Candidate, Probe, probe

_ACCOUNT_SECONDS = 1.2
_PROBE_SECONDS = 1.5
"""Together below what people wait for; a connection that takes longer is no good one."""


async def list_plex_servers(app: PlexApp, _: ListPlexServers) -> PlexServers:
    """What was found and whether each connection leads there, tried now."""
    require(Permission.MANAGE_SERVICES)
    connection = app.plex.connection
    servers = await connection.account_servers(within=_ACCOUNT_SECONDS)
    manual = connection.manual()
    tried, by_hand = await asyncio.gather(
        asyncio.gather(*(_tried(app, server) for server in servers)), _probed(app, manual, expect=None)
    )
    return PlexServers(
        items=[_shown(app, server, probes) for server, probes in zip(servers, tried, strict=True)],
        manual=_connection(app, by_hand) if by_hand else None,
        account_problem=connection.account_problem,
        problem=connection.problem,
        advice=_advice(servers, by_hand, owned=app.plex.connection.machine_identifier),
    )


async def _tried(app: PlexApp, server: FoundServer) -> list[Probe]:
    found = await asyncio.gather(
        *(_probed(app, each, expect=server.machine_identifier) for each in server.candidates)
    )
    return [each for each in found if each]


async def _probed(app: PlexApp, candidate: Candidate | None, *, expect: str | None) -> Probe | None:
    if candidate is None:
        return None
    return await probe(candidate, expect=expect, clock=app.clock, within=_PROBE_SECONDS)


def _shown(app: PlexApp, server: FoundServer, probes: Sequence[Probe]) -> PlexServerFound:
    connections = [_connection(app, each) for each in probes]
    return PlexServerFound(
        name=server.name,
        machine_identifier=server.machine_identifier,
        in_use=server.machine_identifier == app.plex.connection.machine_identifier,
        connections=connections,
    )


def _connection(app: PlexApp, tried: Probe) -> TriedConnection:
    return TriedConnection(
        url=tried.candidate.url,
        way=ConnectionWay(tried.candidate.way.value),
        works=tried.works,
        in_use=tried.candidate.url == app.plex.pms.base_url,
        problem=tried.problem,
        latency_ms=round(tried.seconds * 1000, 1) if tried.seconds is not None else None,
    )


def _advice(servers: Sequence[FoundServer], by_hand: Probe | None, *, owned: str | None) -> list[str]:
    advice = []
    if by_hand and by_hand.names_another:
        url = httpx.URL(by_hand.candidate.url)
        proposed = next((each.url for s in servers for each in s.candidates if _is_for(each, url)), None)
        advice.append(
            f"Set MEDIANEST_PLEX_URL to {proposed}: the certificate of the server is for this name."
            if proposed
            else "Set MEDIANEST_PLEX_URL to the name that the server's certificate is for, which ends in "
            ".plex.direct, or leave it out and set MEDIANEST_PLEX_TOKEN to the owner's account token, so that "
            "the server is found through plex.tv."
        )
    if by_hand is None and owned is None and len(servers) > 1:
        advice.append("Name the server to use in MEDIANEST_PLEX_SERVER.")
    return advice


def _is_for(candidate: Candidate, url: httpx.URL) -> bool:
    """`https://192-168-1-10.….plex.direct:32400` is the name for `https://192.168.1.10:32400`."""
    named = httpx.URL(candidate.url)
    dashed = url.host.replace(".", "-").replace(":", "-")
    return (
        named.host.endswith(".plex.direct") and named.host.startswith(f"{dashed}.") and named.port == url.port
    )
