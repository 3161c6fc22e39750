"""What the bus has refused works as soon as the server has read better permissions; nothing has to be started anew."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from medianest.embedded import EmbeddedServers
from medianest.installation import without_user
from medianest.operator_bus import operator_connection
from medianest.testing import SECRET_KEY, eventually
from medianest_common.bus import Handlers, Reach
from medianest_common.bus import violations as heard_of
from medianest_common.bus.retry import next_delay
from medianest_common.bus.topology import ensure, streams_for
from medianest_common.bus.violations import NotPermitted, Violations
from medianest_common.clock import SystemClock
from medianest_common.lifecycle import SERVICES, run
from medianest_common.service import Service
from medianest_common.settings import Settings

_SUBJECT = "rpc.auth.get_jwks"


def test_a_refusal_counts_for_what_was_tried_at_that_time_and_is_tried_again() -> None:
    violations = Violations(service="youtube", clock=SystemClock())
    before = violations.so_far
    violations.heard(Exception(f'nats: Permissions Violation for Publish to "{_SUBJECT}"'))
    with pytest.raises(NotPermitted) as refused:
        violations.raise_for(_SUBJECT, since=before)
    assert next_delay(refused.value, attempt=100)
    violations.raise_for(_SUBJECT, since=violations.so_far)
    violations.raise_for("rpc.auth.other", since=before)


async def test_a_service_that_was_not_let_hear_something_hears_it_once_permissions_are_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heard_of, "_DEAF_SECONDS", 0.1)
    handlers = Handlers("youtube")
    heard: list[bytes] = []

    @handlers.live("live.somebody.else")
    async def hear(subject: str, body: bytes, app: Any) -> None:
        heard.append(body)

    @asynccontextmanager
    async def open_app(runtime: Any) -> AsyncIterator[None]:
        yield

    service = Service(name="youtube", handlers=handlers, open_app=open_app, reach=Reach(pushes=True))
    async with (
        EmbeddedServers(tmp_path, database_url="postgresql://a/b", valkey_url="redis://a") as servers,
        operator_connection(Settings(nats_url=servers.urls.nats_url)) as operator,
    ):
        await ensure(operator.jetstream(timeout=30), streams=streams_for(SERVICES))
        settings = {
            "nats_url": without_user(servers.urls.nats_url),
            "nats_seeds_dir": servers.urls.nats_seeds_dir,
            "valkey_url": "redis://127.0.0.1:9",
            "data_dir": tmp_path,
            "secret_key": SECRET_KEY,
        }
        stop = asyncio.Event()
        ups: list[str] = []
        running = asyncio.create_task(run([service], stop=stop, overrides=settings, ready=ups.append))

        async def tried_twice() -> bool:
            return len(ups) >= 2

        async def is_heard() -> bool:
            await operator.publish("live.somebody.else", b"there?")
            return bool(heard)

        await eventually(tried_twice)
        assert not await is_heard()
        configuration = tmp_path / "servers" / "nats.conf"
        mended = configuration.read_text().replace('"live.youtube.stop"', '"live.youtube.stop", "live.>"')
        configuration.write_text(mended)
        servers.kill("nats", with_signal=signal.SIGHUP)
        await eventually(is_heard, within=60)
        stop.set()
        await asyncio.wait_for(running, 30)
