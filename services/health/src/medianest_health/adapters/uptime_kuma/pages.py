"""Its status pages, which it shows to everybody."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic import ValidationError

from medianest_common.clock import Clock
from medianest_common.errors import BadUpstream
from medianest_common.http import CircuitBreaker, OutgoingClient, Response, Retry, Timeouts, UpstreamRefused
from medianest_health.adapters.uptime_kuma.address import POLICY, KumaAddress
from medianest_health.adapters.uptime_kuma.errors import SYSTEM, KumaPageUnknown
from medianest_health.adapters.uptime_kuma.household import (
    TOLD_IN_PART,
    KumaHousehold,
    KumaMonitor,
    KumaPage,
    understood,
)

_MOST_BYTES = 5 * 1024 * 1024


@asynccontextmanager
async def open_client(address: KumaAddress, *, clock: Clock) -> AsyncIterator[OutgoingClient]:
    client = OutgoingClient(
        SYSTEM,
        address.url,
        policy=POLICY,
        timeouts=Timeouts(connect=3.0, read=6.0, pool=1.0, total=8.0),
        retry=Retry(attempts=2),
        breaker=CircuitBreaker(SYSTEM, clock=clock, threshold=1_000_000),
        clock=clock,
    )
    async with client:
        yield client


async def knock(client: OutgoingClient) -> None:
    """Raises what is wrong with the address in words of ours: what python-socketio says of it helps nobody."""
    try:
        await client.request_as("GET", "/socket.io/?EIO=4&transport=polling", _as_a_handshake)
    except UpstreamRefused as refused:
        if refused.upstream_status in (401, 403):
            why = "What stands in front of it asks for a sign-in of its own, so it cannot be read that way."
        else:
            why = f"What answers at this address does not look like {SYSTEM}."
        raise BadUpstream(why, upstream=SYSTEM) from None


async def read_page(client: OutgoingClient, slug: str) -> tuple[KumaPage, list[dict[str, Any]]]:
    """The page, and its monitors as they are told there. Raises `KumaPageUnknown`."""
    try:
        page = await client.get_json(f"/api/status-page/{slug}", max_bytes=_MOST_BYTES)
    except UpstreamRefused as refused:
        if refused.upstream_status == 404:
            raise KumaPageUnknown(
                "Look at the address of the page: its name stands behind /status/.", upstream=SYSTEM
            ) from None
        raise
    if not isinstance(page, dict) or not isinstance(page.get("publicGroupList"), list):
        raise BadUpstream(f"{SYSTEM} answered in a form that is not understood.", upstream=SYSTEM)
    monitors = [
        {**monitor, "groupName": group.get("name")}
        for group in page["publicGroupList"]
        if isinstance(group, dict)
        for monitor in group.get("monitorList") or ()
        if isinstance(monitor, dict)
    ]
    numbers = [monitor["id"] for monitor in monitors if isinstance(monitor.get("id"), int)]
    try:
        told = KumaPage.model_validate({**page["config"], "monitors": list(dict.fromkeys(numbers))})
    except (ValidationError, KeyError, TypeError):
        raise BadUpstream(f"{SYSTEM} answered in a form that is not understood.", upstream=SYSTEM) from None
    return told, monitors


async def read_by_page(address: KumaAddress, slug: str, *, clock: Clock) -> KumaHousehold:
    async with open_client(address, clock=clock) as client:
        page, told = await read_page(client, slug)
    monitors, unreadable = understood(KumaMonitor, told)
    return KumaHousehold(
        ref=address.ref,
        complete=False,
        monitors=_once(monitors),
        unreadable=unreadable,
        pages=[page],
        remarks=[TOLD_IN_PART],
    )


def _once(monitors: Sequence[KumaMonitor]) -> list[KumaMonitor]:
    """One may stand in several groups of a page; the first counts."""
    found: dict[int | None, KumaMonitor] = {}
    for monitor in monitors:
        found.setdefault(monitor.id, monitor)
    return list(found.values())


def _as_a_handshake(response: Response) -> None:
    if not response.text.startswith('0{"sid"'):
        raise ValueError("not Engine.IO")
