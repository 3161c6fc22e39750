"""Web Push, against a push service that checks the signature and browsers that decrypt."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from structlog.testing import capture_logs

from medianest.testing import SECRET_KEY
from medianest_common.clock import Clock, ManualClock, SystemClock
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.errors import BadUpstream, Invalid, MediaNestError, TooManyRequests, Unavailable
from medianest_common.security.encryption import KeyRing
from medianest_common.testing.fake_channels import FakePush
from medianest_common.testing.fake_channels.push import Browser, decode
from medianest_common.testing.fake_overseerr.faults import Fault
from medianest_notifications.adapters.channels import web_push
from medianest_notifications.adapters.channels.clients import Clients
from medianest_notifications.adapters.channels.port import ChannelGone, MessageRefused, read_config
from medianest_notifications.adapters.channels.push_crypto import Vapid, encrypt
from medianest_notifications.adapters.channels.web_push import (
    KNOWN_SERVICES,
    WebPushConfig,
    WebPushSender,
    payload,
)
from services.notifications.tests.channel_messages import (
    HOSTILE,
    INBOX,
    MARKS,
    SIGNS,
    clients,
    digest,
    message,
)

VAPID = Vapid.of(KeyRing.parse(SECRET_KEY), contact="mailto:nest@example.org")


def sender(fake: FakePush, *, clock: Clock | None = None, vapid: Vapid = VAPID) -> WebPushSender:
    clock = clock or SystemClock()
    return WebPushSender(clients("push", fake), vapid=vapid, clock=clock, marks=MARKS, inbox=INBOX)


def subscribed(browser: Browser) -> WebPushConfig:
    return read_config(WebPushConfig, browser.to_json(), by_admin=False)


async def test_a_browser_can_read_what_was_sent_and_nobody_in_between() -> None:
    async with FakePush.start() as fake:
        receipt = await sender(fake).send(message(), subscribed(fake.subscribe(VAPID.public_key)))
        body = fake.calls[0].body
    (taken,) = fake.received
    assert receipt.provider_id == "1"
    assert taken["payload"]["title"] == "Dune (2021) is ready"
    assert taken["payload"]["body"] == "Frida’s request can be watched now."
    assert taken["payload"]["link"].endswith("/requests/1") and taken["payload"]["lang"] == "en"
    assert b"Dune" not in body and taken["payload"]["tag"] == taken["topic"]


def test_the_example_of_the_standard_comes_out_as_printed() -> None:
    """RFC 8291, section 5 and appendix A."""
    key = ec.derive_private_key(
        int.from_bytes(decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    browser = decode(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        browser=browser,
        auth=decode("BTBZMqHH6r4Tts7J_aSIgg"),
        key=key,
        salt=decode("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert urlsafe_b64encode(body).rstrip(b"=").decode() == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
        "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_key_stays_the_same_while_the_keyring_changes() -> None:
    """All subscriptions hang on it."""
    first = KeyRing.generate()
    again = Vapid.of(KeyRing.parse(first.dump()), contact="https://nest.example.org")
    assert again.public_key == Vapid.of(first, contact="mailto:a@b.c").public_key != VAPID.public_key
    assert len(decode(again.public_key)) == 65


async def test_the_signature_is_made_for_each_message_and_does_not_last() -> None:
    """web-push-libs/vapid#66: a token made at the start was refused a day later."""
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    async with FakePush.start(clock=clock) as fake:
        made, browser = sender(fake, clock=clock), subscribed(fake.subscribe(VAPID.public_key))
        for _ in range(3):
            await made.send(message(), browser)
            clock.advance(25 * 3600)
    ages = [
        taken["claims"]["exp"] - (datetime(2026, 3, 1, tzinfo=UTC).timestamp() + n * 25 * 3600)
        for n, taken in enumerate(fake.received)
    ]
    assert ages == [12 * 3600] * 3
    assert {taken["claims"]["aud"] for taken in fake.received} == {fake.url}
    assert fake.received[0]["claims"]["sub"] == "mailto:nest@example.org"


