"""Mail can be turned off from the mail, browsers come and go, and what a person had goes with the person."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications import ExportUserData, NotificationType
from medianest_common.contracts.notifications.channels import (
    ChannelKind,
    ChannelState,
    ListChannels,
    LookAtSubscription,
    SendChannelCode,
    TryChannel,
    Unsubscribe,
    VerifyChannel,
)
from medianest_common.contracts.notifications.deliveries import DeliveryState, SuppressedFor
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_channels import FakeNtfy, FakePush
from medianest_common.testing.mail_server import MailServer, text_of
from medianest_notifications.service import SERVICE
from services.notifications.tests.channels_of import (
    Target,
    allowing,
    code_in,
    create,
    reaches,
    sql,
    verified,
    with_ntfy,
)
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.test_leaving import leave

P, S = RequestStatus, DeliveryState
ADDRESS = "ada.lovelace@example.org"


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    async with MailServer.start() as server:
        yield server


@pytest.fixture
async def ada(sandbox: Sandbox, post: MailServer) -> Person:
    await sandbox.start(
        SERVICE,
        smtp_url=post.url,
        mail_from="MediaNest <nest@example.org>",
        base_url="https://nest.example.org",
    )
    return Person(sandbox, "Ada")


async def with_mail(person: Person, post: MailServer) -> Target:
    made = await create(person, ChannelKind.EMAIL, {"address": ADDRESS})
    code = code_in(text_of(await post.next("Your code")))
    await person.ask(VerifyChannel(id=made.channel.id, code=code))
    return Target(person, made.channel.id)


def link_of(mail: Any) -> str:
    return str(mail["List-Unsubscribe"]).strip("<>")


def token_of(mail: Any) -> str:
    [token] = parse_qs(urlsplit(link_of(mail)).query)["token"]
    return token


async def test_one_click_in_a_mail_turns_its_like_off_and_nothing_else(
    sandbox: Sandbox, ada: Person, post: MailServer
) -> None:
    """RFC 8058: one POST, no cookie, no page in between."""
    target = await with_mail(ada, post)
    await sandbox.emit(request_event(ada, P.AVAILABLE, version=1))
    mail = await post.next("Ready to watch")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert urlsplit(link_of(mail)).path == "/api/v1/notifications/unsubscribe"
    token = token_of(mail)
    before = await sandbox.bus.call(LookAtSubscription(token=token))
    assert (before.types, before.subscribed) == (["Ready to watch"], True)
    assert ADDRESS not in before.model_dump_json()
    # Looking has changed nothing.
    await sandbox.emit(request_event(ada, P.AVAILABLE, version=1, title="Second"))
    await post.next("Ready to watch: Second")
    for _ in range(2):
        await sandbox.bus.call(Unsubscribe(token=token))
    assert not (await sandbox.bus.call(LookAtSubscription(token=token))).subscribed
    await sandbox.emit(request_event(ada, P.AVAILABLE, version=1, title="Third"))
    report = await reaches(ada, S.SUPPRESSED)
    assert report.reason is SuppressedFor.OFF
    await sandbox.emit(request_event(ada, P.DECLINED, version=1))
    await post.next("Declined")
    assert (await target.now()).state is ChannelState.ACTIVE


async def test_everything_can_be_turned_off_from_a_mail_and_on_again_by_its_owner(
    sandbox: Sandbox, ada: Person, post: MailServer
) -> None:
    target = await with_mail(ada, post)
    await sandbox.emit(request_event(ada, P.AVAILABLE, version=1))
    token = token_of(await post.next("Ready to watch"))
    await sandbox.bus.call(Unsubscribe(token=token, all=True))
    assert (await target.now()).state is ChannelState.DISABLED
    assert [entry.type for entry in await ada.inbox()] == [NotificationType.REQUEST_AVAILABLE]
    await ada.ask(SendChannelCode(id=target.channel_id))
    code = code_in(text_of(await post.next("Your code")))
    assert (await ada.ask(VerifyChannel(id=target.channel_id, code=code))).state is ChannelState.ACTIVE


@pytest.mark.parametrize("token", ["", "nonsense", "AAAA", "é" * 40, "A" * 4000])
async def test_a_link_that_is_not_ours_does_nothing(sandbox: Sandbox, ada: Person, token: str) -> None:
    for message in (LookAtSubscription(token=token), Unsubscribe(token=token, all=True)):
        with pytest.raises(MediaNestError) as error:
            await sandbox.bus.call(message)
        assert error.value.code == "LINK_UNKNOWN"


async def test_a_link_that_was_changed_does_nothing(sandbox: Sandbox, ada: Person, post: MailServer) -> None:
    target = await with_mail(ada, post)
    await sandbox.emit(request_event(ada, P.AVAILABLE, version=1))
    token = token_of(await post.next("Ready to watch"))
    for changed in (token[:-2] + "AA", "A" + token[1:], token + "AAAA"):
        with pytest.raises(MediaNestError):
            await sandbox.bus.call(Unsubscribe(token=changed, all=True))
    assert (await target.now()).state is ChannelState.ACTIVE


async def test_who_reads_mail_at_a_former_address_has_no_say_any_more(
    sandbox: Sandbox, ada: Person, post: MailServer
) -> None:
    target = await with_mail(ada, post)
    await sandbox.emit(request_event(ada, P.AVAILABLE, version=1))
    token = token_of(await post.next("Ready to watch"))
    await sql(sandbox, "update channels set fingerprint = 'another'")
    with pytest.raises(MediaNestError) as error:
        await sandbox.bus.call(LookAtSubscription(token=token))
    assert error.value.code == "LINK_UNKNOWN"
    await sandbox.bus.call(Unsubscribe(token=token, all=True))
    assert (await target.now()).state is ChannelState.ACTIVE


async def test_a_browser_needs_no_code_and_subscribes_again_where_it_was(sandbox: Sandbox) -> None:
    async with FakePush.start() as push:
        await sandbox.start(SERVICE, **allowing(push))
        ada, bert = Person(sandbox, "Ada"), Person(sandbox, "Bert")
        browser = push.subscribe()
        made = await create(ada, ChannelKind.WEB_PUSH, browser.to_json())
        assert (made.channel.state, made.code) == (ChannelState.ACTIVE, None)
        again = await create(ada, ChannelKind.WEB_PUSH, browser.to_json(), name="Laptop")
        assert (again.channel.id, again.channel.name) == (made.channel.id, "Laptop")
        assert (await ada.ask(TryChannel(id=made.channel.id))).sent
        # Somebody else signs in on that browser, which shows what comes to it to whoever sits there.
        theirs = await create(bert, ChannelKind.WEB_PUSH, browser.to_json())
        assert (await ada.ask(ListChannels())).items == []
        assert [each.id for each in (await bert.ask(ListChannels())).items] == [theirs.channel.id]


async def test_a_subscription_that_has_ended_is_turned_off_alone_and_cleared_away(sandbox: Sandbox) -> None:
    """towns-protocol/towns#1629: a 410 is about that endpoint, and not about the browser that subscribed anew."""
    async with FakePush.start() as push:
        await sandbox.start(SERVICE, **allowing(push))
        ada = Person(sandbox, "Ada")
        old, new = push.subscribe(), push.subscribe()
        gone = await create(ada, ChannelKind.WEB_PUSH, old.to_json(), name="Old")
        kept = await create(ada, ChannelKind.WEB_PUSH, new.to_json(), name="New")
        old.expired = True
        await sandbox.emit(request_event(ada, P.AVAILABLE, version=1))
        await eventually(lambda: _is_off(Target(ada, gone.channel.id)))
        assert (await Target(ada, kept.channel.id).now()).state is ChannelState.ACTIVE
        await sql(sandbox, "update channels set updated_at = now() - interval '25 hours'")
        await sandbox.stop("notifications")
        await sandbox.start(SERVICE)
        await eventually(lambda: _only(ada, "New"))


