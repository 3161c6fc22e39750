"""A person's channels: what is kept, what is shown, and that only who can read there can verify."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from medianest.testing import Sandbox, sandbox_on
from medianest_common.clock import ManualClock, uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications.channels import (
    MOST_CHANNELS,
    ChangeChannel,
    ChannelKind,
    ChannelState,
    DeleteChannel,
    GetChannel,
    ListChannelKinds,
    ListChannels,
    SendChannelCode,
    TryChannel,
    VerifyChannel,
)
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_channels import FakeDiscord, FakeNtfy
from medianest_notifications.adapters.channels.gotify import GotifyConfig
from medianest_notifications.channel_views import with_old_secrets
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import (
    TOPIC,
    allowing,
    code_in,
    create,
    sql,
    verified,
    with_ntfy,
)
from services.notifications.tests.household import Person

TOKEN = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"
LIVE, OFF = ChannelState.ACTIVE, ChannelState.DISABLED


@pytest.fixture
async def ntfy() -> AsyncIterator[FakeNtfy]:
    async with FakeNtfy.start() as fake:
        fake.tokens.add(TOKEN)
        yield fake


@pytest.fixture
async def ada(sandbox: Sandbox, ntfy: FakeNtfy) -> Person:
    allowed = allowing(ntfy)["notify_allowed_hosts"]
    await sandbox.start(
        SERVICE, notify_allowed_hosts=f"{allowed},{allowed.replace('127.0.0.1', 'localhost')}"
    )
    return Person(sandbox, "Ada")


async def refused(asking: Any) -> MediaNestError:
    with pytest.raises(MediaNestError) as error:
        await asking
    return error.value


async def test_a_channel_is_sent_nothing_until_its_owner_shows_the_code(ada: Person, ntfy: FakeNtfy) -> None:
    made = await create(ada, ChannelKind.NTFY, {"server": ntfy.url, "topic": TOPIC})
    assert (made.channel.state, made.code and made.code.sent) == (ChannelState.UNVERIFIED, True)
    assert (await refused(ada.ask(TryChannel(id=made.channel.id)))).code == "CHANNEL_UNVERIFIED"
    target = await verified(ada, made, ntfy)
    assert (await target.now()).state is LIVE
    report = await ada.ask(TryChannel(id=target.channel_id))
    assert (report.sent, report.answer) == (True, "The provider has taken the message.")
    assert ntfy.received[-1]["title"] == "It works"


async def test_secrets_are_kept_where_they_are_left_out_and_never_come_back(
    ada: Person, ntfy: FakeNtfy, sandbox: Sandbox
) -> None:
    ntfy.private.add(TOPIC)
    with capture_logs() as lines:
        made = await create(ada, ChannelKind.NTFY, {"server": ntfy.url, "topic": TOPIC, "token": TOKEN})
        target = await verified(ada, made, ntfy)
        before = await target.now()
        assert (before.secrets, before.config) == (["token"], {"server": ntfy.url, "topic": TOPIC})
        changed = await ada.ask(ChangeChannel(id=target.channel_id, name="Hall", config=before.config))
        assert (changed.channel.name, changed.channel.state, changed.code) == ("Hall", LIVE, None)
        assert (await ada.ask(TryChannel(id=target.channel_id))).sent
        everything = await ada.ask(ListChannels())
    [row] = await sql(sandbox, "select * from channels")
    for text in (str(lines), everything.model_dump_json(), repr(everything), str(dict(row))):
        assert TOKEN not in text
    assert everything.most == MOST_CHANNELS


async def test_a_secret_does_not_go_along_to_another_server(ada: Person, ntfy: FakeNtfy) -> None:
    """Else whoever gets hold of a session reads what is never shown by sending it to a server of their own."""
    made = await create(ada, ChannelKind.NTFY, {"server": ntfy.url, "topic": TOPIC, "token": TOKEN})
    elsewhere = {"server": ntfy.url.replace("127.0.0.1", "localhost"), "topic": TOPIC}
    assert elsewhere["server"] != ntfy.url
    moved = await ada.ask(ChangeChannel(id=made.channel.id, name="Mine", config=elsewhere))
    assert moved.channel.secrets == []
    with_slash = {"server": f"{elsewhere['server']}/", "topic": TOPIC}
    for config, secrets in (
        (with_slash | {"token": TOKEN}, ["token"]),
        (with_slash, ["token"]),
        (with_slash | {"user": "ada", "password": "pass word"}, ["password"]),
        (with_slash | {"user": "bert", "password": "another"}, ["password"]),
        (with_slash | {"token": TOKEN}, ["token"]),
        (with_slash | {"token": None}, []),
    ):
        now = await ada.ask(ChangeChannel(id=made.channel.id, name="Mine", config=config))
        assert now.channel.secrets == secrets


async def test_gotify_needs_its_token_again_on_another_server() -> None:
    old = GotifyConfig(server="https://gotify.example.org", token=SecretStr("A4ZudDRdLT40L5X"))
    assert "token" in with_old_secrets(GotifyConfig, {"server": "https://gotify.example.org/"}, old)
    assert "token" not in with_old_secrets(GotifyConfig, {"server": "https://evil.example.net"}, old)
    assert "token" not in with_old_secrets(GotifyConfig, {}, old)


async def test_a_channel_that_leads_elsewhere_has_to_be_verified_again(ada: Person, ntfy: FakeNtfy) -> None:
    target = await with_ntfy(ada, ntfy)
    moved = await ada.ask(
        ChangeChannel(id=target.channel_id, name="Mine", config={"server": ntfy.url, "topic": "another"})
    )
    assert moved.channel.state is ChannelState.UNVERIFIED and moved.code.sent
    assert ntfy.received[-1]["topic"] == "another"
    assert (await verified(ada, moved, ntfy)).channel_id == target.channel_id


async def test_five_wrong_codes_and_the_right_one_is_worth_nothing(ada: Person, ntfy: FakeNtfy) -> None:
    made = await create(ada, ChannelKind.NTFY, {"server": ntfy.url, "topic": TOPIC})
    right = code_in(ntfy.received.pop())
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    tries = [ada.ask(VerifyChannel(id=made.channel.id, code=wrong)) for _ in range(8)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(getattr(each, "code", "") for each in answers) == ["CODE_EXPIRED"] * 3 + ["WRONG_CODE"] * 5
    assert (await refused(ada.ask(VerifyChannel(id=made.channel.id, code=right)))).code == "CODE_EXPIRED"
    assert (await ada.ask(SendChannelCode(id=made.channel.id))).sent
    await ada.ask(VerifyChannel(id=made.channel.id, code=code_in(ntfy.received.pop())))


async def test_no_more_than_five_codes_are_sent_to_one_place(ada: Person, ntfy: FakeNtfy) -> None:
    made = await create(ada, ChannelKind.NTFY, {"server": ntfy.url, "topic": TOPIC})
    tries = [ada.ask(SendChannelCode(id=made.channel.id)) for _ in range(8)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [getattr(each, "code", "sent") for each in answers].count("TOO_MANY_CODES") == 4
    assert len(ntfy.received) == 5
    last = code_in(ntfy.received[-1])
    assert (await refused(ada.ask(SendChannelCode(id=made.channel.id)))).retry_after
    assert last


async def test_a_code_is_good_for_a_quarter_of_an_hour(
    server_urls: Any, tmp_path: Any, ntfy: FakeNtfy
) -> None:
    clock = ManualClock()
    async with sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        await sandbox.start(SERVICE, **allowing(ntfy))
        ada = Person(sandbox, "Ada")
        made = await create(ada, ChannelKind.NTFY, {"server": ntfy.url, "topic": TOPIC})
        clock.advance(timedelta(minutes=15, seconds=1).total_seconds())
        late = VerifyChannel(id=made.channel.id, code=code_in(ntfy.received.pop()))
        assert (await refused(ada.ask(late))).code == "CODE_EXPIRED"
        clock.advance(timedelta(hours=1).total_seconds())
        assert (await ada.ask(SendChannelCode(id=made.channel.id))).sent


async def test_one_target_is_one_channel_and_a_person_has_twenty_at_most(
    ada: Person, ntfy: FakeNtfy, sandbox: Sandbox
) -> None:
    async def make(topic: str) -> str:
        try:
            await create(ada, ChannelKind.NTFY, {"server": ntfy.url, "topic": topic})
        except MediaNestError as error:
            return error.code
        return "made"

    same = await asyncio.gather(*(make(TOPIC) for _ in range(4)))
    assert sorted(same) == ["CHANNEL_EXISTS"] * 3 + ["made"]
    assert [await make(f"topic-{n}") for n in range(MOST_CHANNELS - 2)] == ["made"] * (MOST_CHANNELS - 2)
    last = await asyncio.gather(*(make(f"last-{n}") for n in range(4)))
    assert sorted(last) == ["TOO_MANY_CHANNELS"] * 3 + ["made"]
    # Another person may be told in the same place: a family's room.
    other = Person(sandbox, "Bert")
    assert (await create(other, ChannelKind.NTFY, {"server": ntfy.url, "topic": TOPIC})).channel


async def test_what_is_anothers_is_not_there(ada: Person, ntfy: FakeNtfy, sandbox: Sandbox) -> None:
    target = await with_ntfy(ada, ntfy)
    mallory = Person(sandbox, "Mallory", Role.ADMIN)
    config = {"server": ntfy.url, "topic": "mine-now"}
    for message in (
        GetChannel(id=target.channel_id),
        ChangeChannel(id=target.channel_id, name="x", config=config),
        SendChannelCode(id=target.channel_id),
        VerifyChannel(id=target.channel_id, code="000000"),
        TryChannel(id=target.channel_id),
        DeleteChannel(id=target.channel_id),
        DeleteChannel(id=uuid7()),
    ):
        assert (await refused(mallory.ask(message))).code == "CHANNEL_NOT_FOUND"
    assert (await mallory.ask(ListChannels())).items == []
    await ada.ask(DeleteChannel(id=target.channel_id))
    assert (await ada.ask(ListChannels())).items == []


async def test_wrong_values_are_named_and_not_repeated(ada: Person, ntfy: FakeNtfy) -> None:
    config = {"server": ntfy.url, "topic": "spaced out!", "tokn": "canary"}
    error = await refused(create(ada, ChannelKind.NTFY, config))
    assert sorted(each.field for each in error.errors or []) == ["tokn", "topic"]
    assert "canary" not in str(error.problem()) and "spaced" not in str(error.problem())
    elsewhere = {"server": "http://127.0.0.1:9", "topic": TOPIC}
    assert (await refused(create(ada, ChannelKind.NTFY, elsewhere))).status == 422


async def test_what_this_installation_offers_is_told_with_what_is_missing(ada: Person) -> None:
    kinds = {each.kind: each for each in (await ada.ask(ListChannelKinds())).items}
    assert set(kinds) == set(ChannelKind)
    ntfy = kinds[ChannelKind.NTFY]
    assert ntfy.available and ntfy.needs_code and ntfy.reason is None
    fields = {field.name: field for field in ntfy.fields}
    assert (fields["topic"].required, fields["topic"].secret) == (True, False)
    assert (fields["token"].required, fields["token"].secret) == (False, True)
    assert "reach" not in fields
    mail = kinds[ChannelKind.EMAIL]
    assert not mail.available and "MEDIANEST_SMTP_URL" in (mail.reason or "")
    nowhere = create(ada, ChannelKind.EMAIL, {"address": "ada@example.org"})
    assert (await refused(nowhere)).code == "KIND_UNAVAILABLE"


async def test_the_providers_answer_is_told_in_words_without_its_secret(
    sandbox: Sandbox,
) -> None:
    async with FakeDiscord.start() as discord:
        await sandbox.start(SERVICE, **allowing(discord), discord_url=discord.url)
        ada = Person(sandbox, "Ada")
        address = discord.add_webhook()
        made = await create(ada, ChannelKind.DISCORD, {"url": address})
        target = await verified(ada, made, discord)
        discord.delete_webhook()
        report = await ada.ask(TryChannel(id=target.channel_id))
        assert not report.sent and "404" in report.answer
        assert address.rpartition("/")[2] not in report.answer
        discord.fail_with(429, times=1, retry_after=7)
        slow = await ada.ask(TryChannel(id=target.channel_id))
        assert (slow.sent, slow.retry_after) == (False, 7)
