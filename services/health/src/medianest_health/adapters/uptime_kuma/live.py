"""All that an account may see, over socket.io and only by asking."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from medianest_common.clock import Clock
from medianest_common.errors import BadUpstream, MediaNestError, TimedOut
from medianest_common.http import OutgoingClient
from medianest_health.adapters.uptime_kuma.address import KumaAddress
from medianest_health.adapters.uptime_kuma.connection import KumaConnection
from medianest_health.adapters.uptime_kuma.errors import SYSTEM
from medianest_health.adapters.uptime_kuma.household import (
    KumaDay,
    KumaDockerHost,
    KumaHousehold,
    KumaMaintenance,
    KumaMonitor,
    KumaPage,
    Unreadable,
    understood,
)
from medianest_health.adapters.uptime_kuma.pages import knock, open_client, read_page
from medianest_health.adapters.uptime_kuma.past import read_past
from medianest_health.adapters.uptime_kuma.wording import one_line

READING_SECONDS = 40.0
_MOST_WINDOWS = 200
_MOST_PAGES = 20


async def read_by_socket(
    address: KumaAddress,
    username: str,
    password: SecretStr | None,
    code: SecretStr | None,
    *,
    clock: Clock,
    history: bool = False,
) -> KumaHousehold:
    try:
        async with asyncio.timeout(READING_SECONDS):
            async with open_client(address, clock=clock) as client:
                await knock(client)
                async with KumaConnection.open(address) as connection:
                    await connection.sign_in(username, password, code)
                    lists = await connection.lists()
                    told = _household(address, lists)
                    maintained = await _maintained(connection, told.maintenances)
                    days, remarks = await _past(connection, told) if history else ({}, [])
                pages, lost = await _pages(client, _numbered(lists.get("statusPageList")))
    except TimeoutError:
        raise TimedOut(f"{SYSTEM} takes too long to tell everything.", upstream=SYSTEM) from None
    return replace(
        told,
        maintained=maintained,
        days=days,
        remarks=remarks,
        pages=pages,
        unreadable=[*told.unreadable, *lost],
    )


def _household(address: KumaAddress, lists: dict[str, Any]) -> KumaHousehold:
    if not isinstance(lists["monitorList"], dict):
        raise BadUpstream(f"{SYSTEM} sends its monitors in a form that is not understood.", upstream=SYSTEM)
    monitors, bad_monitors = understood(KumaMonitor, list(lists["monitorList"].values()))
    told = _numbered(lists.get("maintenanceList"))[:_MOST_WINDOWS]
    windows, bad_windows = understood(KumaMaintenance, told, called="maintenance")
    daemons = lists.get("dockerHostList")
    hosts, _ = understood(KumaDockerHost, daemons if isinstance(daemons, list) else [])
    version = lists["info"].get("version") if "info" in lists else None
    return KumaHousehold(
        ref=address.ref,
        complete=True,
        version=one_line(version, otherwise="") or None if isinstance(version, str) else None,
        monitors=monitors,
        unreadable=[*bad_monitors, *bad_windows],
        docker_hosts={host.id: host for host in hosts},
        maintenances=windows,
    )


async def _maintained(
    connection: KumaConnection, windows: Sequence[KumaMaintenance]
) -> dict[int, Sequence[int]]:
    """Which monitors each maintenance is about: the list does not say."""
    found: dict[int, Sequence[int]] = {}
    for window in windows:
        reply = await connection.ask("getMonitorMaintenance", window.id)
        monitors = reply.get("monitors") if reply.get("ok") else None
        if isinstance(monitors, list):
            found[window.id] = [
                each["id"] for each in monitors if isinstance(each, dict) and isinstance(each.get("id"), int)
            ]
    return found


async def _past(
    connection: KumaConnection, told: KumaHousehold
) -> tuple[Mapping[int, Sequence[KumaDay]], list[str]]:
    wanted = [each.id for each in told.monitors if each.id is not None and each.type != "group"]
    return await read_past(connection, wanted, version=told.version)


async def _pages(client: OutgoingClient, told: Sequence[Any]) -> tuple[list[KumaPage], list[Unreadable]]:
    """One that cannot be read keeps nothing else from being taken over."""
    pages: list[KumaPage] = []
    lost: list[Unreadable] = []
    for page in told[:_MOST_PAGES]:
        slug = page.get("slug") if isinstance(page, dict) else None
        if not isinstance(slug, str) or not slug.replace("-", "").isalnum() or not slug.isascii():
            continue
        try:
            pages.append((await read_page(client, slug))[0])
        except MediaNestError:
            lost.append(Unreadable(slug, "status page"))
    return pages, lost


def _numbered(told: Any) -> list[Any]:
    """Lists come as objects, by number."""
    return list(told.values()) if isinstance(told, dict) else []
