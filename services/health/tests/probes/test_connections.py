"""TCP, TLS, DNS, ping, Docker's socket: what is there, what is not, and what is not to be reached from here."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from medianest.testing import free_port
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import PingSpec, PushSpec
from medianest_common.testing.certificates import cross_signed_by_expired, self_signed
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.adapters import ping
from medianest_health.adapters.ping import PingProbe, Way, echo, way
from medianest_health.adapters.push import heard
from services.health.tests.probes.probing import cut_off, listening, look, ports

UP, DOWN, AUTH, UNKNOWN = MonitorState.UP, MonitorState.DOWN, MonitorState.AUTH, MonitorState.UNKNOWN
DEGRADED = MonitorState.DEGRADED
_METADATA = "169.254.169.254"


async def test_whoever_takes_a_connection_is_up_and_whoever_refuses_it_is_down() -> None:
    async with listening() as port:
        there = await look(kind="tcp", host="localhost", port=port)
    gone = await look(kind="tcp", host="127.0.0.1", port=free_port())

    assert there.outcome is UP
    assert there.latency_ms is not None
    assert (gone.outcome, gone.latency_ms, gone.message) == (DOWN, None, "Thing refuses the connection.")


@pytest.mark.parametrize(
    "kind",
    [{"kind": "tcp", "port": 80}, {"kind": "ping"}, {"kind": "tls"}, {"kind": "dns", "name": "a.example"}],
)
@pytest.mark.parametrize("host", [_METADATA, f"::ffff:{_METADATA}", "fd00:ec2::254"])
async def test_nobody_looks_at_the_metadata_of_a_cloud(kind: dict[str, Any], host: str) -> None:
    asked: dict[str, Any] = {"server": host} if kind["kind"] == "dns" else {"host": host}

    found = await look(**kind, **asked)

    assert (found.outcome, found.message) == (DOWN, "This address is not allowed.")


@pytest.mark.parametrize("kind", [{"kind": "tcp", "port": 1}, {"kind": "tls", "port": 1}])
async def test_while_we_are_cut_off_nothing_is_known(kind: dict[str, Any]) -> None:
    found = await look(**kind, host="127.0.0.1", among=ports(own_trouble=cut_off))

    assert (found.outcome, found.message) == (UNKNOWN, "This machine has no network to reach it by.")


@pytest.mark.parametrize(
    "days, outcome, words",
    [
        (0, UP, None),
        (10, UP, "in 19 days."),
        (24, DEGRADED, "in 5 days."),
        (28, DEGRADED, "in 1 day."),
        (31, DOWN, "expired on"),
    ],
)
async def test_how_long_a_certificate_holds_is_said_anew_every_day(
    tmp_path: Path, days: int, outcome: MonitorState, words: str | None
) -> None:
    """louislam/uptime-kuma#5059: the days that were left stayed as they were."""
    tls, _ = self_signed(tmp_path, "thing.lan")
    clock = ShiftedClock()
    clock.advance(days * 86_400)
    async with listening(tls=tls) as port:
        found = await look(
            kind="tls", host="127.0.0.1", port=port, server_name="thing.lan", among=ports(clock=clock)
        )

    assert found.outcome is outcome
    assert (found.message is None) if words is None else (words in (found.message or ""))
    assert found.certificate
    assert found.certificate.expires_at - datetime.now(UTC) > timedelta(days=29)
    assert len(found.certificate.fingerprint) == 64


