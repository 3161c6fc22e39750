"""People with channels, and a look at what is sent to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.base import Page
from medianest_common.contracts.notifications.channels import (
    Channel,
    ChannelKind,
    ChannelMade,
    CreateChannel,
    GetChannel,
    VerifyChannel,
)
from medianest_common.contracts.notifications.deliveries import (
    AdminDelivery,
    DeliveryReport,
    DeliveryState,
    GetDeliveries,
    ListDeliveries,
)
from medianest_common.testing.fake_channels.site import Fake
from services.notifications.tests.household import Person

TOPIC = "frida-at-home"


def allowing(*fakes: Fake) -> dict[str, str]:
    return {"notify_allowed_hosts": ",".join(urlsplit(fake.url).netloc for fake in fakes)}


@dataclass(frozen=True)
class Target:
    """One verified channel of one person."""

    person: Person
    channel_id: UUID

    async def now(self) -> Channel:
        channel: Channel = await self.person.ask(GetChannel(id=self.channel_id))
        return channel


async def create(
    person: Person, kind: ChannelKind, config: dict[str, Any], *, name: str = "Mine"
) -> ChannelMade:
    message = CreateChannel(channel_kind=kind, name=name, config=config)
    with person.sandbox.as_user(role=person.role, user_id=person.id, name=person.name):
        return await person.sandbox.bus.call(message, timeout=40)


async def with_ntfy(person: Person, ntfy: Fake, *, topic: str = TOPIC) -> Target:
    made = await create(person, ChannelKind.NTFY, {"server": ntfy.url, "topic": topic})
    return await verified(person, made, ntfy)


async def with_discord(person: Person, discord: Any) -> Target:
    made = await create(person, ChannelKind.DISCORD, {"url": discord.add_webhook()})
    return await verified(person, made, discord)


async def verified(person: Person, made: ChannelMade, fake: Fake) -> Target:
    """As its owner does it: with the code that has arrived there, which is then out of the way."""
    assert made.code is not None and made.code.sent, made
    await person.ask(VerifyChannel(id=made.channel.id, code=code_in(fake.received.pop())))
    return Target(person, made.channel.id)


def code_in(received: Any) -> str:
    found = re.search(r"\b[0-9]{6}\b", str(received))
    assert found, received
    return found.group()


def texts(fake: Fake) -> list[str]:
    """The titles that have arrived, in order."""
    return [_title(each) for each in fake.received]


def _title(received: Any) -> str:
    title = str(received["title"] if "title" in received else received["embeds"][0]["title"])
    return title.replace("\\", "")


async def deliveries_of(person: Person, entry_id: UUID) -> Sequence[DeliveryReport]:
    reports = await person.ask(GetDeliveries(id=entry_id))
    return list(reports.items)


async def newest_delivery(person: Person) -> DeliveryReport | None:
    """The only one of the newest notification."""
    for entry in (await person.inbox())[:1]:
        for report in await deliveries_of(person, entry.id):
            return report
    return None


async def reaches(person: Person, state: DeliveryState, *, within: float = 60.0) -> DeliveryReport:
    """The newest notification's one delivery, once it is in that state."""

    async def look() -> DeliveryReport | None:
        report = await newest_delivery(person)
        assert report and report.state is state, report
        return report

    return await eventually(look, within=within)


async def dead_letters(admin: Person, state: DeliveryState = DeliveryState.FAILED) -> list[AdminDelivery]:
    page: Page[AdminDelivery] = await admin.ask(ListDeliveries(state=state))
    return page.items


async def sql(sandbox: Sandbox, statement: str, *values: Any) -> list[Any]:
    url = sandbox.settings["database_url"].replace("postgresql+asyncpg", "postgresql")
    connection = await asyncpg.connect(url, timeout=30)
    try:
        await connection.execute("set search_path to notifications")
        rows: list[Any] = await connection.fetch(statement, *values)
        return rows
    finally:
        await connection.close()
