"""The page under a path of somebody's web server, behind a proxy with TLS: nothing of it looks elsewhere."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from playwright.async_api import expect

from medianest.testing import free_port
from medianest_common.testing.fake_tmdb import FakeTmdb
from tests.browser.chromium import launched
from tests.browser.visits import visits
from tests.reverse_proxy import Certificate, reverse_proxy
from tests.world import Person, world

_PATH = "/nest"
_UNREAD = re.compile(r"^Notifications, [1-9]\d* unread$")


async def test_all_of_the_page_lives_below_the_path(can_browse: str, tmp_path: Path) -> None:
    port = free_port()
    base = f"https://localhost:{port}{_PATH}/"
    certificate = Certificate(tmp_path / "proxy")
    async with (
        FakeTmdb.start() as tmdb,
        world(
            tmp_path / "data",
            base_url=base.removesuffix("/"),
            trusted_proxies="127.0.0.1",
            tmdb_images_url=tmdb.images_url,
            discord_url="https://127.0.0.1:9",
            telegram_url="https://127.0.0.1:9",
        ) as found,
        reverse_proxy(certificate, port=port, upstream=found.product.port, path=_PATH),
        httpx.AsyncClient(base_url=base, verify=certificate.trusting, timeout=60) as client,
        launched(can_browse, trusting=certificate.key_hash) as chromium,
        visits(chromium, base, also=(found.plex.tv_url,)) as visitor,
    ):
        found.overseerr.add_movie(603, "The Matrix", 1999)
        account = found.plex.add_friend(username="Frida", email="frida@example.org")
        found.overseerr.add_user(plex_id=account.id, email=account.email, username="Frida")
        await Person(found.product, client).set_up()
        page = await visitor(phone=True)
        await page.goto("./")
        await page.get_by_role("button", name="Sign in with Plex").click()
        await page.locator(f"button[value='{account.id}']").click()
        await expect(page.get_by_role("navigation", name="Places").first).to_be_visible()

        await page.goto("search?q=matrix")
        await page.get_by_role("main").get_by_role("link", name=re.compile("The Matrix")).first.click()
        await page.get_by_role("button", name="Request", exact=True).click()
        await page.get_by_role("dialog").get_by_role("button", name="Request", exact=True).click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await page.evaluate("window.still = 'here'")
        found.overseerr.set_available("movie", 603)
        await expect(page.get_by_role("link", name=_UNREAD)).to_be_visible()
        assert await page.evaluate("window.still") == "here", "it is live behind the proxy as well"

        for place in ("Home", "Requests", "Library", "YouTube"):
            await page.get_by_role("link", name=place, exact=True).locator("visible=true").first.click()
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert urlsplit(page.url).path.startswith(f"{_PATH}/")
            await page.reload()
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert visitor.complaints == []
