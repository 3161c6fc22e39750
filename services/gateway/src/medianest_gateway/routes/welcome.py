"""What a browser finds at the root until the web page is built: where things are."""

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from medianest_common.web import OPENAPI_PATH
from medianest_gateway.routes.common import Gateway

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>MediaNest</title>
<h1>MediaNest is running</h1>
<p>This version answers over HTTP and WebSocket; the page for browsers is not part of it yet.</p>
<ul>
<li><a href="{base}/health/ready">Is everything up?</a></li>
<li><a href="{base}/api/docs">The API, to read</a>, and <a href="{base}{openapi}">for programs</a> (OpenAPI 3.1)</li>
</ul>
</html>
"""


@router.get("/", response_class=HTMLResponse)
async def welcome(gateway: Gateway) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(base=escape(gateway.settings.base_path), openapi=OPENAPI_PATH))