async def test_an_authority_in_the_chain_that_has_expired_says_nothing_about_the_certificate(
    tmp_path: Path,
) -> None:
    """louislam/uptime-kuma#3424, #3982: "root CA expires in -652 days"."""
    tls, authority = cross_signed_by_expired(tmp_path, "localhost")
    trusting = ports(authorities=ssl.create_default_context(cafile=authority))
    async with listening(tls=tls, says=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as port:
        by_tls = await look(kind="tls", host="127.0.0.1", port=port, warn_days=[21])
        by_http = await look(kind="http", url=f"https://localhost:{port}/", among=trusting)

    for found in (by_tls, by_http):
        assert (found.outcome, found.message) == (UP, None)
        assert found.certificate
        assert found.certificate.expires_at > datetime.now(UTC)
    assert by_tls.certificate == by_http.certificate


async def test_what_shows_no_certificate_is_down() -> None:
    async with listening(says=b"220 mail.example\r\n") as port:
        found = await look(kind="tls", host="127.0.0.1", port=port)

    assert (found.outcome, found.message) == (DOWN, "Thing broke off the connection.")


class Names(asyncio.DatagramProtocol):
    """A name server that knows a few names."""

    silent = False
    rcode: int | None = None
    answers = {
        ("up.example.", "A"): "192.0.2.7",
        ("up.example.", "TXT"): '"v=spf1 " "-all"',
        ("up.example.", "MX"): "10 mail.example.",
        ("7.2.0.192.in-addr.arpa.", "PTR"): "up.example.",
    }

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self.silent:
            return
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        question = query.question[0]
        name, record = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        if self.rcode is not None:
            answer.set_rcode(dns.rcode.Rcode(self.rcode))
        elif text := self.answers.get((name, record)):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", record, text))
        elif not any(known == name for known, _ in self.answers):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)


