"""Whatever a provider answers, or does not, a message waits, says why, and has arrived in the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from medianest.testing import eventually
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications.channels import (
    ChannelKind,
    ChannelState,
    ListChannelKinds,
    ListChannels,
    VerifyChannel,
)
from medianest_common.contracts.notifications.deliveries import DeliveryReport, DeliveryState
from medianest_common.testing.fake_channels import FakeDiscord, FakeGotify, FakeNtfy, FakePush, FakeTelegram
from medianest_common.testing.fake_channels.gotify import TOKEN as APPLICATION
from medianest_common.testing.fake_channels.telegram import TOKEN as BOT
from medianest_common.testing.http_server import serve
from medianest_common.testing.troubles import ELSEWHERE, Trouble, TroubledRoad
from medianest_notifications.delivering.backoff import MOST_DOUBTS
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import code_in, create, deliveries_of
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.news import News

TROUBLES = [
    pytest.param(each, marks=() if each in (Trouble.HTML, Trouble.WITHOUT_END) else pytest.mark.long)
    for each in Trouble
    # Where providers are is not for this installation to say, and the client is the one that all systems have.
    if each not in ELSEWHERE
]
FILM = "Heat"
CAN_BE_ASKED = {ChannelKind.NTFY}
"""Whether a message has arrived. Of the others one may come twice whose answer got lost."""
BELIEVED: dict[Trouble, set[ChannelKind]] = {
    Trouble.HTML: {ChannelKind.APPRISE},
    Trouble.NOTHING: {ChannelKind.APPRISE, ChannelKind.WEB_PUSH},
    Trouble.WRONG_TYPES: {ChannelKind.APPRISE, ChannelKind.WEB_PUSH},
    Trouble.EMPTY_LIST: {ChannelKind.APPRISE, ChannelKind.WEB_PUSH},
    Trouble.WITHOUT_END: {ChannelKind.APPRISE},
}
"""Whom a status of success is all that their rules, or Apprise's, ask for."""


@dataclass
class House:
    news: News
    ada: Person
    roads: dict[ChannelKind, TroubledRoad]
    posted: dict[ChannelKind, list[Any]]
    """What each provider has taken."""
    channels: dict[ChannelKind, dict[str, Any]] = field(default_factory=dict)

    async def prepare(self) -> None:
        for kind, config in self.channels.items():
            made = await create(self.ada, kind, config)
            if made.code:
                assert made.code.sent, (kind, made.code)
                await self.ada.ask(VerifyChannel(id=made.channel.id, code=code_in(self.posted[kind].pop())))

    async def reports(self) -> dict[ChannelKind, DeliveryReport]:
        entries = await self.ada.inbox()
        assert len(entries) == 1
        return {each.kind: each for each in await deliveries_of(self.ada, entries[0].id)}

    def times(self) -> dict[ChannelKind, int]:
        return {kind: sum(FILM in str(each) for each in posted) for kind, posted in self.posted.items()}


@pytest.fixture
async def house(news: News) -> AsyncIterator[House]:
    hooked: list[Any] = []

    async def hook(request: Request) -> Response:
        hooked.append(await request.json())
        return Response("ok")

    async with AsyncExitStack() as stack:
        enter, clock = stack.enter_async_context, news.clock
        fakes: dict[ChannelKind, Any] = {
            ChannelKind.DISCORD: await enter(FakeDiscord.start(clock=clock)),
            ChannelKind.TELEGRAM: await enter(FakeTelegram.start(clock=clock)),
            ChannelKind.NTFY: await enter(FakeNtfy.start(clock=clock)),
            ChannelKind.GOTIFY: await enter(FakeGotify.start(clock=clock)),
            ChannelKind.WEB_PUSH: await enter(FakePush.start(clock=clock)),
        }
        hooks = Starlette(routes=[Route("/hooks/{token}", hook, methods=["POST"])])
        urls = {kind: fake.url for kind, fake in fakes.items()}
        urls[ChannelKind.APPRISE] = await enter(serve(hooks))
        roads = {kind: await enter(TroubledRoad.to(url)) for kind, url in urls.items()}
        for kind, fake in fakes.items():
            fake.url = roads[kind].url
        await news.sandbox.stop("notifications")
        await news.sandbox.start(
            SERVICE,
            discord_url=roads[ChannelKind.DISCORD].url,
            telegram_url=roads[ChannelKind.TELEGRAM].url,
            telegram_bot_token=BOT,
            notify_allowed_hosts=", ".join(urlsplit(road.url).netloc for road in roads.values()),
        )
        ada = Person(news.sandbox, "Ada")
        offers = {each.kind: each for each in (await ada.ask(ListChannelKinds())).items}
        browser = fakes[ChannelKind.WEB_PUSH].subscribe(offers[ChannelKind.WEB_PUSH].public["publicKey"])
        posted = {kind: fake.received for kind, fake in fakes.items()} | {ChannelKind.APPRISE: hooked}
        house = House(news, ada, roads, posted)
        house.channels = {
            ChannelKind.WEB_PUSH: browser.to_json(),
            ChannelKind.DISCORD: {"url": fakes[ChannelKind.DISCORD].add_webhook()},
            ChannelKind.TELEGRAM: {"chatId": "4711"},
            ChannelKind.NTFY: {"server": roads[ChannelKind.NTFY].url, "topic": "ada"},
            ChannelKind.GOTIFY: {"server": roads[ChannelKind.GOTIFY].url, "token": APPLICATION},
            ChannelKind.APPRISE: {
                "url": f"mmost://{urlsplit(roads[ChannelKind.APPRISE].url).netloc}/3ccdd113474722377935511fc85d3dd4"
            },
        }
        await house.prepare()
        yield house


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_while_providers_are_in_trouble_messages_wait_and_then_have_arrived(
    house: House, trouble: Trouble
) -> None:
    believed = BELIEVED.get(trouble, set())
    for road in house.roads.values():
        road.meet(trouble)
    await house.news.sandbox.emit(
        request_event(house.ada, RequestStatus.AVAILABLE, version=1, title=FILM, year=1995)
    )

    async def all_tried() -> bool:
        reports = await house.reports()
        assert reports.keys() == house.channels.keys()
        for kind in reports.keys() - believed:
            report = reports[kind]
            assert report.attempts and report.error, (kind, report)
            assert report.state in (DeliveryState.QUEUED, DeliveryState.SENDING), (kind, report)
        return True

    await eventually(all_tried, within=120)
    for road in house.roads.values():
        await road.heal()

    async def all_sent() -> bool:
        house.news.clock.advance(20)
        await asyncio.sleep(0.5)
        states = {kind: (each.state, each.error) for kind, each in (await house.reports()).items()}
        assert {state for state, _ in states.values()} == {DeliveryState.SENT}, states
        return True

    await eventually(all_sent, within=120)
    may_be_two = set(ChannelKind) - CAN_BE_ASKED if trouble is Trouble.HALF_AN_ANSWER else set()
    for kind, times in house.times().items():
        if kind not in believed:
            assert 1 <= times <= (MOST_DOUBTS if kind in may_be_two else 1), (kind, times)
    kept = (await house.ada.ask(ListChannels())).items
    assert {each.state for each in kept} == {ChannelState.ACTIVE}
