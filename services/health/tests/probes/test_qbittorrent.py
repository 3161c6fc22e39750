"""qBittorrent in both of its ages: what it answers, and that no wrong password is ever given to it twice."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from medianest.embedded import ServerUrls
from medianest_common.contracts.health import MonitorState
from medianest_common.testing.fake_systems import FakeQbittorrent
from medianest_common.testing.fake_systems.qbittorrent import Age
from medianest_common.testing.fault_proxy import FaultProxy
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.refusals import Refusals
from services.health.tests.probes.probing import cut_off, look, opened, ports

UP, DOWN, AUTH, UNKNOWN = MonitorState.UP, MonitorState.DOWN, MonitorState.AUTH, MonitorState.UNKNOWN
DEGRADED = MonitorState.DEGRADED
_REFUSED = "Thing does not accept its password. It is not tried again until it is another."


@pytest.fixture(params=list(Age))
async def qbittorrent(request: pytest.FixtureRequest) -> AsyncIterator[FakeQbittorrent]:
    async with FakeQbittorrent.start() as fake:
        fake.age = request.param
        yield fake


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
def among(clock: ShiftedClock) -> Ports:
    return ports(clock=clock)


def spec(fake: FakeQbittorrent, **values: Any) -> dict[str, Any]:
    given = {"username": fake.username, "password": fake.password} | values
    return {"kind": "qbittorrent", "url": fake.url, **given}


def sign_ins(fake: FakeQbittorrent) -> int:
    return len(fake.sent("POST", "/api/v2/auth/login"))


async def test_it_signs_in_once_and_stays_signed_in(qbittorrent: FakeQbittorrent, among: Ports) -> None:
    async with opened(**spec(qbittorrent), among=among) as probe:
        found = [await probe() for _ in range(5)]

    assert {(each.outcome, each.message) for each in found} == {(UP, None)}
    assert sign_ins(qbittorrent) == 1


async def test_a_session_that_has_ended_is_begun_again(qbittorrent: FakeQbittorrent, among: Ports) -> None:
    async with opened(**spec(qbittorrent), among=among) as probe:
        await probe()
        qbittorrent.sessions.clear()
        found = await probe()

    assert found.outcome is UP
    assert sign_ins(qbittorrent) == 2


async def test_a_wrong_password_is_no_outage_and_is_given_once(
    qbittorrent: FakeQbittorrent, among: Ports, clock: ShiftedClock
) -> None:
    wrong = spec(qbittorrent, password="wrong")
    for _ in range(3):
        async with opened(**wrong, among=among) as probe:
            for _ in range(5):
                found = await probe()
                assert (found.outcome, found.message) == (AUTH, _REFUSED)
                assert found.latency_ms is not None
                clock.advance(86_400)
    assert sign_ins(qbittorrent) == qbittorrent.refused == 1

    assert (await look(**spec(qbittorrent), among=among)).outcome is UP


async def test_two_who_look_at_once_give_a_wrong_password_once(
    qbittorrent: FakeQbittorrent, among: Ports
) -> None:
    wrong = spec(qbittorrent, password="wrong")

    found = await asyncio.gather(*(look(**wrong, among=among) for _ in range(8)))

    assert {each.outcome for each in found} == {AUTH}
    assert qbittorrent.refused == 1


async def test_another_replica_and_the_next_start_know_of_it_too(
    qbittorrent: FakeQbittorrent, server_urls: ServerUrls
) -> None:
    wrong = spec(qbittorrent, password="wrong, with 🔑")
    async with Redis.from_url(server_urls.valkey_url) as valkey:
        for _ in range(3):
            replica = ports(refusals=Refusals(secret=qbittorrent.url.encode(), valkey=valkey))
            assert (await look(**wrong, among=replica)).outcome is AUTH
        kept = [key async for key in valkey.scan_iter("health:refused:*")]
        assert kept
        assert not [key for key in kept if b"wrong" in key]
        assert qbittorrent.refused == 1

        # Somebody asks by hand, after the password was changed on the other side.
        qbittorrent.password = "wrong, with 🔑"
        replica = ports(refusals=Refusals(secret=qbittorrent.url.encode(), valkey=valkey))
        assert (await look(**wrong, among=replica, afresh=True)).outcome is UP
        assert (await look(**wrong, among=replica)).outcome is UP


async def test_without_valkey_each_process_remembers_by_itself(qbittorrent: FakeQbittorrent) -> None:
    wrong = spec(qbittorrent, password="wrong")
    async with Redis.from_url("redis://127.0.0.1:1") as nobody:
        alone = ports(refusals=Refusals(secret=b"x", valkey=nobody))
        for _ in range(3):
            assert (await look(**wrong, among=alone)).outcome is AUTH

    assert qbittorrent.refused == 1


async def test_what_was_refused_while_valkey_was_away_is_known_once_it_is_back(
    qbittorrent: FakeQbittorrent, server_urls: ServerUrls
) -> None:
    wrong, secret = spec(qbittorrent, password="wrong"), f"away {qbittorrent.url}".encode()
    address = urlsplit(server_urls.valkey_url)
    async with (
        FaultProxy.start(address.hostname or "", address.port or 0) as way,
        Redis.from_url(server_urls.valkey_url.replace(f":{address.port}", f":{way.port}")) as valkey,
    ):
        refusals = Refusals(secret=secret, valkey=valkey)
        way.refuse()
        assert (await look(**wrong, among=ports(refusals=refusals))).outcome is AUTH
        await way.heal()
        for known in (refusals, Refusals(secret=secret, valkey=valkey)):
            assert (await look(**wrong, among=ports(refusals=known))).outcome is AUTH

    assert qbittorrent.refused == 1


async def test_a_lock_out_by_somebody_else_is_no_outage_and_is_waited_for(
    qbittorrent: FakeQbittorrent, among: Ports, clock: ShiftedClock
) -> None:
    qbittorrent.refused = 5
    async with opened(**spec(qbittorrent), among=among) as probe:
        for _ in range(3):
            found = await probe()
            assert found.outcome is AUTH
            assert "locked us out" in (found.message or "")
        assert sign_ins(qbittorrent) == 1
        qbittorrent.refused = 0
        clock.advance(3601)
        assert (await probe()).outcome is UP


async def test_a_cookie_that_gets_lost_does_not_lead_to_endless_sign_ins(
    qbittorrent: FakeQbittorrent, among: Ports
) -> None:
    qbittorrent.keeps_cookies = False
    async with opened(**spec(qbittorrent), among=among) as probe:
        found = [await probe() for _ in range(4)]

    assert {each.outcome for each in found} == {AUTH}
    assert sign_ins(qbittorrent) == 1


async def test_who_lets_everybody_in_needs_no_password(qbittorrent: FakeQbittorrent, among: Ports) -> None:
    qbittorrent.bypass = True
    nothing = spec(qbittorrent, username=None, password=None)

    found = await look(**nothing, among=among, variables="MEDIANEST_QBITTORRENT")

    assert (found.outcome, found.message, sign_ins(qbittorrent)) == (UP, None, 0)


async def test_a_missing_password_is_named_or_only_its_life_is_looked_at(
    qbittorrent: FakeQbittorrent, among: Ports
) -> None:
    nothing = spec(qbittorrent, username=None, password=None)

    by_hand = await look(**nothing, among=among)
    by_setting = await look(**nothing, among=among, variables="MEDIANEST_QBITTORRENT")

    assert by_hand.outcome is UP
    assert (by_setting.outcome, by_setting.message) == (AUTH, "MEDIANEST_QBITTORRENT_PASSWORD is not set.")


async def test_an_api_key_takes_no_sign_in(qbittorrent: FakeQbittorrent, among: Ports) -> None:
    """Those up to 5.1 know of none."""
    keyed = spec(qbittorrent, username=None, password=None, api_key=qbittorrent.api_key)
    right = await look(**keyed, among=among)
    wrong = await look(**(keyed | {"api_key": "qbt_wrong"}), among=among)

    assert right.outcome is (UP if qbittorrent.age is Age.NEW else AUTH)
    assert (wrong.outcome, wrong.message) == (AUTH, "Thing does not accept its API key.")
    assert sign_ins(qbittorrent) == 0


async def test_what_its_transfers_suffer_from(
    qbittorrent: FakeQbittorrent, among: Ports, clock: ShiftedClock
) -> None:
    async with opened(**spec(qbittorrent), among=among) as probe:
        qbittorrent.transfer = qbittorrent.transfer | {"connection_status": "disconnected"}
        qbittorrent.torrents_with_errors = 1
        found = await probe()
        assert found.outcome is DEGRADED
        assert found.message == "it has no connection to the Internet; a torrent has an error"
        clock.advance(60)
        qbittorrent.transfer = qbittorrent.transfer | {"connection_status": "firewalled"}
        qbittorrent.torrents_with_errors = 3
        assert (await probe()).message == "3 torrents have errors"
        qbittorrent.torrents_with_errors = 0
        clock.advance(60)
        assert (await probe()).outcome is UP


@pytest.mark.parametrize("fault", ["refuse", "drop", "nonsense", "empty", 500, 404])
async def test_what_does_not_answer_as_it_should_is_down(
    qbittorrent: FakeQbittorrent, among: Ports, fault: Any
) -> None:
    qbittorrent.fail_with(fault)

    found = await look(**spec(qbittorrent), among=among)

    assert found.outcome is DOWN
    assert sign_ins(qbittorrent) == 0


async def test_a_host_name_that_it_does_not_know_or_a_login_page_is_no_outage(
    qbittorrent: FakeQbittorrent, among: Ports
) -> None:
    faults: list[Any] = [401, "html"]
    for fault in faults:
        qbittorrent.fail_with(fault)
        assert (await look(**spec(qbittorrent), among=among)).outcome is AUTH
        qbittorrent.heal()
    assert sign_ins(qbittorrent) == 0


async def test_silence_is_down_and_our_own_trouble_is_not(qbittorrent: FakeQbittorrent) -> None:
    qbittorrent.fail_with("hang")
    late = await look(**spec(qbittorrent), seconds=0.5)
    cut = await look(**spec(qbittorrent), seconds=0.5, among=ports(own_trouble=cut_off))
    qbittorrent.heal()

    assert (late.outcome, cut.outcome) == (DOWN, UNKNOWN)


async def test_a_sign_in_that_hangs_is_no_outage(qbittorrent: FakeQbittorrent) -> None:
    qbittorrent.fail_with("hang", path_prefix="/api/v2/auth/login")
    found = await look(**spec(qbittorrent), seconds=2)
    qbittorrent.heal()

    assert found.outcome is DEGRADED


async def test_no_password_and_no_key_is_in_what_is_said_or_logged(
    qbittorrent: FakeQbittorrent, among: Ports, capfd: pytest.CaptureFixture[str]
) -> None:
    said = f"{await look(**spec(qbittorrent), among=among)}"
    said += f"{await look(**spec(qbittorrent, password='not-this-one'), among=among)}"
    said += f"{await look(**spec(qbittorrent, api_key=qbittorrent.api_key), among=among)}"
    said += "".join(capfd.readouterr())

    assert "Thing" in said
    assert not [each for each in (qbittorrent.password, "not-this-one", qbittorrent.api_key) if each in said]
