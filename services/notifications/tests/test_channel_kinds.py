"""Every kind of channel as a person sets it up: made, verified by what has arrived there, and tried."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from medianest.testing import Sandbox
from medianest_common.contracts.notifications.channels import (
    ChannelKind,
    ChannelState,
    ListChannelKinds,
    ListChannels,
    TryChannel,
    VerifyChannel,
)
from medianest_common.testing.fake_channels import FakeDiscord, FakeGotify, FakeNtfy, FakePush, FakeTelegram
from medianest_common.testing.fake_channels.gotify import TOKEN as APPLICATION
from medianest_common.testing.fake_channels.telegram import TOKEN as BOT
from medianest_common.testing.http_server import serve
from medianest_common.testing.mail_server import MailServer, text_of
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import code_in, create
from services.notifications.tests.household import Person


async def test_every_kind_is_made_verified_and_tried(sandbox: Sandbox) -> None:
    posted: list[str] = []

    async def hook(request: Request) -> Response:
        posted.append((await request.json())["text"])
        return Response("ok")

    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        discord, telegram = await enter(FakeDiscord.start()), await enter(FakeTelegram.start())
        ntfy, gotify = await enter(FakeNtfy.start()), await enter(FakeGotify.start())
        push, mail = await enter(FakePush.start()), await enter(MailServer.start())
        mattermost = await enter(serve(Starlette(routes=[Route("/hooks/{token}", hook, methods=["POST"])])))
        private = [urlsplit(url).netloc for url in (ntfy.url, gotify.url, push.url, mattermost)]
        await sandbox.start(
            SERVICE,
            discord_url=discord.url,
            telegram_url=telegram.url,
            telegram_bot_token=BOT,
            notify_allowed_hosts=", ".join(private),
            smtp_url=mail.url,
            mail_from="MediaNest <nest@example.org>",
        )
        ada = Person(sandbox, "Ada")
        offers = {each.kind: each for each in (await ada.ask(ListChannelKinds())).items}
        assert all(offer.available for offer in offers.values()), offers
        assert offers[ChannelKind.TELEGRAM].public == {"bot": "@medianest_bot"}
        browser = push.subscribe(offers[ChannelKind.WEB_PUSH].public["publicKey"])
        made: dict[ChannelKind, dict[str, Any]] = {
            ChannelKind.EMAIL: {"address": "ada@example.org"},
            ChannelKind.WEB_PUSH: browser.to_json(),
            ChannelKind.DISCORD: {"url": discord.add_webhook()},
            ChannelKind.TELEGRAM: {"chatId": "4711"},
            ChannelKind.NTFY: {"server": ntfy.url, "topic": "ada"},
            ChannelKind.GOTIFY: {"server": gotify.url, "token": APPLICATION},
            ChannelKind.APPRISE: {"url": f"mmost://{private[3]}/3ccdd113474722377935511fc85d3dd4"},
        }

        async def newest(kind: ChannelKind) -> str:
            if kind is ChannelKind.EMAIL:
                return text_of(await mail.next())
            if kind is ChannelKind.APPRISE:
                return posted[-1]
            fakes: dict[ChannelKind, Any] = {
                ChannelKind.WEB_PUSH: push,
                ChannelKind.DISCORD: discord,
                ChannelKind.TELEGRAM: telegram,
                ChannelKind.NTFY: ntfy,
                ChannelKind.GOTIFY: gotify,
            }
            return str({**fakes[kind].received[-1], "embeds": fakes[kind].received[-1].get("embeds")})

        async def used(kind: ChannelKind) -> None:
            channel = await create(ada, kind, made[kind])
            if offers[kind].needs_code:
                assert channel.code and channel.code.sent, (kind, channel.code)
                code = code_in(await newest(kind))
                await ada.ask(VerifyChannel(id=channel.channel.id, code=code))
            with sandbox.as_user(role=ada.role, user_id=ada.id, name=ada.name):
                report = await sandbox.bus.call(TryChannel(id=channel.channel.id), timeout=40)
            assert report.sent, (kind, report)
            assert "It works" in await newest(kind), kind

        await asyncio.gather(*map(used, ChannelKind))
        kept = (await ada.ask(ListChannels())).items
    assert {each.kind for each in kept} == set(ChannelKind)
    assert {each.state for each in kept} == {ChannelState.ACTIVE}
    for secret in (BOT, APPLICATION, "3ccdd113474722377935511fc85d3dd4", browser.endpoint.rpartition("/")[2]):
        assert secret not in str(kept)
