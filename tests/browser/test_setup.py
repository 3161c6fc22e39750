"""From an empty portal to one that is set up: by whoever has started it, in a browser."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from medianest_common.testing.fake_channels import FakeDiscord
from tests.browser.visits import Visits, visits
from tests.world import SETUP_TOKEN, World, world

_PASSWORD = "nine brown foxes near the old mill"


@dataclass
class Empty:
    """A portal that knows nothing yet, and the systems that it could be connected with."""

    house: World
    visitor: Visits
    discord: FakeDiscord


@pytest_asyncio.fixture(loop_scope="session")
async def empty(chromium: Browser, tmp_path: Path) -> AsyncIterator[Empty]:
    async with (
        FakeDiscord.start() as discord,
        world(
            tmp_path / "data",
            started=False,
            discord_url=discord.url,
            notify_allowed_hosts=urlsplit(discord.url).netloc,
        ) as house,
    ):
        known = house.product.environment
        for name in (
            "PLEX_URL",
            "PLEX_TOKEN",
            "OVERSEERR_URL",
            "OVERSEERR_API_KEY",
            "OVERSEERR_WEBHOOK_SECRET",
        ):
            del known[f"MEDIANEST_{name}"]
        await house.product.start()
        async with visits(chromium, house.product.url, also=(house.plex.tv_url,)) as visitor:
            yield Empty(house, visitor, discord)
            for path in await visitor.record(tmp_path):
                print(path)
            assert visitor.complaints == []


async def test_an_empty_portal_is_set_up_and_gone_on_with_after_a_break(empty: Empty) -> None:
    empty.visitor.expect_trouble(r"status of 422 .*/auth/setup$")
    house = empty.house
    house.plex.add_friend(username="Frida", email="frida@example.org")
    page = await empty.visitor(phone=True)

    await page.goto("/")
    await expect(page.get_by_text("This portal has no owner yet.")).to_be_visible()
    await page.goto(f"/setup#token={SETUP_TOKEN}")
    await page.get_by_label("Your name").fill("Olive")
    await page.get_by_label("E-mail").fill("olive@example.org")
    await _makes_account_with(page, "password1234")
    await expect(page.get_by_text("one of the first that anybody would try")).to_be_visible()
    await expect(page.get_by_label("Your name")).to_have_value("Olive")
    await _makes_account_with(page, _PASSWORD)
    await _is_at(page, "Connect Plex")

    await page.get_by_label("Address").fill(house.plex.server_url)
    await _tries(page, "X-Plex-Token", "not the token")
    await expect(page.get_by_text("The key was refused")).to_be_visible()
    await _tries(page, "X-Plex-Token", house.plex.owner.token)
    await expect(page.get_by_text("Saved, and in use at once.")).to_be_visible()
    await page.get_by_role("button", name="Next", exact=True).click()

    await _is_at(page, "Who fetches what people ask for?")
    await page.get_by_label("Address").fill(house.overseerr.url.removeprefix("http://"))
    await _tries(page, "API key", house.overseerr.api_key)
    await expect(page.get_by_text("Saved, and in use at once.")).to_be_visible()

    await page.goto("/setup")
    await _is_at(page, "A place for YouTube videos")
    await expect(page.get_by_text("In no library")).to_be_visible()
    await page.get_by_role("button", name="Skip for now").click()
    await _is_at(page, "How shall people be told?")
    await _adds_a_channel(page, empty.discord)
    await page.get_by_role("button", name="Back", exact=True).click()
    await _is_at(page, "A place for YouTube videos")
    await page.get_by_role("button", name=re.compile("^People")).click()
    await page.get_by_role("button", name="Add this person").click()
    await expect(page.get_by_text("1 person added.")).to_be_visible()
    await page.get_by_role("button", name="Next", exact=True).click()
    await _is_at(page, "This is how it stands")
    await page.get_by_role("link", name="To the portal").click()
    await expect(page.get_by_role("navigation", name="Places").first).to_be_visible()


async def _makes_account_with(page: Page, password: str) -> None:
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Make my account").click()


async def _adds_a_channel(page: Page, discord: FakeDiscord) -> None:
    await page.get_by_role("button", name="Add a channel").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Discord").click()
    await dialog.get_by_label("Webhook address").fill(discord.add_webhook())
    await dialog.get_by_role("button", name="Next", exact=True).click()
    [code] = await discord.next()
    found = re.search(r"\b[0-9]{6}\b", str(code))
    assert found, code
    await dialog.get_by_label("Code").fill(found.group())
    await dialog.get_by_role("button", name="Confirm").click()
    await page.get_by_role("button", name="Send a test").click()
    await expect(page.get_by_text("Sent. It should be there in a moment.")).to_be_visible()
    assert len(await discord.next(2)) == 2
    await expect(page.get_by_role("button", name="Next", exact=True)).to_be_visible()


async def _tries(page: Page, field: str, secret: str) -> None:
    await page.get_by_label(field).fill(secret)
    await page.get_by_role("button", name="Test and save").click()


async def _is_at(page: Page, heading: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