async def test_a_later_message_about_the_same_takes_the_place_of_the_earlier() -> None:
    async with FakePush.start() as fake:
        made, browser = sender(fake), subscribed(fake.subscribe())
        again = message()
        for each in (
            message(collapse_key="plex.down"),
            message(collapse_key="plex.down"),
            again,
            again,
            message(),
        ):
            await made.send(each, browser)
    topics = [taken["topic"] for taken in fake.received]
    assert topics[0] == topics[1] and topics[2] == topics[3] and len(set(topics)) == 3
    assert all(len(topic) == 32 for topic in topics)


async def test_urgency_is_told() -> None:
    async with FakePush.start() as fake:
        for urgency in Urgency:
            await sender(fake).send(message(urgency=urgency), subscribed(fake.subscribe()))
    assert [taken["urgency"] for taken in fake.received] == ["low", "normal", "high"]
    assert all(taken["ttl"] >= 24 * 3600 for taken in fake.received)


@pytest.mark.parametrize("times", [1, 60, 1000])
async def test_every_sign_and_any_length_arrives(times: int) -> None:
    async with FakePush.start() as fake:
        made, browser = sender(fake), subscribed(fake.subscribe())
        await made.send(message(title=SIGNS * times, body=f'{SIGNS} "\\ {HOSTILE} ' * times), browser)
        await made.send(digest(times), browser)
    assert len(fake.received) == 2
    for taken in fake.received:
        assert taken["bytes"] <= 4096
        assert (INBOX in taken["payload"]["body"]) is (times > 1)
        assert SIGNS[:10] in taken["payload"]["body"]


def test_a_payload_is_json_and_not_larger_than_all_services_take() -> None:
    body = payload(message(body='"\\\n\u2028' * 5000), inbox=INBOX)
    assert len(body) <= 3900 and json.loads(body)["body"].endswith(INBOX)
    assert json.loads(payload(message(body="", link=None), inbox=INBOX))["link"] == INBOX


async def test_a_browser_that_is_gone_is_gone_and_others_are_not() -> None:
    """towns-protocol/towns#1629: one 410 took the person's other devices down."""
    async with FakePush.start() as fake:
        made, gone, unknown, other = sender(fake), fake.subscribe(), fake.subscribe(), fake.subscribe()
        gone.expired = True
        del fake.browsers[unknown.endpoint.rpartition("/")[2]]
        for browser, status in ((gone, "410"), (unknown, "404")):
            with pytest.raises(ChannelGone, match=status):
                await made.send(message(), subscribed(browser))
        assert (await made.send(message(), subscribed(other))).provider_id
        assert made.fingerprint(subscribed(gone)) != made.fingerprint(subscribed(other))


async def test_a_browser_that_subscribed_with_another_key_has_to_do_so_again() -> None:
    async with FakePush.start() as fake:
        another = Vapid.of(KeyRing.generate(), contact="mailto:a@b.c")
        with pytest.raises(ChannelGone, match="subscribed with another key"):
            await sender(fake).send(message(), subscribed(fake.subscribe(another.public_key)))


@pytest.mark.parametrize(
    "status, reason, kind",
    [
        (400, "VapidPkHashMismatch", ChannelGone),
        (403, "BadJwtToken", Unavailable),
        (403, "ExpiredJwtToken", Unavailable),
        (400, "BadWebPushTopic", MessageRefused),
        (410, "Unregistered", ChannelGone),
    ],
)
def test_apples_reasons_are_understood(status: int, reason: str, kind: type[MediaNestError]) -> None:
    judged = web_push._judge(status, {"reason": reason}, f"It answered {status}.")
    assert type(judged) is kind


@pytest.mark.parametrize(
    "fault, kind",
    [
        (500, BadUpstream),
        (503, Unavailable),
        ("drop", Unavailable),
        (401, Unavailable),
        (413, MessageRefused),
        (400, MessageRefused),
    ],
)
async def test_what_may_pass_is_told_from_what_will_not(fault: Fault, kind: type[MediaNestError]) -> None:
    async with FakePush.start() as fake:
        fake.fail_with(fault)
        with pytest.raises(kind) as ended:
            await sender(fake).send(message(), subscribed(fake.subscribe()))
    assert ended.value.transient is (kind is not MessageRefused)


