"""The Chromium of this machine."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

PAGE = Path(__file__).parents[2] / "services/gateway/src/medianest_gateway/page/index.html"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str:
    """Raises LookupError, in words for whoever runs tests."""
    found = os.environ.get("MEDIANEST_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        raise LookupError("There is no Chromium on the PATH: install one, or name it in MEDIANEST_CHROMIUM.")
    return found


@asynccontextmanager
async def launched(path: str, *, trusting: str | None = None) -> AsyncIterator[Browser]:
    """`trusting` is the SHA-256 of a public key, in base64: certificates of that key are taken as good ones."""
    arguments = [*_ARGUMENTS, *([f"--ignore-certificate-errors-spki-list={trusting}"] if trusting else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()
