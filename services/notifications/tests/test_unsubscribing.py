"""The link of a digest turns off everything that the digest holds, for as long as somebody keeps the mail."""

import base64
import hmac
from collections.abc import AsyncIterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from medianest.embedded import ServerUrls
from medianest.testing import eventually, sandbox_on
from medianest_common.clock import uuid7
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import LookAtSubscription, Unsubscribe
from medianest_common.contracts.notifications.deliveries import DeliveryState, SuppressedFor
from medianest_common.contracts.notifications.preferences import Choice, Mode
from medianest_common.testing.mail_server import MailServer, text_of
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_notifications.unsubscribing import LinkUnknown, read_link, unsubscribe_link
from services.notifications.tests.channels_of import reaches, sql
from services.notifications.tests.household import Person
from services.notifications.tests.test_channels_end import token_of, with_mail
from services.notifications.tests.test_held import known, tell
from services.notifications.tests.waiting import House, mode_of, preferences_of, save

S, T = RequestStatus, NotificationType
KEY, PORTAL = b"k" * 32, "https://nest.example.org"
MOST_IN_A_ROUTE = 300


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    async with MailServer.start() as server:
        yield server


@pytest.fixture
async def house(server_urls: ServerUrls, tmp_path: Path, post: MailServer) -> AsyncIterator[House]:
    clock = ShiftedClock()
    async with sandbox_on(server_urls, tmp_path, clock=clock) as sandbox:
        house = House(sandbox, clock)
        await house.start(smtp_url=post.url, mail_from="nest@example.org", base_url=PORTAL)
        yield house


async def test_one_click_in_a_digest_turns_off_all_that_it_holds(house: House, post: MailServer) -> None:
    ada = await known(Person(house.sandbox, "Ada"))
    channel = (await with_mail(ada, post)).channel_id
    house.at_berlin(12, 1)
    put_off = [
        Choice(type=each, channel_id=channel, mode=Mode.DIGEST)
        for each in (T.REQUEST_AVAILABLE, T.REQUEST_DECLINED, T.REQUEST_APPROVED)
    ]
    await save(ada, *put_off)
    for status, title in ((S.DECLINED, "Cats"), (S.AVAILABLE, "Tron"), (S.AVAILABLE, "Alien")):
        await tell(ada, status, title=title)
    house.at_berlin(12, 15)
    await house.release()
    mail = await post.next("3 notifications")
    assert "Cats" in text_of(mail) and "Tron" in text_of(mail)
    token = token_of(mail)
    # What it held is forgotten meanwhile: the link says by itself what it is about.
    await eventually(partial(_is_sent, ada))
    await sql(house.sandbox, "delete from entries")
    assert await sql(house.sandbox, "select * from deliveries") == []
    look = LookAtSubscription(token=token)
    before = await house.sandbox.bus.call(look)
    assert (set(before.types), before.subscribed) == ({"Request declined", "Ready to watch"}, True)
    await save(ada, Choice(type=T.REQUEST_DECLINED, channel_id=channel, mode=Mode.OFF))
    assert (await house.sandbox.bus.call(look)).types == ["Ready to watch"]

    for _ in range(2):
        done = await house.sandbox.bus.call(Unsubscribe(token=token))
        assert done.types == ["Request declined", "Ready to watch"]
        assert done.channel is not None and "ada.lovelace" not in done.channel
    wanted = await preferences_of(ada)
    off = {T.REQUEST_DECLINED: Mode.OFF, T.REQUEST_AVAILABLE: Mode.OFF, T.REQUEST_APPROVED: Mode.DIGEST}
    assert {each: mode_of(wanted, each, channel) for each in off} == off
    assert mode_of(wanted, T.REQUEST_FAILED, channel) is Mode.NOW
    assert not (await house.sandbox.bus.call(look)).subscribed
    await tell(ada, S.DECLINED, title="Dogs")
    assert (await reaches(ada, DeliveryState.SUPPRESSED)).reason is SuppressedFor.OFF


def test_a_link_has_room_for_some_of_everything() -> None:
    channel = uuid7()
    link = unsubscribe_link(KEY, channel, list(T), fingerprint="here", portal=PORTAL)
    [token] = parse_qs(urlsplit(link).query)["token"]
    assert len(token) <= MOST_IN_A_ROUTE
    read = read_link(KEY, token)
    assert (read.channel_id, read.types) == (channel, list(T)), "no two types have the same mark"
    assert read.is_for("here") and not read.is_for("there")


@pytest.mark.parametrize("type", T)
def test_links_in_mail_of_former_versions_still_work(type: NotificationType) -> None:
    channel, fingerprint = uuid7(), "here"
    read = read_link(KEY, _signed(channel.bytes + sha256(fingerprint.encode()).digest()[:8] + type.encode()))
    assert (read.channel_id, read.types, read.is_for(fingerprint)) == (channel, [type], True)


@pytest.mark.parametrize("about", [b"\0", b"\0abc", b"request.never_heard_of", b"\xff"])
def test_a_link_about_what_there_is_no_more_says_where_to_go(about: bytes) -> None:
    with pytest.raises(LinkUnknown) as error:
        read_link(KEY, _signed(uuid7().bytes + b"whatever" + about))
    assert error.value.detail and "settings" in error.value.detail


async def _is_sent(person: Person) -> bool:
    rows = await sql(person.sandbox, "select state from deliveries")
    return {row["state"] for row in rows} == {"sent"}


def _signed(named: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(KEY, named, sha256)[:16] + named).rstrip(b"=").decode()
