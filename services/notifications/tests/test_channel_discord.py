"""Discord, against a server with its limits."""

import re

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import BadUpstream, Invalid, MediaNestError, TooManyRequests, Unavailable
from medianest_common.testing.fake_channels import FakeDiscord
from medianest_common.testing.fake_channels.discord import TOKEN
from medianest_common.testing.fake_overseerr.faults import Fault
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_notifications.adapters.channels.discord import DiscordConfig, DiscordSender
from medianest_notifications.adapters.channels.port import ChannelGone, MessageRefused, read_config
from services.notifications.tests.channel_messages import (
    HOSTILE,
    INBOX,
    MARKS,
    SIGNS,
    clients,
    digest,
    message,
)


def sender(fake: FakeDiscord) -> DiscordSender:
    return DiscordSender(clients("Discord"), server=fake.url, marks=MARKS, inbox=INBOX)


def config(url: str) -> DiscordConfig:
    return read_config(DiscordConfig, {"url": url}, by_admin=False)


async def test_a_message_is_an_embed_with_a_link_and_calls_nobody() -> None:
    async with FakeDiscord.start() as fake:
        receipt = await sender(fake).send(message(), config(fake.add_webhook()))
    (sent,) = fake.received
    assert receipt.provider_id == sent["id"]
    assert sent["allowed_mentions"] == {"parse": []}
    (embed,) = sent["embeds"]
    assert embed["title"] == r"Dune \(2021\) is ready" and embed["url"].endswith("/requests/1")
    assert embed["description"] == "Frida’s request can be watched now."
    assert "content" not in sent


async def test_nothing_empty_is_sent_as_an_empty_field() -> None:
    """louislam/uptime-kuma#4940."""
    async with FakeDiscord.start() as fake:
        await sender(fake).send(message(body="", link=None), config(fake.add_webhook()))
    assert fake.received[0]["embeds"][0].keys() == {"title", "color", "timestamp"}


@pytest.mark.parametrize("link", ["http://localhost:8585/requests/1", "http://nas:8585/requests/1"])
async def test_an_address_that_discord_calls_malformed_is_text(link: str) -> None:
    async with FakeDiscord.start() as fake:
        await sender(fake).send(message(link=link), config(fake.add_webhook()))
    assert link in fake.received[0]["embeds"][0]["description"]


async def test_text_of_people_is_text() -> None:
    async with FakeDiscord.start() as fake:
        await sender(fake).send(message(title=HOSTILE, body=HOSTILE), config(fake.add_webhook()))
    embed = fake.received[0]["embeds"][0]
    for text in (embed["title"], embed["description"]):
        assert not re.search(r"(?<!\\)[*_~`|<>\[\]()#@]", text)
        assert re.sub(r"\\(.)", r"\1", text).startswith("<b>&amp;</b> **x**")


@pytest.mark.parametrize("times", [1, 100, 1000])
async def test_whatever_its_length_a_message_arrives(times: int) -> None:
    """caronc/apprise#198, #745: more than 4096 characters were refused, and the message lost."""
    async with FakeDiscord.start() as fake:
        long = message(title=SIGNS * times, body=f"{SIGNS} {HOSTILE} " * times)
        await sender(fake).send(long, config(fake.add_webhook()))
        await sender(fake).send(digest(times), config(fake.add_webhook()))
    assert len(fake.received) == 2
    if times > 1:
        for sent in fake.received:
            assert INBOX in sent["embeds"][0]["description"]


async def test_urgency_can_be_seen_and_what_can_wait_is_silent() -> None:
    async with FakeDiscord.start() as fake:
        for urgency in Urgency:
            await sender(fake).send(message(urgency=urgency), config(fake.add_webhook()))
    assert [sent.get("flags") for sent in fake.received] == [4096, None, None]
    assert len({sent["embeds"][0]["color"] for sent in fake.received}) == 3


async def test_it_says_when_the_next_message_may_come() -> None:
    """SickChill/sickchill#4157: thirteen episodes, a 429, and the rest lost."""
    clock = ShiftedClock()
    async with FakeDiscord.start(clock=clock) as fake:
        fake.bucket = 2
        hook = config(fake.add_webhook())
        with clock.held():
            receipts = [await sender(fake).send(message(), hook) for _ in range(2)]
            assert receipts[0].pause is None and 0 < (receipts[1].pause or 0) <= 2
            with pytest.raises(TooManyRequests) as limited:
                await sender(fake).send(message(), hook)
    assert 0 < (limited.value.retry_after or 0) <= 2
    assert "You are being rate limited" in limited.value.detail


