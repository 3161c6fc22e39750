"""Every type of notification on every kind of channel: what is sent is what the provider takes, says something, has
nothing empty in it, mentions nobody, and has no markup that we did not write."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from email.headerregistry import Address
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from medianest.testing import SECRET_KEY
from medianest_common.clock import SystemClock
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.security.encryption import KeyRing
from medianest_common.testing.fake_channels import FakeDiscord, FakeGotify, FakeNtfy, FakePush, FakeTelegram
from medianest_common.testing.fake_channels import discord as fake_discord
from medianest_common.testing.fake_channels import telegram as fake_telegram
from medianest_common.testing.fake_channels.gotify import TOKEN as APPLICATION
from medianest_common.testing.fake_channels.telegram import TOKEN as BOT
from medianest_common.testing.mail_server import html_of, text_of
from medianest_notifications.adapters.channels import apprise, discord, gotify, ntfy, telegram, web_push
from medianest_notifications.adapters.channels import email as email_channel
from medianest_notifications.adapters.channels.port import Message, Part
from medianest_notifications.adapters.channels.push_crypto import Vapid
from medianest_notifications.rendering.render import render
from medianest_notifications.rendering.samples import SAMPLES
from services.notifications.tests.channel_messages import (
    AT,
    HOSTILE,
    INBOX,
    MARKS,
    PORTAL,
    SIGNS,
    clients,
    message,
)

GOLDEN = Path(__file__).with_name("channels.golden.json")
NEST = Address("MediaNest", "nest", "example.org")
_KEYWORD = re.compile(r"[a-z0-9_.:-]*")
TYPES = list(NotificationType)


def sent_as(kind: ChannelKind, said: Message) -> Any:
    """What leaves for the provider; of a mail its parts."""
    match kind:
        case ChannelKind.DISCORD:
            return discord.payload(said, inbox=INBOX)
        case ChannelKind.TELEGRAM:
            return telegram.payload(said, inbox=INBOX)
        case ChannelKind.NTFY:
            return ntfy.payload(said, inbox=INBOX)
        case ChannelKind.GOTIFY:
            return gotify.payload(said, inbox=INBOX)
        case ChannelKind.WEB_PUSH:
            return json.loads(web_push.payload(said, inbox=INBOX))
        case ChannelKind.EMAIL:
            mail = email_channel.write(said, to="frida@example.org", sender=NEST, portal=PORTAL)
            return {"subject": mail["Subject"], "text": text_of(mail), "html": html_of(mail)}
        case ChannelKind.APPRISE:
            return apprise.composed(said, room=1024, title_room=250, inbox=INBOX)


def hostile(values: Mapping[str, Any]) -> dict[str, Any]:
    """With the worst that people can type wherever they can type."""

    def worse(value: Any) -> Any:
        if isinstance(value, str) and not _KEYWORD.fullmatch(value):
            return f"{SIGNS} {HOSTILE}"
        if isinstance(value, list):
            return [worse(each) for each in value]
        return value

    return {name: worse(value) for name, value in values.items()}


def worded(type: NotificationType, kind: ChannelKind) -> Iterator[Message]:
    # To write and read a mail again takes longer than all the others together.
    for sample in SAMPLES[type][:1] if kind is ChannelKind.EMAIL else SAMPLES[type]:
        for values in (sample, hostile(sample)):
            for locale in ("en", "de"):
                said = render(type, values, locale=locale, channel=kind.value)
                yield message(type=type, title=said.title, body=said.body, locale=locale)


@pytest.mark.parametrize("kind", list(ChannelKind))
def test_every_type_is_said_as_the_provider_wants_it(kind: ChannelKind) -> None:
    """louislam/uptime-kuma#4940: one type of one channel had an empty field, and the provider refused it."""
    for what in TYPES:
        for said in worded(what, kind):
            sent = sent_as(kind, said)
            empty = [path for path, text in _texts(sent) if not text.strip()]
            assert not empty, (what, empty)
            assert f"{PORTAL}/requests/1" in json.dumps(sent)
            _taken(kind, sent)


