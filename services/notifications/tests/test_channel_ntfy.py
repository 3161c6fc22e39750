"""ntfy, against a server with its limits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import BadUpstream, Invalid, MediaNestError, TooManyRequests, Unavailable
from medianest_common.http import AddressPolicy
from medianest_common.testing.fake_channels import FakeNtfy
from medianest_common.testing.fake_overseerr.faults import Fault
from medianest_notifications.adapters.channels.ntfy import NtfyConfig, NtfySender
from medianest_notifications.adapters.channels.port import ChannelGone, Message, MessageRefused, read_config
from services.notifications.tests.channel_messages import (
    HOSTILE,
    INBOX,
    MARKS,
    SIGNS,
    clients,
    digest,
    message,
)

TOKEN = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"


def sender(fake: FakeNtfy) -> NtfySender:
    return NtfySender(clients("ntfy", fake), marks=MARKS, inbox=INBOX)


def topic(fake: FakeNtfy, name: str = "nest-frida", **more: Any) -> NtfyConfig:
    return NtfyConfig(server=fake.url, topic=name, **more)


async def test_a_message_has_its_title_its_body_and_its_link() -> None:
    async with FakeNtfy.start() as fake:
        receipt = await sender(fake).send(message(), topic(fake))
    (kept,) = fake.received
    assert receipt.provider_id == kept["id"] and kept["topic"] == "nest-frida"
    assert kept["title"] == "Dune (2021) is ready" and kept["click"].endswith("/requests/1")
    assert kept["message"] == "Frida’s request can be watched now."


async def test_a_message_without_a_body_is_its_title_and_not_the_word_triggered() -> None:
    async with FakeNtfy.start() as fake:
        await sender(fake).send(message(body="", link=None), topic(fake))
    assert fake.received[0]["message"] == "Dune (2021) is ready"
    assert "title" not in fake.received[0] and "click" not in fake.received[0]


@pytest.mark.parametrize("times", [1, 100, 1000])
async def test_every_sign_arrives_and_no_length_makes_a_file_of_it(times: int) -> None:
    """activepieces/activepieces#3529, binwiederhier/ntfy#608: a title with a sign of more than ASCII was refused,
    a message of more than 4096 bytes became attachment.txt."""
    async with FakeNtfy.start() as fake:
        await sender(fake).send(message(title=SIGNS, body=f"{SIGNS} {HOSTILE} " * times), topic(fake))
        await sender(fake).send(digest(times), topic(fake))
    assert len(fake.received) == 2
    for kept in fake.received:
        assert "attachment" not in kept and SIGNS in kept["message"]
        assert (INBOX in kept["message"]) is (times > 1)
    assert fake.received[0]["title"] == SIGNS


async def test_urgency_is_a_priority() -> None:
    async with FakeNtfy.start() as fake:
        for urgency in Urgency:
            await sender(fake).send(message(urgency=urgency), topic(fake))
    assert [kept["priority"] for kept in fake.received] == [2, 3, 4]


async def test_a_later_message_about_the_same_takes_the_place_of_the_earlier() -> None:
    async with FakeNtfy.start() as fake:
        for key in ("plex.down", "plex.down", None, None):
            await sender(fake).send(message(collapse_key=key), topic(fake))
    first, second, third, fourth = (kept["sequence_id"] for kept in fake.received)
    assert first == second and len({first, third, fourth}) == 3


@pytest.mark.parametrize("how", ["token", "password"])
async def test_a_private_topic_is_signed_in_to(how: str) -> None:
    async with FakeNtfy.start() as fake:
        fake.private.add("nest-frida")
        fake.tokens.add(TOKEN)
        fake.users["frida"] = "pässword"
        more = (
            {"token": SecretStr(TOKEN)}
            if how == "token"
            else {"user": "frida", "password": SecretStr("pässword")}
        )
        assert (await sender(fake).send(message(), topic(fake, **more))).provider_id
        with pytest.raises(ChannelGone, match="forbidden"):
            await sender(fake).send(message(), topic(fake))
        with pytest.raises(ChannelGone, match="unauthorized"):
            await sender(fake).send(message(), topic(fake, token=SecretStr("tk_wrong_one")))


async def test_one_forbidden_topic_says_nothing_about_others() -> None:
    """binwiederhier/ntfy#1534: a 403 for one topic took all of them down."""
    async with FakeNtfy.start() as fake:
        fake.forbidden.add("not-mine")
        made = sender(fake)
        with pytest.raises(ChannelGone):
            await made.send(message(), topic(fake, "not-mine"))
        assert (await made.send(message(), topic(fake))).provider_id


async def test_too_many_are_tried_again_later() -> None:
    async with FakeNtfy.start() as fake:
        fake.limited = True
        with pytest.raises(TooManyRequests, match="limit reached"):
            await sender(fake).send(message(), topic(fake))


