"""How smoothly the grid of a library of 50,000 films moves under a finger, on a processor four times slower."""

import statistics
from typing import Any

from playwright.async_api import CDPSession, Page, expect

from bench.table import Row
from medianest.testing import eventually
from tests.browser.house import House
from tests.browser.visits import Visits

_FILMS = 50_000
_SLOWER = 4
_SWIPE = {"x": 200, "y": 500, "yDistance": -12_000, "speed": 3_000, "gestureSourceType": "touch"}
"""A finger that keeps pushing for four seconds, about five screens a second."""
_TURN_MS = 1000 / 60
_FRAMES = """
window.frames60 = [];
let before = 0;
const next = (now) => { if (before) frames60.push(now - before); before = now; requestAnimationFrame(next); };
requestAnimationFrame(next);
"""


async def grid(visitor: Visits, house: House) -> list[Row]:
    key = await _filled(house)
    page = await visitor(house.olive, phone=True)
    devtools = await page.context.new_cdp_session(page)
    await page.goto(f"/library?library={key}")
    await expect(page.get_by_role("listitem").get_by_role("link").first).to_be_visible()
    await page.wait_for_load_state("networkidle")
    quiet = await _frames(page, devtools, moving=False)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    took = await _frames(page, devtools, moving=True)
    late = sum(each > 2 * _TURN_MS for each in took)
    fps = 1000 * len(took) / sum(took)
    ours = f"{fps:.0f} frames/s, p95 {_p95(took):.0f} ms, {late} of {len(took)} later than two turns"
    limit = f"at rest {1000 / statistics.mean(quiet):.0f} frames/s, p95 {_p95(quiet):.0f} ms"
    return [Row(f"page: grid of {_FILMS:,} films, swiped", ours, "≥ 55 frames/s", limit, met=fps >= 55)]


async def _filled(house: House) -> str:
    """The key of the library, once the portal knows all of it."""
    for number in range(_FILMS):
        house.world.plex.library.add_movie(f"Film {number:05}", 1950 + number % 75, quietly=True)
    libraries = (await house.olive.get("/plex/libraries")).raise_for_status().json()["items"]
    key = next(str(each["key"]) for each in libraries if each["title"] == "Movies")
    (await house.olive.post(f"/plex/libraries/{key}/sync")).raise_for_status()

    async def known() -> str | None:
        answer: dict[str, Any] = (await house.olive.get("/plex/libraries")).raise_for_status().json()
        return (
            key
            if any(str(each["key"]) == key and each["count"] >= _FILMS for each in answer["items"])
            else None
        )

    return await eventually(known, within=300)


async def _frames(page: Page, devtools: CDPSession, *, moving: bool) -> list[float]:
    await page.evaluate(_FRAMES if not await page.evaluate("'frames60' in window") else "frames60.length = 0")
    if moving:
        await devtools.send("Input.synthesizeScrollGesture", _SWIPE)
    else:
        await page.wait_for_timeout(2000)
    found: list[float] = await page.evaluate("frames60.splice(0)")
    return found


def _p95(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]