def _taken(kind: ChannelKind, sent: Any) -> None:
    match kind:
        case ChannelKind.DISCORD:
            fake_discord.check(sent)
            assert sent["allowed_mentions"] == {"parse": []}
            embed = sent["embeds"][0]
            for text in (embed["title"], embed.get("description", "")):
                assert not re.search(r"(?<!\\)(?:\\\\)*[*_~`|<>\[\]()#@]", text)
        case ChannelKind.TELEGRAM:
            assert fake_telegram.read(sent)
            tags = _tags(sent["text"])
            assert set(tags) == {"b", "a"} and tags.count("b") == tags.count("a") == 1
            assert not re.search(r"(?<![\w.])@\w", sent["text"])
        case ChannelKind.EMAIL:
            assert not {"script", "b", "img"} & set(_tags(sent["html"]))
            assert "\n" not in sent["subject"]
        case ChannelKind.APPRISE:
            assert not re.search(r"(?<![\w.])@\w|<[!@#&]", sent["body"] + sent["title"])
        case ChannelKind.GOTIFY:
            assert sent["extras"]["client::display"] == {"contentType": "text/plain"} and sent["message"]
        case ChannelKind.NTFY:
            assert "markdown" not in sent and len(sent["message"].encode()) <= 4096
        case ChannelKind.WEB_PUSH:
            assert len(json.dumps(sent, ensure_ascii=False).encode()) < 4000


@pytest.mark.long
async def test_every_type_is_taken_by_every_provider() -> None:
    async with AsyncExitStack() as stack:
        chat = await stack.enter_async_context(FakeDiscord.start())
        bot = await stack.enter_async_context(FakeTelegram.start())
        topics = await stack.enter_async_context(FakeNtfy.start())
        phone = await stack.enter_async_context(FakeGotify.start())
        browsers = await stack.enter_async_context(FakePush.start())
        vapid = Vapid.of(KeyRing.parse(SECRET_KEY), contact="mailto:nest@example.org")
        every: list[tuple[Any, Any]] = [
            (
                discord.DiscordSender(clients("Discord"), server=chat.url, marks=MARKS, inbox=INBOX),
                discord.DiscordConfig(url=SecretStr(chat.add_webhook())),
            ),
            (
                telegram.TelegramSender(
                    clients("Telegram"), server=bot.url, token=SecretStr(BOT), marks=MARKS, inbox=INBOX
                ),
                telegram.TelegramConfig(chat_id="4711"),
            ),
            (
                ntfy.NtfySender(clients("ntfy", topics), marks=MARKS, inbox=INBOX),
                ntfy.NtfyConfig(server=topics.url, topic="nest"),
            ),
            (
                gotify.GotifySender(clients("Gotify", phone), marks=MARKS, inbox=INBOX),
                gotify.GotifyConfig(server=phone.url, token=SecretStr(APPLICATION)),
            ),
            (
                web_push.WebPushSender(
                    clients("push", browsers), vapid=vapid, clock=SystemClock(), marks=MARKS, inbox=INBOX
                ),
                web_push.WebPushConfig.model_validate(browsers.subscribe(vapid.public_key).to_json()),
            ),
        ]
        for sender, config in every:
            stack.push_async_callback(sender.aclose)
            for what in TYPES:
                *_, worst = worded(what, sender.kind)
                assert (await sender.send(worst, config)).provider_id, (sender.kind, what)
        for fake in (chat, bot, topics, phone, browsers):
            assert len(fake.received) == len(TYPES)


def test_what_is_sent_is_what_was_sent_before() -> None:
    """A change is meant: delete the file, run this once, and read what it has written."""
    found = {kind.value: [sent_as(kind, said) for said in _FIXED] for kind in ChannelKind}
    written = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if not GOLDEN.exists():
        GOLDEN.write_text(written)
        pytest.fail("there was nothing to compare with; now there is")
    assert written == GOLDEN.read_text()


_FIXED = [
    message(delivery_id=UUID(int=1), title=f"{SIGNS} is ready", body=f"{SIGNS}\n{HOSTILE}"),
    message(delivery_id=UUID(int=2), title="Only a title", body="", link=None, collapse_key="plex.down"),
    message(
        delivery_id=UUID(int=3),
        title="2 Nachrichten",
        body="",
        link=None,
        locale="de",
        at=AT,
        unsubscribe=f"{PORTAL}/api/v1/notifications/unsubscribe?token=abc",
        parts=(
            Part("Dune (2021) ist da", "Viel Vergnügen!", f"{PORTAL}/requests/1"),
            Part(SIGNS, HOSTILE, None),
        ),
    ),
]


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _texts(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member, f"{path}[]")
    elif isinstance(value, str):
        yield path, value


def _tags(html: str) -> list[str]:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            found.append(tag)

    Reader().feed(html)
    return found