@pytest.mark.parametrize(
    "fault, kind",
    [
        (500, BadUpstream),
        (503, Unavailable),
        ("drop", Unavailable),
        ("html", BadUpstream),
        ("empty", BadUpstream),
        (404, Unavailable),
        (400, MessageRefused),
        (413, MessageRefused),
    ],
)
async def test_what_may_pass_is_told_from_what_will_not(fault: Fault, kind: type[MediaNestError]) -> None:
    """A 404 that is not ntfy's comes from a proxy whose ntfy is just being restarted."""
    async with FakeNtfy.start() as fake:
        fake.fail_with(fault)
        with pytest.raises(kind) as ended:
            await sender(fake).send(message(), topic(fake))
    assert ended.value.transient is (kind is not MessageRefused)


async def test_what_got_through_although_the_answer_was_lost_is_found() -> None:
    async with FakeNtfy.start() as fake:
        made, since = sender(fake), datetime.now(UTC)
        fake.fail_with("drop_mid_body", times=1)
        lost = message(title=SIGNS)
        with pytest.raises(Unavailable):
            await made.send(lost, topic(fake))
        assert len(fake.received) == 1
        assert await made.arrived(lost, topic(fake), since) is True
        assert await made.arrived(message(), topic(fake), since) is None
        assert await made.arrived(lost, topic(fake, "another"), since) is None
        assert await made.arrived(lost, topic(fake), since + timedelta(hours=1)) is None


@pytest.mark.parametrize("knows_sequences", [True, False])
async def test_another_message_with_the_same_words_is_not_taken_for_it(knows_sequences: bool) -> None:
    async with FakeNtfy.start() as fake:
        fake.knows_sequences = knows_sequences
        made, first = sender(fake), message()
        await made.send(first, topic(fake))
        assert await made.arrived(first, topic(fake), first.at) is True
        # A server that is too old to know of numbers has nothing but the words to go by.
        assert (await made.arrived(message(), topic(fake), first.at)) is (None if knows_sequences else True)


async def test_a_server_that_does_not_answer_cannot_tell() -> None:
    async with FakeNtfy.start() as fake:
        fake.fail_with(500)
        found: Message = message()
        assert await sender(fake).arrived(found, topic(fake), found.at) is None


@pytest.mark.parametrize(
    "values",
    [
        {"topic": "a/b"},
        {"topic": ""},
        {"topic": "x" * 65},
        {"topic": "x", "server": "ftp://ntfy.sh"},
        {"topic": "x", "server": "https://user:pw@ntfy.sh"},
        {"topic": "x", "server": "https://ntfy.sh/?a=1"},
        {"topic": "x", "token": "tk_x", "user": "u", "password": "p"},
        {"topic": "x", "user": "u"},
        {"topic": "x", "reach": "operator"},
        {"topic": "x", "more": 1},
    ],
)
def test_wrong_settings_are_named_and_not_repeated(values: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        read_config(NtfyConfig, values, by_admin=True)
    assert refused.value.errors and "user:pw" not in str(refused.value.problem())


@pytest.mark.parametrize(
    "server",
    [
        "http://127.0.0.1:8080",
        "http://10.0.0.5",
        "http://[::1]:80",
        "http://169.254.169.254",
        "http://localhost",
    ],
)
async def test_private_servers_are_for_administrators_and_this_machine_for_nobody(server: str) -> None:
    made = NtfySender(clients("ntfy"), marks=MARKS, inbox=INBOX)
    by_user = read_config(NtfyConfig, {"server": server, "topic": "x"}, by_admin=False)
    by_admin = read_config(NtfyConfig, {"server": server, "topic": "x"}, by_admin=True)
    assert (by_user.reach, by_admin.reach) == (AddressPolicy.USER, AddressPolicy.ADMIN)
    assert NtfyConfig.restore(by_admin.dump()) == by_admin
    with pytest.raises(Invalid):
        await made.check(by_user)
    # Not for good: a name server may lie for a while.
    with pytest.raises(Unavailable):
        await made.send(message(), by_user)
    if "10.0.0.5" in server:
        assert await made.check(by_admin) == by_admin
    else:
        with pytest.raises(Invalid):
            await made.check(by_admin)


async def test_a_host_that_the_operator_vouches_for_is_reached_on_its_port_only() -> None:
    async with FakeNtfy.start() as fake, FakeNtfy.start() as other:
        made = sender(fake)
        assert await made.check(topic(fake))
        for server in (other.url, "http://127.0.0.1"):
            with pytest.raises(Invalid):
                await made.check(NtfyConfig(server=server, topic="x"))


def test_a_topic_is_shown_masked() -> None:
    made = NtfySender(clients("ntfy"), marks=MARKS, inbox=INBOX)
    config = NtfyConfig(topic="frida-secret-topic", token=SecretStr(TOKEN))
    assert made.shown(config) == "ntfy.sh/fr…ic"
    assert made.fingerprint(config) != made.fingerprint(config.model_copy(update={"topic": "other"}))
    assert made.fingerprint(config) == made.fingerprint(config.model_copy(update={"token": None}))
