"""What an Uptime Kuma tells over its socket, and how it is made to tell it."""

import asyncio
from typing import Literal

import pytest
import socketio
from pydantic import SecretStr

from medianest_common.clock import SystemClock
from medianest_common.errors import BadUpstream, MediaNestError, TimedOut, Unavailable
from medianest_common.testing.fake_uptime_kuma import FakeUptimeKuma
from medianest_health.adapters.uptime_kuma import connection
from medianest_health.adapters.uptime_kuma.address import KumaAddress
from medianest_health.adapters.uptime_kuma.errors import (
    KumaBusy,
    KumaCodeRequired,
    KumaNotSetUp,
    KumaSignInRefused,
)
from medianest_health.adapters.uptime_kuma.household import KumaHousehold
from medianest_health.adapters.uptime_kuma.live import read_by_socket

NAMES = {"Media", "Sonarr", "Radarr", "Plex", "Overseerr (flapping)", "qBittorrent port", "Backup job"}


async def read(
    kuma: FakeUptimeKuma, *, password: str | None = "correct horse", code: str | None = None
) -> KumaHousehold:
    return await read_by_socket(
        KumaAddress.of(kuma.url),
        "kuma" if password else "",
        SecretStr(password) if password else None,
        SecretStr(code) if code else None,
        clock=SystemClock(),
    )


async def test_everything_is_read_and_nothing_is_asked_twice(kuma: FakeUptimeKuma) -> None:
    found = await read(kuma)
    assert {monitor.name for monitor in found.monitors} > NAMES
    assert found.version == "2.5.3"
    assert found.maintained == {1: [2, 3]}
    assert [page.slug for page in found.pages] == ["household"]
    assert kuma.asked == {"login": 1, "getMonitorMaintenance": 1}


async def test_what_is_sent_before_it_listens_is_lost_and_so_nothing_is(kuma: FakeUptimeKuma) -> None:
    kuma.socket.listens_after = 60
    async with socketio.AsyncSimpleClient(handle_sigint=False) as hasty:
        await hasty.connect(kuma.url)
        with pytest.raises(socketio.exceptions.TimeoutError):
            await hasty.call("login", {"username": "kuma", "password": "correct horse"}, timeout=0.2)
    assert kuma.lost["login"] == 1

    kuma.socket.listens_after = 0.3
    assert (await read(kuma)).monitors
    assert kuma.lost["login"] == 1