async def test_attack_107_channels_go_with_their_person_and_their_data_is_handed_over_without_secrets(
    sandbox: Sandbox,
) -> None:
    token = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"
    async with FakeNtfy.start() as ntfy:
        ntfy.tokens.add(token)
        await sandbox.start(SERVICE, **allowing(ntfy))
        ada, bert = Person(sandbox, "Ada"), Person(sandbox, "Bert")
        config = {"server": ntfy.url, "topic": "ada-alone", "token": token}
        await verified(ada, await create(ada, ChannelKind.NTFY, config), ntfy)
        await with_ntfy(bert, ntfy)
        for person in (ada, bert):
            await sandbox.emit(request_event(person, P.AVAILABLE, version=1))
            await reaches(person, S.SENT)
        held = await ada.ask(ExportUserData())
        [channel], [delivery] = held.tables["channels"], held.tables["deliveries"]
        assert (channel["kind"], channel["state"], delivery["state"]) == ("ntfy", "active", "sent")
        assert token not in held.model_dump_json() and "ada-alone" not in held.model_dump_json()
        removed = await leave(sandbox, ada)
        assert (removed["channels"], removed["deliveries"], removed["entries"]) == (1, 1, 1)
        assert removed["code_sends"] == len(held.tables["code_sends"]) == 1
        tables = ("channels", "deliveries", "code_sends")
        left = await sql(sandbox, " union all ".join(f"select user_id from {table}" for table in tables))
        assert {row["user_id"] for row in left} == {bert.id}


async def _is_off(target: Target) -> bool:
    return (await target.now()).state is ChannelState.DISABLED


async def _only(person: Person, name: str) -> bool:
    return [each.name for each in (await person.ask(ListChannels())).items] == [name]
