"""Whether people get through to an installation by its address, as the doctor tries it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nats.aio.msg import Msg
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from medianest.doctor_inside import door, inside
from medianest.finding import Finding
from medianest.testing import Sandbox
from medianest_common.clock import SystemClock
from medianest_common.contracts.health.findings import ReadFindings
from medianest_common.settings import Settings, load
from medianest_common.testing.http_server import serve


@asynccontextmanager
async def _proxy(*, leads_here: bool) -> AsyncIterator[str]:
    """One that knows nothing of WebSockets."""

    async def health(_: object) -> Response:
        headers = {"X-Correlation-ID": "of-ours"} if leads_here else {}
        return JSONResponse({"status": "ok"}, headers=headers)

    async def live(_: object) -> Response:
        return Response(status_code=426)

    async with serve(Starlette(routes=[Route("/health", health), Route("/api/v1/ws", live)])) as url:
        yield url


async def test_a_health_service_elsewhere_that_hangs_is_not_taken_for_one_that_was_not_started(
    sandbox: Sandbox,
) -> None:
    settings = load(Settings, nats_url=str(sandbox.settings["nats_url"]))

    async def found() -> list[Finding] | None:
        return await inside(settings, clock=SystemClock(), is_here=False)

    assert await found() is None, "there is nobody"
    asked = asyncio.Event()

    async def hang(_: Msg) -> None:
        asked.set()

    await sandbox.nats.subscribe(ReadFindings.subject, cb=hang)
    await sandbox.nats.flush()
    findings = await found()
    assert asked.is_set() and findings
    said = [each for each in findings if not each.fine and each.name == "services"]
    assert [each.text.startswith("the health service does not answer: ") for each in said] == [True]


async def test_a_proxy_that_passes_no_websockets_is_found() -> None:
    async with _proxy(leads_here=True) as url:
        by_name = {finding.name: finding for finding in await door(url)}
    assert by_name["base URL"].fine
    assert not by_name["live connection"].fine
    assert "Upgrade" in by_name["live connection"].mend


async def test_an_address_that_somebody_else_has_is_found() -> None:
    async with _proxy(leads_here=False) as url:
        [finding] = await door(url)
    assert not finding.fine and "not as MediaNest does" in finding.text


async def test_an_address_where_nobody_is_is_found() -> None:
    [finding] = await door("http://127.0.0.1:9")
    assert not finding.fine and "cannot be reached" in finding.text