@pytest.mark.parametrize(
    "transports, websockets",
    [(None, "pass"), (None, "refused"), (None, "swallowed"), (["polling"], "pass")],
    ids=["websocket", "refused by a proxy", "swallowed by a proxy", "polling"],
)
async def test_by_whatever_lies_between(
    transports: list[str] | None,
    websockets: Literal["pass", "refused", "swallowed"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "_CLOSE_SECONDS", 0.1)
    if websockets == "swallowed":
        monkeypatch.setattr(connection, "_CONNECT_SECONDS", 3.0)
    # Of what is polled, python-engineio takes sixteen packets by itself; after signing in there are more than fifty.
    async with FakeUptimeKuma.start(transports=transports, prefix="/deep/kuma") as kuma:
        kuma.site.websockets = websockets
        found = await read(kuma)
    assert {monitor.name for monitor in found.monitors} > NAMES
    assert found.ref == f"kuma:{kuma.url.removeprefix('http://')}"


async def test_version_1_never_says_that_one_may_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_DOOR_SECONDS", 0.3)
    async with FakeUptimeKuma.start(version="1.23.16") as kuma:
        found = await read(kuma)
    assert found.version == "1.23.16"
    assert {monitor.name for monitor in found.monitors} > NAMES
    assert next(each for each in found.monitors if each.name == "Radarr").json_path_operator is None


async def test_one_that_is_too_old_for_some_lists(
    kuma: FakeUptimeKuma, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_LATER_SECONDS", 0.5)
    kuma.socket.left_out = {"maintenanceList", "dockerHostList", "statusPageList"}
    found = await read(kuma)
    assert found.monitors
    assert not found.maintenances
    assert not found.pages


async def test_one_without_sign_in_is_not_signed_in_to(kuma: FakeUptimeKuma) -> None:
    kuma.socket.auth_disabled = True
    assert (await read(kuma, password=None)).monitors
    assert kuma.asked["login"] == 0


async def test_second_factor(kuma: FakeUptimeKuma) -> None:
    kuma.socket.code = "123456"
    with pytest.raises(KumaCodeRequired):
        await read(kuma)
    with pytest.raises(KumaSignInRefused, match="code"):
        await read(kuma, code="000000")
    assert (await read(kuma, code="123456")).monitors
    with pytest.raises(KumaSignInRefused, match="used already"):
        await read(kuma, code="123456")


async def test_who_is_told_everything_before_the_answer_does_not_sign_in_again(kuma: FakeUptimeKuma) -> None:
    kuma.socket.dwells = 3600
    assert (await read(kuma)).monitors
    assert kuma.asked["login"] == 1


async def test_a_wrong_password_is_tried_once(kuma: FakeUptimeKuma) -> None:
    with pytest.raises(KumaSignInRefused, match="password"):
        await read(kuma, password="wrong")
    assert kuma.asked == {"login": 1}


async def test_without_an_account(kuma: FakeUptimeKuma) -> None:
    with pytest.raises(KumaSignInRefused, match="Send the user name"):
        await read(kuma, password=None)
    assert not kuma.asked


async def test_too_many_sign_ins_a_minute(kuma: FakeUptimeKuma) -> None:
    now = SystemClock().monotonic()
    kuma.socket._logins.extend([now] * 20)
    with pytest.raises(KumaBusy) as busy:
        await read(kuma)
    assert busy.value.retry_after == 60


async def test_one_that_nobody_has_set_up(kuma: FakeUptimeKuma) -> None:
    kuma.socket.set_up = False
    with pytest.raises(KumaNotSetUp):
        await read(kuma)


async def test_an_answer_that_is_lost_is_asked_for_once_more(
    kuma: FakeUptimeKuma, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_CALL_SECONDS", 2.0)
    monkeypatch.setattr(connection, "_SIGN_IN_SECONDS", 2.0)
    kuma.socket.deaf_to.update({"login": 1, "getMonitorMaintenance": 1})
    assert (await read(kuma)).maintained == {1: [2, 3]}
    kuma.socket.deaf_to["login"] = 2
    with pytest.raises(TimedOut):
        await read(kuma)
    assert kuma.asked["login"] == 4


async def test_monitors_that_never_come(kuma: FakeUptimeKuma, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_LIST_SECONDS", 0.3)
    kuma.socket.left_out = {"monitorList"}
    with pytest.raises(TimedOut):
        await read(kuma)


async def test_one_that_goes_away_in_the_middle(kuma: FakeUptimeKuma) -> None:
    kuma.socket.left_out = {"monitorList"}
    reading = asyncio.create_task(read(kuma))
    while not kuma.asked["login"]:
        await asyncio.sleep(0.01)
    kuma.site.fail_with("refuse")
    with pytest.raises(Unavailable):
        await reading


@pytest.mark.parametrize(
    "fault, error",
    [
        ("refuse", Unavailable),
        ("html", BadUpstream),
        ("nonsense", BadUpstream),
        (500, BadUpstream),
        (404, BadUpstream),
        (401, BadUpstream),
        (503, Unavailable),
    ],
)
async def test_something_else_answers(
    kuma: FakeUptimeKuma, fault: int | str, error: type[MediaNestError]
) -> None:
    kuma.site.fail_with(fault)  # type: ignore[arg-type]
    with pytest.raises(error):
        await read(kuma)
    assert not kuma.asked


async def test_a_status_page_that_cannot_be_read_keeps_nothing_else_back(kuma: FakeUptimeKuma) -> None:
    kuma.site.fail_with(500, path_prefix="/api/status-page")
    found = await read(kuma)
    assert found.monitors
    assert [(each.name, each.type) for each in found.unreadable] == [("household", "status page")]


async def test_monitors_that_are_not_understood_are_named(kuma: FakeUptimeKuma) -> None:
    kuma.monitored.add("Strange", "http", interval={"every": "minute"}, url=["x"])
    kuma.monitored.monitors["77"] = {"nonsense": True}
    found = await read(kuma)
    assert {monitor.name for monitor in found.monitors} > NAMES
    assert [(each.name, each.type) for each in found.unreadable] == [
        ("Strange", "http"),
        ("unnamed", "unknown"),
    ]


async def test_secrets_are_neither_logged_nor_kept(
    kuma: FakeUptimeKuma, capsys: pytest.CaptureFixture[str]
) -> None:
    kuma.socket.code = "123456"
    kuma.monitored.add(
        "Cloud", "http", url="http://c.example/", basic_auth_user="me", basic_auth_pass="hush-hush"
    )
    found = await read(kuma, code="123456")
    told = capsys.readouterr()
    everything = f"{found!r}{told.out}{told.err}"
    for secret in (
        "hush-hush",
        "correct horse",
        "123456",
        "<JWT>",
        "REDACTED",
        "PUSHTOKENPUSHTOKEN",
        "discord",
    ):
        assert secret not in everything
