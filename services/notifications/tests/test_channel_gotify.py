"""Gotify, against a server with its checks."""

import pytest
from pydantic import SecretStr

from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import BadUpstream, Invalid, MediaNestError, TooManyRequests, Unavailable
from medianest_common.testing.fake_channels import FakeGotify
from medianest_common.testing.fake_channels.gotify import TOKEN
from medianest_common.testing.fake_overseerr.faults import Fault
from medianest_notifications.adapters.channels.gotify import GotifyConfig, GotifySender
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


def sender(fake: FakeGotify) -> GotifySender:
    return GotifySender(clients("Gotify", fake), marks=MARKS, inbox=INBOX)


def application(fake: FakeGotify, token: str = TOKEN) -> GotifyConfig:
    return GotifyConfig(server=fake.url, token=SecretStr(token))


async def test_a_message_has_its_title_its_body_and_its_link_and_the_token_is_in_no_address() -> None:
    async with FakeGotify.start() as fake:
        receipt = await sender(fake).send(message(), application(fake))
    (kept,) = fake.received
    assert receipt.provider_id == str(kept["id"])
    assert (kept["title"], kept["message"]) == ("Dune (2021) is ready", "Frida’s request can be watched now.")
    assert kept["extras"]["client::notification"]["click"]["url"].endswith("/requests/1")
    assert kept["extras"]["client::display"] == {"contentType": "text/plain"}
    assert not fake.calls[0].query


async def test_a_message_without_a_body_is_its_title() -> None:
    async with FakeGotify.start() as fake:
        await sender(fake).send(message(body="", link=None), application(fake))
    assert fake.received[0]["message"] == "Dune (2021) is ready"
    assert "client::notification" not in fake.received[0]["extras"]


@pytest.mark.parametrize("times", [1, 1000])
async def test_every_sign_and_any_length_arrives(times: int) -> None:
    async with FakeGotify.start() as fake:
        await sender(fake).send(message(title=SIGNS, body=f"{SIGNS} {HOSTILE} " * times), application(fake))
        await sender(fake).send(digest(times), application(fake))
    assert fake.received[0]["title"] == SIGNS
    for kept in fake.received:
        assert SIGNS in kept["message"] and len(kept["message"].encode()) <= 16_000
        assert (INBOX in kept["message"]) is (times > 1)


async def test_urgency_is_a_priority() -> None:
    async with FakeGotify.start() as fake:
        for urgency in Urgency:
            await sender(fake).send(message(urgency=urgency), application(fake))
    assert [kept["priority"] for kept in fake.received] == [2, 5, 8]


async def test_a_token_that_is_no_good_is_gone() -> None:
    async with FakeGotify.start() as fake:
        with pytest.raises(ChannelGone, match="valid access token"):
            await sender(fake).send(message(), application(fake, "Wrong.token.1"))


@pytest.mark.parametrize(
    "fault, kind",
    [
        (500, BadUpstream),
        (503, Unavailable),
        ("drop", Unavailable),
        ("html", BadUpstream),
        (404, Unavailable),
        (429, TooManyRequests),
        (400, MessageRefused),
    ],
)
async def test_what_may_pass_is_told_from_what_will_not(fault: Fault, kind: type[MediaNestError]) -> None:
    async with FakeGotify.start() as fake:
        fake.fail_with(fault, retry_after=7 if fault == 429 else None)
        with pytest.raises(kind) as ended:
            await sender(fake).send(message(), application(fake))
    assert ended.value.transient is (kind is not MessageRefused)
    assert fault != 429 or ended.value.retry_after == 7


async def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from medianest_common.errors import TimedOut
    from medianest_common.http import Timeouts

    monkeypatch.setattr("medianest_notifications.adapters.channels.clients._TIMEOUTS", Timeouts(total=0.3))
    async with FakeGotify.start() as fake:
        fake.fail_with("hang")
        with pytest.raises(TimedOut):
            await sender(fake).send(message(), application(fake))


@pytest.mark.parametrize("token", ["", "abc", "x" * 101, "tök-en-here", "a\nb: c-d"])
def test_a_token_that_cannot_be_one_is_refused(token: str) -> None:
    with pytest.raises(Invalid):
        read_config(GotifyConfig, {"server": "https://g.example.org", "token": token}, by_admin=False)


def test_neither_list_nor_print_shows_the_token() -> None:
    made = GotifySender(clients("Gotify"), marks=MARKS, inbox=INBOX)
    config = GotifyConfig(server="https://g.example.org/push/", token=SecretStr(TOKEN))
    assert made.shown(config) == "g.example.org" and config.server == "https://g.example.org/push"
    assert TOKEN not in repr(config) + config.model_dump_json() and TOKEN in config.dump()
