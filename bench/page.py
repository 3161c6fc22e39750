"""The page on a phone with a slow network and a slow processor: when it shows what it is about, and how soon it answers
a touch."""

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from bench.page_grid import grid
from bench.table import Row
from medianest_common.testing.fake_youtube import fake_youtube
from tests.browser.chromium import PAGE, chromium_path, launched
from tests.browser.house import House, furnished
from tests.browser.visits import Visits, visits
from tests.world import Person

_LOOKS = 5
_LCP_MS = 1500
_INTERACTION_MS = 200
_SLOWER = 4
_NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_638_400 / 8,
    "uploadThroughput": 750_000 / 8,
}
"""Slow 4G as Lighthouse has it: 150 ms there and back, 1.6 Mbit/s."""
_OBSERVE = """
window.measured = { lcp: 0, fcp: 0, shift: 0, touches: [] };
const observe = (type, take, more) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
observe("largest-contentful-paint", (each) => { measured.lcp = each.startTime; });
observe("paint", (each) => { if (each.name === "first-contentful-paint") measured.fcp = each.startTime; });
observe("layout-shift", (each) => { if (!each.hadRecentInput) measured.shift += each.value; });
const touched = (each) => { if (each.interactionId) measured.touches.push(each.duration); };
observe("event", touched, { durationThreshold: 16 });
"""


async def measure() -> list[Row]:
    path = chromium_path()
    if not PAGE.is_file():
        raise SystemExit("The page for browsers is not built: run make page.")
    with tempfile.TemporaryDirectory() as folder, fake_youtube(Path(folder) / "pretended") as youtube:
        async with furnished(Path(folder), youtube) as house, launched(path) as chromium:
            return await _measured(chromium, house)


async def _measured(chromium: Browser, house: House) -> list[Row]:
    first: list[dict[str, Any]] = []
    again: list[dict[str, Any]] = []
    strangers: list[dict[str, Any]] = []
    touches: list[float] = []
    for _ in range(_LOOKS):
        async with visits(chromium, house.url, also=(house.world.plex.tv_url,)) as visitor:
            page = await _slow(visitor, house.olive)
            first.append(await _open(page))
            touches += await _touch(page)
            again.append(await _open(page))
            strangers.append(await _open(await _slow(visitor, None)))
    async with visits(chromium, house.url) as visitor:
        smooth = await grid(visitor, house)
    shift = max(each["shift"] for each in (*first, *strangers))
    return [
        _row("page: largest contentful paint, first visit", [each["lcp"] for each in first], _LCP_MS),
        _row("page: largest contentful paint, next visits", [each["lcp"] for each in again], _LCP_MS),
        _row("page: largest contentful paint, a stranger's", [each["lcp"] for each in strangers], _LCP_MS),
        _row("page: first contentful paint, first visit", [each["fcp"] for each in first], _LCP_MS),
        _row(f"page: slowest of {len(touches)} touches", [max(touches, default=0)], _INTERACTION_MS),
        Row("page: layout shift", f"{shift:.3f}", goal="≤ 0.02", limit="< 0.1", met=shift <= 0.02),
        *smooth,
    ]


async def _slow(visitor: Visits, person: Person | None) -> Page:
    page = await visitor(person, phone=True)
    await page.add_init_script(_OBSERVE)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Network.enable")
    await devtools.send("Network.emulateNetworkConditions", _NETWORK)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    return page


async def _open(page: Page) -> dict[str, Any]:
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator(".pulse")).to_have_count(0)
    await page.wait_for_load_state("networkidle")
    found: dict[str, Any] = await page.evaluate("measured")
    return found


async def _touch(page: Page) -> list[float]:
    """Through the places at the bottom, and a word into the search."""
    places = page.get_by_role("navigation", name="Places").locator("visible=true").get_by_role("link")
    for number in range(await places.count()):
        await places.nth(number).tap()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.locator(".pulse")).to_have_count(0)
    await page.get_by_role("link", name="Search", exact=True).locator("visible=true").first.tap()
    await page.locator("input:visible").first.press_sequentially("the")
    found: list[float] = await page.evaluate("measured.touches")
    return found


def _row(what: str, took: list[float], goal: float) -> Row:
    middle = statistics.median(took)
    return Row(what, f"{middle:.0f} ms", goal=f"≤ {goal} ms", met=middle <= goal)
