"""Telegram, against a server that parses its HTML."""

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import BadUpstream, Invalid, MediaNestError, TooManyRequests, Unavailable
from medianest_common.testing.fake_channels import FakeTelegram
from medianest_common.testing.fake_channels.telegram import TOKEN
from medianest_common.testing.fake_overseerr.faults import Fault
from medianest_notifications.adapters.channels.port import ChannelGone, MessageRefused, read_config
from medianest_notifications.adapters.channels.telegram import TelegramConfig, TelegramSender
from services.notifications.tests.channel_messages import (
    HOSTILE,
    INBOX,
    MARKS,
    SIGNS,
    clients,
    digest,
    message,
)

CHAT = TelegramConfig(chat_id="4711")


def sender(fake: FakeTelegram, *, token: str | None = TOKEN) -> TelegramSender:
    secret = SecretStr(token) if token else None
    return TelegramSender(clients("Telegram"), server=fake.url, token=secret, marks=MARKS, inbox=INBOX)


async def test_a_message_has_its_title_its_body_and_its_link() -> None:
    async with FakeTelegram.start() as fake:
        receipt = await sender(fake).send(message(), CHAT)
    (sent,) = fake.received
    assert receipt.provider_id == "1"
    seen = "Dune (2021) is ready\n\nFrida’s request can be watched now.\n\nOpen in MediaNest"
    assert sent["seen"] == seen
    assert '<a href="https://nest.example.org/requests/1">' in sent["text"]
    assert sent["link_preview_options"] == {"is_disabled": True} and not sent["disable_notification"]
    assert "message_thread_id" not in sent


async def test_text_of_people_is_text_and_calls_nobody() -> None:
    async with FakeTelegram.start() as fake:
        await sender(fake).send(message(title=HOSTILE, body=f"{HOSTILE} a@b.example", link=None), CHAT)
        await sender(fake).send(digest(), CHAT)
    for sent in fake.received:
        assert "<b>&amp;</b> **x**" in sent["seen"]
        assert "@everyone" not in sent["seen"] and "@\u2060everyone" in sent["seen"]
    assert "a@b.example" in fake.received[0]["seen"]


@pytest.mark.parametrize("times", [1, 100, 1000])
async def test_whatever_its_length_a_message_arrives(times: int) -> None:
    """dgtlmoon/changedetection.io#323: more than 4096 characters were refused, and the message lost."""
    async with FakeTelegram.start() as fake:
        await sender(fake).send(message(title=SIGNS * times, body=f"{SIGNS}<&> {HOSTILE} " * times), CHAT)
        await sender(fake).send(digest(times), CHAT)
    assert len(fake.received) == 2
    if times > 1:
        assert all(INBOX in sent["text"] for sent in fake.received)


async def test_what_can_wait_makes_no_sound() -> None:
    async with FakeTelegram.start() as fake:
        for urgency in Urgency:
            await sender(fake).send(message(urgency=urgency), CHAT)
    assert [sent["disable_notification"] for sent in fake.received] == [True, False, False]


async def test_a_group_that_has_become_a_supergroup_is_followed() -> None:
    async with FakeTelegram.start() as fake:
        fake.migrated["-42"] = -100420
        fake.chats.add("-100420")
        receipt = await sender(fake).send(message(), TelegramConfig(chat_id="-42", thread_id=7))
    assert receipt.moved == TelegramConfig(chat_id="-100420", thread_id=7)
    assert (fake.received[0]["chat_id"], fake.received[0]["message_thread_id"]) == ("-100420", 7)


async def test_a_flood_says_how_long_to_wait() -> None:
    async with FakeTelegram.start() as fake:
        fake.flooded_for = 33
        with pytest.raises(TooManyRequests) as limited:
            await sender(fake).send(message(), CHAT)
    assert limited.value.retry_after == 33


@pytest.mark.parametrize("chat", ["blocked", "unknown"])
async def test_who_has_blocked_the_bot_or_never_wrote_to_it_is_not_told_again(chat: str) -> None:
    async with FakeTelegram.start() as fake:
        if chat == "blocked":
            fake.blocked.add("4711")
        else:
            fake.chats.clear()
        with pytest.raises(ChannelGone, match=r"blocked by the user|chat not found"):
            await sender(fake).send(message(), CHAT)


async def test_a_wrong_token_of_the_installation_is_not_the_channels_fault() -> None:
    async with FakeTelegram.start() as fake:
        fake.token = "1" + TOKEN
        with pytest.raises(Unavailable):
            await sender(fake).send(message(), CHAT)
        own = TelegramConfig(chat_id="4711", bot_token=SecretStr(TOKEN))
        with pytest.raises(ChannelGone):
            await sender(fake).send(message(), own)


async def test_without_a_bot_of_the_installation_each_needs_one() -> None:
    async with FakeTelegram.start() as fake:
        without = sender(fake, token=None)
        assert await without.public() == {} and await sender(fake).public() == {"bot": "@medianest_bot"}
        with pytest.raises(Invalid):
            await without.check(CHAT)
        own = read_config(TelegramConfig, {"chatId": "4711", "botToken": TOKEN}, by_admin=False)
        assert await without.check(own) == own
        assert (await without.send(message(), own)).provider_id
        with pytest.raises(ChannelGone):
            await without.send(message(), CHAT)


@pytest.mark.parametrize(
    "fault, kind",
    [
        (500, BadUpstream),
        (502, Unavailable),
        ("drop", Unavailable),
        ("html", BadUpstream),
        (400, MessageRefused),
    ],
)
async def test_what_may_pass_is_told_from_what_will_not(fault: Fault, kind: type[MediaNestError]) -> None:
    async with FakeTelegram.start() as fake:
        fake.fail_with(fault)
        with pytest.raises(kind) as ended:
            await sender(fake).send(message(), CHAT)
    assert ended.value.transient is (kind is not MessageRefused)


async def test_the_token_stays_a_secret() -> None:
    own = TelegramConfig(chat_id="4711", bot_token=SecretStr(TOKEN))
    with capture_logs() as lines:
        async with FakeTelegram.start() as fake:
            fake.token = "1" + TOKEN
            with pytest.raises(ChannelGone) as gone:
                await sender(fake).send(message(), own)
            shown = sender(fake).shown(own)
    assert any(line["event"] == "outgoing_call" for line in lines)
    assert TOKEN not in f"{lines} {gone.value.problem()} {shown} {own!r}" and shown == "Chat 47…, own bot"
    assert TelegramConfig.restore(own.dump()) == own


@pytest.mark.parametrize("chat", ["", "frida", "@x", "1;2", "../1", "-", "4711\n"])
def test_only_a_chat_is_a_chat(chat: str) -> None:
    if chat == "4711\n":
        assert TelegramConfig(chat_id=chat).chat_id == "4711"
        return
    with pytest.raises(Invalid):
        read_config(TelegramConfig, {"chatId": chat}, by_admin=False)


async def test_another_bot_is_another_target() -> None:
    """What was verified through a bot of one's own says nothing about the installation's."""
    async with FakeTelegram.start() as fake:
        made = sender(fake)
        own = read_config(TelegramConfig, {"chatId": "4711", "botToken": f"99999:{'x' * 35}"}, by_admin=False)
        none = read_config(TelegramConfig, {"chatId": "4711", "botToken": ""}, by_admin=False)
        renewed = TelegramConfig(chat_id="4711", bot_token=SecretStr(f"99999:{'y' * 35}"))
        assert none == CHAT and made.fingerprint(none) == made.fingerprint(CHAT)
        assert made.fingerprint(own) == made.fingerprint(renewed) != made.fingerprint(none)
