import errno
import socket

import pytest

from medianest.testing import Sandbox
from medianest_common.clock import SystemClock
from medianest_common.contracts.health import MonitorState
from medianest_health.adapters.http_system import HttpSystem
from medianest_health.adapters.network import own_trouble
from medianest_health.adapters.plex import PlexProbe, PlexService


async def test_a_machine_that_answers_or_refuses_is_no_trouble_of_ours() -> None:
    assert await own_trouble("http://127.0.0.1:1/") is None
    assert await own_trouble("http://localhost:1/") is None


async def test_a_name_that_does_not_exist_is_no_trouble_of_ours() -> None:
    async def unknown(_: str) -> list[tuple[int, str]]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert await own_trouble("http://plex.lan:32400", resolve=unknown) is None


async def test_a_name_server_that_does_not_answer_is() -> None:
    async def away(_: str) -> list[tuple[int, str]]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    trouble = await own_trouble("http://plex.lan:32400", resolve=away)

    assert trouble
    assert "looked up" in trouble


@pytest.mark.parametrize(
    "error, word",
    [(errno.ENETUNREACH, "no network"), (errno.ENETDOWN, "no network"), (errno.EMFILE, "more connections")],
)
async def test_no_way_out_is(error: int, word: str) -> None:
    trouble = await own_trouble("http://127.0.0.1:1", route_error=lambda family, address: error)

    assert trouble
    assert word in trouble


async def test_trouble_of_our_own_makes_a_failure_unknown_and_not_down(sandbox: Sandbox) -> None:
    async def offline(_: str) -> str | None:
        return "This machine has no network to reach it by."

    system = HttpSystem("Plex", "http://127.0.0.1:1", seconds=2, clock=SystemClock(), own_trouble=offline)
    finding = await PlexProbe(
        system, token="t", service=PlexService(sandbox.bus, seconds=1), key="its token", required=True
    )()
    await system.aclose()

    assert (finding.outcome, finding.message) == (
        MonitorState.UNKNOWN,
        "This machine has no network to reach it by.",
    )