@pytest.fixture
async def names() -> AsyncIterator[tuple[Names, dict[str, Any]]]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(Names, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    yield server, {"kind": "dns", "server": "127.0.0.1", "port": port}
    transport.close()


@pytest.mark.parametrize(
    "name, record, expected, outcome, message",
    [
        ("up.example", "A", None, UP, None),
        ("up.example", "A", "192.0.2.7", UP, None),
        ("up.example", "A", "192.0.2.8", DOWN, "up.example has another A record than expected."),
        ("up.example", "TXT", "v=spf1 -all", UP, None),
        ("up.example", "MX", "10 MAIL.example", UP, None),
        ("192.0.2.7", "PTR", "up.example", UP, None),
        ("up.example", "AAAA", None, DOWN, "up.example has no AAAA record."),
        ("gone.example", "A", None, DOWN, "gone.example does not exist."),
    ],
)
async def test_what_a_name_server_answers(
    names: tuple[Names, dict[str, Any]],
    name: str,
    record: str,
    expected: str | None,
    outcome: MonitorState,
    message: str | None,
) -> None:
    found = await look(**names[1], name=name, record=record, expected=expected)

    assert (found.outcome, found.message) == (outcome, message)


async def test_a_name_server_that_fails_or_keeps_silent_is_down(names: tuple[Names, dict[str, Any]]) -> None:
    server, spec = names
    server.rcode = 2
    failing = await look(**spec, name="up.example")
    server.silent = True
    silent = await look(**spec, name="up.example", seconds=0.5)
    unknown = await look(**spec, name="up.example", seconds=0.5, among=ports(own_trouble=cut_off))

    assert failing.message == "The name server could not answer for up.example."
    assert (silent.outcome, silent.latency_ms, silent.message) == (
        DOWN,
        None,
        "Thing did not answer in time.",
    )
    assert unknown.outcome is UNKNOWN


async def test_an_echo_comes_back() -> None:
    found = await look(kind="ping", host="127.0.0.1")

    assert found.outcome is UP
    assert found.latency_ms
    assert (found.message is not None) is (way(ipv6=False) is Way.TCP)


async def test_no_echo_is_a_failure_and_never_0_ms() -> None:
    """TwiN/gatus#72: a dead host was "connected" in 0 ms."""

    async def silence(*_: Any, **__: Any) -> float | None:
        return None

    spec = PingSpec(kind="ping", host="192.0.2.1")
    found = await PingProbe(spec, name="Thing", seconds=1, ports=ports(), echo=silence)()

    assert (found.outcome, found.latency_ms, found.message) == (DOWN, None, "Thing did not answer in time.")


async def test_a_process_that_may_not_send_echoes_knocks_and_says_so() -> None:
    spec = PingSpec(kind="ping", host="127.0.0.1")
    found = await PingProbe(spec, name="Thing", seconds=5, ports=ports(), way=lambda *, ipv6: Way.TCP)()

    assert found.outcome is UP
    assert found.latency_ms
    assert "by TCP" in (found.message or "")


async def test_knocking_where_nothing_answers_takes_no_longer_than_it_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def swallowed(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(ping, "dial", swallowed)

    assert await echo("192.0.2.1", seconds=0.2, by=Way.TCP) is None


_SPEC = PushSpec(kind="push", grace_seconds=60)
_MADE = datetime(2026, 3, 1, tzinfo=UTC)
_DAY_AND_MORE = timedelta(hours=30)


@pytest.mark.parametrize(
    "last, at, outcome",
    [
        (None, timedelta(hours=29), UNKNOWN),
        (None, timedelta(hours=31), DOWN),
        (timedelta(hours=10), timedelta(hours=40, seconds=60), UP),
        (timedelta(hours=10), timedelta(hours=40, seconds=61), DOWN),
        (timedelta(hours=40, seconds=61), timedelta(hours=40, seconds=61), UP),
    ],
)
def test_the_deadline_of_what_reports_follows_from_its_last_report(
    last: timedelta | None, at: timedelta, outcome: MonitorState
) -> None:
    """louislam/uptime-kuma#6866: with an interval of 30 h it never went down if the server was restarted more often.
    #1747: down and up in the same second; a report of that moment counts. #3946: waiting for the first report ends."""
    found = heard(
        _SPEC, interval=_DAY_AND_MORE, since=_MADE, last=None if last is None else _MADE + last, at=_MADE + at
    )

    assert found.outcome is outcome
    assert found.latency_ms is None


@asynccontextmanager
async def docker(path: Path, status: int, body: Any) -> AsyncIterator[dict[str, Any]]:
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        text = json.dumps(body).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        writer.write(head.encode() + text)
        writer.close()

    async with await asyncio.start_unix_server(serve, path=path):
        yield {"kind": "docker", "container": "a/../b", "host": f"unix://{path}"}
    assert all(each.startswith("GET /containers/a%2F..%2Fb/json ") for each in asked)


@pytest.mark.parametrize(
    "state, outcome, words",
    [
        ({"Status": "running"}, UP, None),
        ({"Status": "running", "Health": {"Status": "healthy"}}, UP, None),
        ({"Status": "running", "Health": {"Status": "starting"}}, DEGRADED, "is starting"),
        ({"Status": "running", "Health": {"Status": "unhealthy"}}, DOWN, "not well"),
        ({"Status": "exited", "ExitCode": 137, "OOMKilled": True}, DOWN, "want of memory with code 137"),
        ({"Status": "paused"}, DOWN, "is paused"),
        ({"Status": "restarting"}, DOWN, "keeps being restarted"),
        ({}, DOWN, "does not look like Docker"),
    ],
)
async def test_what_docker_says_of_a_container(
    tmp_path: Path, state: dict[str, Any], outcome: MonitorState, words: str | None
) -> None:
    async with docker(tmp_path / "docker.sock", 200, {"Id": "1", "State": state}) as spec:
        found = await look(**spec)

    assert found.outcome is outcome
    assert (found.message is None) if words is None else (words in (found.message or ""))


@pytest.mark.parametrize("status, outcome", [(404, DOWN), (403, AUTH), (500, DOWN)])
async def test_what_docker_refuses(tmp_path: Path, status: int, outcome: MonitorState) -> None:
    async with docker(tmp_path / "docker.sock", status, {"message": "no"}) as spec:
        assert (await look(**spec)).outcome is outcome


async def test_without_docker_nothing_is_known_of_its_containers(tmp_path: Path) -> None:
    gone = await look(kind="docker", container="plex", host=f"unix://{tmp_path}/nowhere.sock")
    far = await look(kind="docker", container="plex", host="tcp://127.0.0.1:1")

    assert gone.outcome is UNKNOWN
    assert far.outcome is DOWN
