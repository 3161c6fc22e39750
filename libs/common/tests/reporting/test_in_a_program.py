"""Faults of a program with several services, from the log line to the Sentry, over real sockets."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from libs.common.tests.web.portal import API
from medianest.testing import Sandbox, eventually
from medianest_common.bus import Context, use
from medianest_common.contracts.media import CountRequests
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_sentry import FakeSentry

SECRETS = (
    "olive@example.org",
    "198.51.100.23",
    "2001:db8::17",
    "mnp_abcdefgh_0123456789abcdefghijklmnopqrstuv",
    # pragma: allowlist nextline secret
    "eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "https://plex.example.org:32400/library?X-Plex-Token=zzzz",
)
WORD = "hunter2hunter2"
"""Looks like nothing at all: it is with what was being worked on, of which nothing is told."""


@asynccontextmanager
async def _program(
    sandbox: Sandbox, **environment: str
) -> AsyncIterator[tuple[int, asyncio.subprocess.Process]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MEDIANEST_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "libs.common.tests.reporting.faulty",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=plain
        | {
            "MEDIANEST_NATS_URL": sandbox.urls.nats_url,
            "MEDIANEST_VALKEY_URL": sandbox.urls.valkey_url,
            "MEDIANEST_DATA_DIR": str(sandbox.settings["data_dir"]),
            "MEDIANEST_SECRET_KEY": sandbox.settings["secret_key"],
            "MEDIANEST_PORT": str(port),
            "MEDIANEST_LOG_FORMAT": "json",
            "FAULTY_SECRETS": " ".join(SECRETS),
            "FAULTY_WORD": WORD,
            "NO_PROXY": "127.0.0.1",
        }
        | environment,
    )
    try:
        assert process.stdout
        up = {(await asyncio.wait_for(process.stdout.readline(), 60)).strip() for _ in range(2)}
        assert up == {b"media", b"gateway"}, await process.communicate()
        yield port, process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _break_both(sandbox: Sandbox, port: int) -> None:
    with use(Context(correlation_id="the-one-in-media")), pytest.raises(MediaNestError, match="our side"):
        await sandbox.bus.call(CountRequests())
    headers = {
        "Host": "nest.test",
        "Authorization": f"Bearer {WORD}",
        "Cookie": f"mn_at={WORD}",
        "X-Correlation-ID": "the-one-at-the-door",
        "User-Agent": WORD,
    }
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        answer = await client.get(f"{API}/broken?token={WORD}")
    assert answer.status_code == 500


async def test_what_breaks_is_told_with_where_it_was_and_without_what_was_in_it(sandbox: Sandbox) -> None:
    async with (
        FakeSentry.start() as sentry,
        _program(sandbox, MEDIANEST_SENTRY_DSN=sentry.dsn, MEDIANEST_SENTRY_ENVIRONMENT="test") as (
            port,
            process,
        ),
    ):
        await _break_both(sandbox, port)
        await eventually(lambda: _two(sentry))
        told = {event["tags"]["service"]: event for event in sentry.events}
        assert {name: event["tags"]["correlation_id"] for name, event in told.items()} == {
            "media": "the-one-in-media",
            "gateway": "the-one-at-the-door",
        }
        assert told["media"]["transaction"] == "rpc.media.count_requests"
        assert told["gateway"]["transaction"] == f"{API}/broken"
        for event in told.values():
            assert event["release"].startswith("medianest@")
            assert event["environment"] == "test"
            for kind in ("request", "user", "breadcrumbs", "extra", "modules", "contexts", "server_name"):
                assert not event.get(kind)
            frame = event["exception"]["values"][-1]["stacktrace"]["frames"][-1]
            assert frame["context_line"].strip().startswith("raise ")
            assert not {"vars", "abs_path"} & set(frame)
        cause, fault = told["media"]["exception"]["values"]
        assert (cause["type"], cause["value"]) == ("ValueError", "")
        assert fault["type"] == "AttributeError"
        assert fault["value"].startswith("'NoneType' object has no attribute 'count'")
        heard = b"\n".join(sentry.heard)
        assert [secret for secret in (*SECRETS, WORD) if secret.encode() in heard] == []
        said, log = await asyncio.wait_for(process.communicate(b""), 60)
    assert said == b"sentry_sdk True\n"
    assert log.count(b'"rpc_failed"') == log.count(b'"request_failed"') == 1


async def _two(sentry: FakeSentry) -> bool:
    return len(sentry.events) == 2


async def test_without_the_setting_nothing_of_it_is_in_the_process(sandbox: Sandbox) -> None:
    async with _program(sandbox, MEDIANEST_SENTRY_DSN="") as (port, process):
        await _break_both(sandbox, port)
        said, _ = await asyncio.wait_for(process.communicate(b""), 60)
    assert said == b"sentry_sdk False\n"
