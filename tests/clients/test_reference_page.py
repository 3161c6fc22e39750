"""The reference of the API as people see it: for everybody, from nowhere else, under a sub-path, on a phone."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from medianest.documents import gateway_alone
from medianest.testing import eventually
from medianest_common.web import DESCRIPTION_SECONDS
from medianest_common.web.description import operations
from medianest_gateway.reference import PAGE
from tests.clients.browser import Tab, browser

NEST = "/nest"


@pytest.fixture
async def nest() -> AsyncIterator[httpx.AsyncClient]:
    async with (
        gateway_alone(NEST) as url,
        httpx.AsyncClient(base_url=f"{url}{NEST}", timeout=DESCRIPTION_SECONDS, trust_env=False) as client,
    ):
        yield client


async def test_it_is_there_for_everybody_under_the_strict_policy(nest: httpx.AsyncClient) -> None:
    page = await nest.get("/api/docs")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    for path in PAGE.iterdir():
        address = "/api/docs" if path.suffix == ".html" else f"/api/docs/{path.name}"
        answer = await nest.get(address)
        assert answer.content == path.read_bytes()
        again = await nest.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    for name in ("page.py", "other.js", "..%2frefusals.json", "refusals.json", "%00.js"):
        nothing = await nest.get(f"/api/docs/{name}")
        assert nothing.status_code in (404, 422)
        assert nothing.headers["content-type"] == "application/problem+json"


def test_nothing_of_it_comes_from_elsewhere_and_nothing_stands_in_line() -> None:
    texts = {path.name: path.read_text() for path in PAGE.iterdir()}
    for name, text in texts.items():
        assert not re.search(r"https?://|innerHTML|document\.write|\beval\(", text), name
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", texts["page.html"])
    assert sum(map(len, texts.values())) < 40_000


async def test_the_description_is_made_once_and_kept_by_browsers(nest: httpx.AsyncClient) -> None:
    first = await nest.get("/api/v1/openapi.json")
    assert first.json()["servers"] == [{"url": NEST}]
    again = await nest.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def _drawn(tab: Tab, url: str) -> None:
    async def is_ready() -> bool:
        return bool(await tab.run("document.documentElement.dataset.ready === 'yes'"))

    await tab.call("Page.navigate", url="about:blank")
    await tab.open(url)
    await eventually(is_ready, within=60)


@pytest.mark.timeout(180)
async def test_somebody_reads_it_on_a_phone(nest: httpx.AsyncClient) -> None:
    described = operations((await nest.get("/api/v1/openapi.json")).json())
    page = f"{nest.base_url}api/docs"
    async with browser() as tab:
        await tab.call(
            "Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True
        )
        await _drawn(tab, page)
        assert await tab.run("document.querySelectorAll('.operation').length") == len(described)
        assert await tab.run("document.documentElement.scrollWidth") == 390
        loaded = await tab.run("performance.getEntriesByType('resource').map((one) => one.name)")
        assert loaded and all(url.startswith(str(nest.base_url)) for url in loaded), loaded

        await tab.run("search.value = 'already_requested'; search.dispatchEvent(new Event('input'))")
        shown = (
            "[...document.querySelectorAll('.operation')].filter((one) => !one.hidden).map((one) => one.id)"
        )
        assert "requestMedia" in (found := await tab.run(shown))
        assert len(found) < 10

        await _drawn(tab, f"{page}#requestMedia")
        assert await tab.run("document.getElementById('requestMedia').open")
        text = await tab.run("document.getElementById('requestMedia').innerText")
        assert "tmdbId" in text and "ALREADY_REQUESTED" in text and "The Matrix" in text
        await tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        await eventually(lambda: tab.run("document.querySelectorAll('.inside').length > 200"), within=60)
        assert await tab.run("document.documentElement.scrollWidth") == 390
        assert tab.said == []
