"""Whether people get through to an installation by its address, as the doctor tries it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from medianest.doctor_inside import door
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