async def test_a_limit_that_others_have_used_up_is_obeyed_too() -> None:
    async with FakeDiscord.start() as fake:
        fake.shared_limit = True
        with pytest.raises(TooManyRequests) as limited:
            await sender(fake).send(message(), config(fake.add_webhook()))
    assert limited.value.retry_after == 1336.57


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_message_takes_the_place_of_the_one_before_unless_that_was_deleted(is_there: bool) -> None:
    async with FakeDiscord.start() as fake:
        fake.threads.add("7")
        hook = config(fake.add_webhook() + "?thread_id=7")
        former = (await sender(fake).send(message(title="Plex is down"), hook)).provider_id
        assert former is not None
        if not is_there:
            fake.delete_message(former)
        up = message(title="Plex is up again", urgency=Urgency.LOW, replaces=former)
        receipt = await sender(fake).send(up, hook)
        shown = [each["embeds"][0]["title"] for each in fake.messages.values() if "embeds" in each]
    assert shown == ["Plex is up again"]
    assert (receipt.provider_id == former) is is_there
    assert len(fake.received) == (1 if is_there else 2)
    assert fake.messages[former].get("flags") is None and ("deleted" in fake.messages[former]) is not is_there


async def test_what_keeps_a_message_from_being_changed_is_no_reason_to_send_another() -> None:
    async with FakeDiscord.start() as fake:
        hook = config(fake.add_webhook())
        former = (await sender(fake).send(message(), hook)).provider_id
        for fault, kind in ((503, Unavailable), ("html", BadUpstream), (400, MessageRefused)):
            fake.fail_with(fault, times=1)  # type: ignore[arg-type]
            with pytest.raises(kind):
                await sender(fake).send(message(replaces=former), hook)
        fake.delete_webhook()
        with pytest.raises(ChannelGone):
            await sender(fake).send(message(replaces=former), hook)
    assert (len(fake.received), fake.edited) == (1, [])


@pytest.mark.parametrize("how", ["deleted", "token", "thread"])
async def test_a_webhook_that_is_gone_is_gone(how: str) -> None:
    async with FakeDiscord.start() as fake:
        url = fake.add_webhook()
        if how == "deleted":
            fake.delete_webhook()
        elif how == "token":
            fake.add_webhook(token="y" * 60)
        else:
            url += "?thread_id=99"
        with pytest.raises(ChannelGone) as gone:
            await sender(fake).send(message(), config(url))
    assert {"deleted": "Unknown Webhook", "token": "Invalid Webhook Token", "thread": "Unknown Channel"}[
        how
    ] in gone.value.detail


@pytest.mark.parametrize(
    "fault, kind",
    [
        (500, BadUpstream),
        (503, Unavailable),
        ("drop", Unavailable),
        ("html", BadUpstream),
        (408, Unavailable),
        (400, MessageRefused),
        (413, MessageRefused),
        (403, ChannelGone),
    ],
)
async def test_what_may_pass_is_told_from_what_will_not(fault: Fault, kind: type[MediaNestError]) -> None:
    async with FakeDiscord.start() as fake:
        fake.fail_with(fault)
        with pytest.raises(kind) as ended:
            await sender(fake).send(message(), config(fake.add_webhook()))
    assert ended.value.transient is (kind in (BadUpstream, Unavailable))


async def test_the_address_stays_a_secret() -> None:
    with capture_logs() as lines:
        async with FakeDiscord.start() as fake:
            hook = config(fake.add_webhook())
            fake.delete_webhook()
            with pytest.raises(ChannelGone) as gone:
                await sender(fake).send(message(), hook)
            shown = sender(fake).shown(hook)
    assert any(line["event"] == "outgoing_call" for line in lines)
    assert (
        TOKEN not in f"{lines} {gone.value} {gone.value.problem()} {shown} {hook!r} {hook.model_dump_json()}"
    )
    assert TOKEN in hook.dump() and DiscordConfig.restore(hook.dump()) == hook


async def test_only_discord_is_talked_to() -> None:
    async with FakeDiscord.start() as fake:
        path = f"/api/webhooks/1017215230101770240/{TOKEN}"
        for host in ("discord.com", "discordapp.com", "canary.discord.com", "ptb.discord.com"):
            assert await sender(fake).check(config(f"https://{host}{path}"))
        for host in (
            "discord.com.evil.example",
            "evil.example",
            "discord.com@evil.example",
            "127.0.0.1:6379",
        ):
            with pytest.raises(Invalid):
                await sender(fake).check(config(f"https://{host}{path}"))
    for url in (
        "https://discord.com/api/webhooks/1/../../x",
        "file:///etc/passwd",
        "https://discord.com/",
        "",
    ):
        with pytest.raises(Invalid) as refused:
            config(url)
        assert refused.value.errors and refused.value.errors[0].field == "url"


def test_the_same_webhook_is_known_under_each_of_its_addresses() -> None:
    made = DiscordSender(clients("Discord"), server="https://discord.com", marks=MARKS, inbox=INBOX)
    one, other = (
        DiscordConfig(url=SecretStr(f"https://{host}/api/webhooks/1017215230101770240/{TOKEN}"))
        for host in ("discord.com", "discordapp.com")
    )
    thread = DiscordConfig(url=SecretStr(f"{one.url.get_secret_value()}?thread_id=7"))
    assert made.fingerprint(one) == made.fingerprint(other) != made.fingerprint(thread)