async def test_a_service_that_has_enough_says_for_how_long() -> None:
    async with FakePush.start() as fake:
        fake.limited_for = 120
        with pytest.raises(TooManyRequests) as limited:
            await sender(fake).send(message(), subscribed(fake.subscribe()))
    assert limited.value.retry_after == 120


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x",
        "https://127.0.0.1/x",
        "https://10.0.0.5/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "https://localhost/x",
        "https://push.example.org:6379/x",
    ],
)
async def test_only_public_services_are_talked_to_and_only_over_tls(endpoint: str) -> None:
    browser = Browser(endpoint)
    config = subscribed(browser)
    made = pusher(frozenset({config.parts.hostname or ""}))
    with pytest.raises(Invalid) as refused:
        await made.check(config)
    assert refused.value.errors and refused.value.errors[0].field == "endpoint"
    with pytest.raises(Unavailable):
        await made.send(message(), config)


def pusher(services: frozenset[str] = KNOWN_SERVICES) -> WebPushSender:
    return WebPushSender(
        clients("push"), vapid=VAPID, clock=SystemClock(), marks=MARKS, inbox=INBOX, services=services
    )


@pytest.mark.parametrize(
    "endpoint, known",
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://web.push.apple.com/x", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("https://FCM.googleapis.com/x", True),
        ("https://somebody.example.org/x", False),
        ("https://fcm.googleapis.com.example.org/x", False),
        ("https://evilpush.apple.com/x", False),
        ("https://storage.googleapis.com/x", False),
        ("https://notify.windows.com@example.org/x", False),
    ],
)
async def test_a_browser_names_the_service_of_its_maker_and_no_third_party(
    endpoint: str, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No code is asked for, so anybody's address would be written to."""

    async def reached(*_: object, **__: object) -> None:
        """Names are not looked up here."""

    monkeypatch.setattr(Clients, "check", reached)
    config = subscribed(Browser(endpoint))
    if known:
        assert await pusher().check(config) == config
        return
    with pytest.raises(Invalid) as refused:
        await pusher().check(config)
    assert refused.value.errors and refused.value.errors[0].field == "endpoint"
    host = config.parts.hostname or ""
    for added in (host, host[host.index(".") :]):
        assert await pusher(KNOWN_SERVICES | {added}).check(config) == config


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "https://push.example.org"},
        {"endpoint": "https://push.example.org//x"},
        {"endpoint": "javascript:alert(1)"},
        {"keys": {"p256dh": "AAAA", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}},
        {"keys": {"p256dh": "B" * 87, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}},
        {"keys": {"auth": "BTBZMqHH6r4Tts7J_aSIgg"}},
        {"keys": {}},
        {"keys": 1},
    ],
)
def test_what_is_no_subscription_is_refused_and_not_repeated(changes: dict[str, Any]) -> None:
    values = Browser("https://push.example.org/x/secret-path").to_json() | changes
    with pytest.raises(Invalid) as refused:
        read_config(WebPushConfig, values, by_admin=True)
    assert refused.value.errors and "secret-path" not in str(refused.value.problem())


async def test_the_endpoint_stays_a_secret() -> None:
    with capture_logs() as lines:
        async with FakePush.start() as fake:
            browser = fake.subscribe()
            browser.expired = True
            config, secret = subscribed(browser), browser.endpoint.rpartition("/")[2]
            with pytest.raises(ChannelGone) as gone:
                await sender(fake).send(message(), config)
            shown = sender(fake).shown(config)
    assert any(line["event"] == "outgoing_call" for line in lines)
    assert secret not in f"{lines} {gone.value.problem()} {shown} {config!r}"
    assert shown == "Browser, by way of 127.0.0.1" and WebPushConfig.restore(config.dump()) == config
