"""Browsers of people: each with cookies of its own, and everything that goes wrong in one is kept."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    ViewportSize,
    expect,
)

from tests.world import Person

PATIENCE_MS = 60_000
"""A promise of the page is kept by then on a machine that is five times slower."""
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
_LOCALES = {"en": "en-GB", "de": "de-DE"}
_NOBODY_YET = re.compile(r"status of 401 .*/api/v1/auth/(session|refresh)$")
"""How the page finds out that nobody is signed in: browsers report each such answer as an error."""

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Visits:
    """Call it for a new browser: `page = await visitor(frida, phone=True)`; then `await page.goto("/requests")`."""

    chromium: Browser
    base: str
    also: Sequence[str] = ()
    """Origins that a browser may be sent to: the pretend Plex, where people sign in."""
    pages: list[Page] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=lambda: [_NOBODY_YET])

    async def __call__(
        self,
        person: Person | None = None,
        *,
        phone: bool = False,
        dark: bool = False,
        language: str = "en",
        viewport: ViewportSize | None = None,
    ) -> Page:
        context = await self.chromium.new_context(
            base_url=self.base,
            locale=_LOCALES[language],
            timezone_id="Europe/Berlin",
            viewport=viewport or (PHONE if phone else DESKTOP),
            is_mobile=phone,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", self._watch)
        if person is not None:
            await sign_in(context, person, self.base)
        return await context.new_page()

    def expect_trouble(self, pattern: str) -> None:
        """Of this test only, and before it comes: what matches is no fault."""
        self._expected.append(re.compile(pattern))

    @property
    def complaints(self) -> list[str]:
        return [each for each in self.trouble if not any(known.search(each) for known in self._expected)]

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()

    async def record(self, folder: Path) -> list[Path]:
        """What each page shows, and what was said on all consoles."""
        written = [folder / "console.txt"]
        written[0].write_text("\n".join(self.console) + "\n")
        for number, page in enumerate(page for page in self.pages if not page.is_closed()):
            picture = folder / f"page-{number}.png"
            try:
                await page.screenshot(path=picture, timeout=10_000)
            except Error:
                continue
            written.append(picture)
        return written

    def _watch(self, page: Page) -> None:
        self.pages.append(page)
        number = len(self.pages)

        def said(message: ConsoleMessage) -> None:
            if message.location["url"].startswith(tuple(self.also)):
                return
            line = f"page {number}, {message.type}: {message.text}"
            if message.text.startswith("Failed to load resource"):
                line += f" {message.location['url']}"
            self.console.append(line)
            if message.type == "error":
                self.trouble.append(line)

        def failed(error: Error) -> None:
            self.console.append(f"page {number}, uncaught: {error.stack or error.message}")
            self.trouble.append(f"page {number}, uncaught: {error.message}")

        def asked(request: Request) -> None:
            url = urlsplit(request.url)
            if url.scheme in ("data", "blob", "about"):
                return
            if not request.url.startswith((self.base, *self.also)):
                self.trouble.append(f"page {number}, leaves the portal: {request.url}")

        page.on("console", said)
        page.on("pageerror", failed)
        page.on("request", asked)
        page.on("crash", lambda _: self.trouble.append(f"page {number} crashed"))


async def sign_in(context: BrowserContext, person: Person, base: str) -> None:
    """With the cookies that the person has already."""
    url = urlsplit(base)
    await context.add_cookies(
        [
            {
                "name": cookie.name,
                "value": cookie.value or "",
                "url": f"{url.scheme}://{url.netloc}/",
                "httpOnly": True,
                "secure": url.scheme == "https",
                "sameSite": "Lax",
            }
            for cookie in person.http.cookies.jar
        ]
    )


@asynccontextmanager
async def visits(chromium: Browser, base: str, *, also: Sequence[str] = ()) -> AsyncIterator[Visits]:
    found = Visits(chromium, base, also)
    try:
        yield found
    finally:
        await found.close()
