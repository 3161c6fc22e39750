"""What a running installation finds when it looks at itself, and whether people get through to it by its address."""

import asyncio
import base64
import os
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from medianest.finding import Finding, bad, good
from medianest_common.clock import Clock
from medianest_common.contracts.live import SUBPROTOCOL
from medianest_common.settings import Settings

if TYPE_CHECKING:
    from medianest_common.contracts.health.findings import InstallationFinding

_TIMEOUT = 10.0
_LIVE = "/api/v1/ws"
_SWITCHED = 101


async def inside(present: Settings, *, clock: Clock, is_here: bool) -> list[Finding] | None:
    """What the page of the system says, in the same words. None where the services would be elsewhere (`is_here` is
    not so) and none answers: they may not have been started."""
    import nats.errors

    from medianest.operator_bus import as_owner, operator_connection
    from medianest_common.bus import Bus
    from medianest_common.contracts.health.findings import InstallationFindings, ReadFindings
    from medianest_common.errors import MediaNestError, Unavailable
    from medianest_gateway.findings import found_beside

    try:
        async with operator_connection(present) as client:
            bus = Bus(client, service="operator", clock=clock)
            with as_owner():
                try:
                    found = await bus.call(ReadFindings(), timeout=_TIMEOUT)
                except MediaNestError as error:
                    # Elsewhere, nobody who could answer is nobody who was started; who is silent has trouble.
                    if not is_here and isinstance(error, Unavailable):
                        return None
                    unheard = _unheard(error.detail or error.title)
                    found = InstallationFindings(items=[], unknown=[])
                else:
                    unheard = []
                beside = await found_beside(bus, present, now=clock.now())
    except (nats.errors.Error, OSError) as error:
        return _unheard(str(error) or type(error).__name__)
    findings = [*unheard, *map(_said, [*found.items, *beside])]
    if found.unknown:
        findings.append(
            bad("services", f"could not look at: {', '.join(found.unknown)}", "Look at the log of health.")
        )
    return findings or [good("services", "have looked at themselves and found nothing")]


def _unheard(said: str) -> list[Finding]:
    return [bad("services", f"the health service does not answer: {said}", "Look at the end of the log.")]


def _said(each: "InstallationFinding") -> Finding:
    from medianest_common.contracts.health.findings import FindingSeverity

    if each.severity is FindingSeverity.NOTICE:
        return good(each.about, each.text)
    return bad(each.about, each.text, each.advice)


async def door(base_url: str) -> list[Finding]:
    """By the address that people use, as far as it leads here from this machine."""
    # Whom the system trusts: the authority of a household is not among those that httpx brings along.
    trusted = await asyncio.to_thread(ssl.create_default_context)
    async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, verify=trusted) as client:
        try:
            answer = await client.get(f"{base_url}/health")
        except httpx.HTTPError as error:
            return [
                bad(
                    "base URL",
                    f"{base_url} cannot be reached from here: {error or type(error).__name__}",
                    "Look at MEDIANEST_BASE_URL and the proxy; some networks do not lead to their own name.",
                )
            ]
        if answer.status_code != httpx.codes.OK or answer.headers.get("x-correlation-id") is None:
            return [
                bad(
                    "base URL",
                    f"{base_url} answers {answer.status_code}, and not as MediaNest does",
                    "Something else has this address: look at MEDIANEST_BASE_URL and where the proxy leads to.",
                )
            ]
        return [good("base URL", f"{base_url} leads here"), await _live(client, base_url)]


async def _live(client: httpx.AsyncClient, base_url: str) -> Finding:
    parts = urlsplit(base_url)
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": SUBPROTOCOL,
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Origin": f"{parts.scheme}://{parts.netloc}",
    }
    try:
        async with client.stream("GET", f"{base_url}{_LIVE}", headers=headers) as answer:
            status = answer.status_code
    except httpx.HTTPError as error:
        status, said = 0, str(error) or type(error).__name__
    else:
        said = str(status)
    if status == _SWITCHED:
        return good("live connection", "WebSockets come through")
    return bad(
        "live connection",
        f"WebSockets do not come through to {base_url}: {said}",
        "The proxy has to pass Upgrade and Connection on; pages are not told of changes at once until it does.",
    )
