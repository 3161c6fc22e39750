"""Pictures of every screen of the demo, for the documents: `make screenshots`."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser.chromium import PAGE, chromium_path, launched
from tests.browser.screens import found_in, routes

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
_MOST_BYTES = 6_000_000
_START_SECONDS = 300
_SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 800},
}
_LOCALES = {"en": "en-GB", "de": "de-DE"}
_SHOWN_IN_ALL_WAYS = re.compile(
    r"^/(|title/movie/.*|requests|library.*|youtube|services|search\?.*|admin|sign-in)$"
)
_COME = """() => [...document.images].every((image) => {
  const box = image.getBoundingClientRect();
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return !seen || image.complete;
})"""
_SIGNED_IN = re.compile(r"Sign in with a password:\s+(\S+)\s+(\S+)")
_ADDRESS = re.compile(r"http://[\w.]+:\d+")


@dataclass(frozen=True)
class Look:
    size: str
    scheme: str
    language: str = "en"

    @property
    def name(self) -> str:
        return f"{self.size}-{self.scheme}" + ("" if self.language == "en" else f"-{self.language}")


_LOOKS = [Look(size, scheme) for size, scheme in product(_SIZES, ("dark", "light"))]
_IN_GERMAN = Look("phone", "dark", "de")
_OF_EACH = (Look("phone", "dark"), Look("desktop", "light"))


async def main() -> None:
    path = chromium_path()
    if not PAGE.is_file():
        sys.exit("The page for browsers is not built: run make page.")
    async with _demo() as (address, signed_in), launched(path) as chromium:
        await _photograph(chromium, address, signed_in)


@asynccontextmanager
async def _demo() -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """The pretend household, and its owner signed in."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medianest", "demo"),
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        said = await asyncio.wait_for(_until_filled(process), _START_SECONDS)
        address, who = _ADDRESS.search(said), _SIGNED_IN.search(said)
        if not address or not who:
            sys.exit(f"The demo did not start:\n{said}")
        async with httpx.AsyncClient(base_url=address[0], timeout=60) as client:
            csrf = (await client.get("/api/v1/csrf")).raise_for_status().json()["token"]
            body = {"email": who[1], "password": who[2]}
            (
                await client.post("/api/v1/auth/login", json=body, headers={"X-CSRF-Token": csrf})
            ).raise_for_status()
            yield address[0], client
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await asyncio.wait_for(process.wait(), 120)


async def _until_filled(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    said = ""
    while line := await process.stdout.readline():
        said += line.decode()
        if "Ctrl-C ends the show" in said:
            break
    return said


async def _photograph(chromium: Browser, address: str, owner: httpx.AsyncClient) -> None:
    async def ask(path: str, /, **query: str | int) -> Any:
        return (await owner.get(f"/api/v1{path}", params=query)).raise_for_status().json()

    found = await found_in(ask)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.jpg"):
        old.unlink()
    contexts: dict[tuple[Look, bool], BrowserContext] = {}
    for route in routes():
        for place in route.places:
            try:
                path = place.format_map(found)
            except KeyError as missing:
                print(f"{place}: the demo has no {missing}")
                continue
            for look in [*_LOOKS, _IN_GERMAN] if _SHOWN_IN_ALL_WAYS.match(path) else _OF_EACH:
                inside = route.who != "nobody"
                if (look, inside) not in contexts:
                    contexts[look, inside] = await _as(chromium, address, look, owner if inside else None)
                page = await contexts[look, inside].new_page()
                await _arrive(page, path)
                file = FOLDER / f"{_name_of(place)}-{look.name}.jpg"
                await page.screenshot(path=file, type="jpeg", quality=50)
                await page.close()
    total = sum(file.stat().st_size for file in FOLDER.glob("*.jpg"))
    print(f"{len(list(FOLDER.glob('*.jpg')))} pictures, {total / 1e6:.1f} MB, in {FOLDER}")
    if total > _MOST_BYTES:
        sys.exit(f"That is more than {_MOST_BYTES / 1e6:.0f} MB.")


async def _as(chromium: Browser, address: str, look: Look, owner: httpx.AsyncClient | None) -> BrowserContext:
    context = await chromium.new_context(
        base_url=address,
        locale=_LOCALES[look.language],
        viewport=_SIZES[look.size],
        color_scheme="dark" if look.scheme == "dark" else "light",
        is_mobile=look.size == "phone",
        has_touch=look.size == "phone",
        reduced_motion="reduce",
    )
    if owner is not None:
        await context.add_cookies(
            [{"name": each.name, "value": each.value or "", "url": address} for each in owner.cookies.jar]
        )
    return context


async def _arrive(page: Page, path: str) -> None:
    await page.goto(path)
    await expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=60_000)
    await expect(page.locator(".pulse")).to_have_count(0, timeout=60_000)
    await page.wait_for_function(_COME, timeout=60_000)


def _name_of(place: str) -> str:
    """Of the file: what the address says without the numbers in it."""
    words = re.sub(r"[?=]", "-", re.sub(r"\{(\w+)\}", r"\1", place)).strip("/").replace("/", "-")
    return words or "home"


if __name__ == "__main__":
    asyncio.run(main())
