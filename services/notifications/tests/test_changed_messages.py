"""Where messages can be changed, what comes and goes is one message that says how it is, and no row of them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually, sandbox_on
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.youtube.events import QueuePaused, QueueResumed
from medianest_common.testing.fake_channels import FakeDiscord
from medianest_common.testing.shifted_clock import ShiftedClock
from services.notifications.tests.channels_of import allowing, sql, with_discord
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.test_held import known
from services.notifications.tests.waiting import House

PAUSED, RESUMED = QueuePaused(reason="The disk is full.", code=None, until=None), QueueResumed()


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord.start() as fake:
        yield fake


@pytest.fixture
async def house(server_urls: ServerUrls, tmp_path: Path, discord: FakeDiscord) -> AsyncIterator[House]:
    clock = ShiftedClock()
    async with sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        house = House(sandbox, clock)
        await house.start(**allowing(discord), discord_url=discord.url)
        yield house


@pytest.fixture
async def boss(house: House, discord: FakeDiscord) -> Person:
    boss = await known(Person(house.sandbox, "Grace", Role.ADMIN))
    await with_discord(boss, discord)
    return boss


async def test_what_comes_and_goes_is_one_message_while_nothing_else_is_said(
    house: House, boss: Person, discord: FakeDiscord
) -> None:
    await told(house, boss, PAUSED)
    await told(house, boss, RESUMED, later=timedelta(minutes=5))
    assert chat(discord)[-1:] == ["Downloads go on"]
    assert (len(discord.received), len(discord.edited)) == (1, 1)
    # Below something else nobody would see it change.
    await told(house, boss, request_event(Person(house.sandbox, "Ada"), RequestStatus.PENDING, version=1))
    await told(house, boss, PAUSED, later=timedelta(minutes=31))
    assert chat(discord)[-3:] == ["Downloads go on", "Ada asks for Dune (2021)", "Downloads are paused"]
    # Nor does anybody look for news in what is long past.
    house.clock.advance(timedelta(minutes=31).total_seconds())
    await told(house, boss, RESUMED)
    assert chat(discord)[-2:] == ["Downloads are paused", "Downloads go on"]
    assert len(discord.edited) == 1


async def test_a_message_that_was_deleted_is_sent_anew(
    house: House, boss: Person, discord: FakeDiscord
) -> None:
    await told(house, boss, PAUSED)
    [row] = await sql(house.sandbox, "select provider_id from deliveries")
    discord.delete_message(row["provider_id"])
    await told(house, boss, RESUMED, later=timedelta(minutes=5))
    assert chat(discord)[-1:] == ["Downloads go on"] and discord.edited == []
    ids = await sql(house.sandbox, "select distinct provider_id from deliveries")
    assert len(ids) == 2, "the next one changes the new one"


async def told(house: House, person: Person, event: Any, *, later: timedelta = timedelta()) -> None:
    """Returns when its message has arrived, and that was written down."""
    head = (await person.count()).head + 1
    await house.sandbox.emit(event)
    await eventually(partial(_has, house, "queued", "sent", seq=head))
    house.clock.advance(later.total_seconds())
    await house.release()
    await eventually(partial(_has, house, "sent", seq=head))


async def _has(house: House, *states: str, seq: int) -> bool:
    rows = await sql(house.sandbox, "select state from deliveries where seq = $1", seq)
    return bool(rows) and rows[0]["state"] in states


def chat(discord: FakeDiscord) -> list[str]:
    shown = [each["embeds"][0]["title"] for each in discord.messages.values() if "embeds" in each]
    return [title.replace("\\", "") for title in shown]
