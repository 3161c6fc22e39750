"""What is said of one of our own services, by how many of its replicas answer, and what they answer."""

from collections.abc import Collection
from dataclasses import dataclass, field

import pytest
from nats.aio.msg import Msg

from medianest.testing import Sandbox
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.platform import Check, CheckStatus, Question, Readiness, each_subject
from medianest_health.adapters.own import ServiceProbe

OK, BAD, DOWN = CheckStatus.OK, CheckStatus.DEGRADED, CheckStatus.DOWN


@dataclass
class Known:
    """As the roster and its table say."""

    there: set[str] = field(default_factory=set)
    missing: int = 0
    is_away: bool = False

    def present(self) -> Collection[str]:
        return self.there

    async def missed(self) -> int:
        if self.is_away:
            raise OSError
        return self.missing


@pytest.fixture
def known() -> Known:
    return Known()


@pytest.fixture
def probe(sandbox: Sandbox, known: Known) -> ServiceProbe:
    return ServiceProbe("media", bus=sandbox.bus, seconds=2, clock=sandbox.clock, companions=known)


async def answers(sandbox: Sandbox, known: Known, *statuses: CheckStatus) -> None:
    """One replica for each, as it would answer."""
    for number, status in enumerate(statuses):
        readiness = Readiness(
            service="media",
            instance=f"box-{number}",
            version="1",
            status=status,
            checks=[Check(name="postgresql", status=status, message="away")],
            uptime_seconds=1,
        )
        known.there.add(readiness.instance)

        async def answer(question: Msg, body: bytes = readiness.model_dump_json().encode()) -> None:
            await question.respond(body)

        await sandbox.nats.subscribe(each_subject("media", Question.READINESS), cb=answer)
    await sandbox.nats.flush()


@pytest.mark.parametrize(
    "statuses, missing, silent, state, message",
    [
        ([OK], 0, 0, MonitorState.UP, None),
        ([OK, OK, OK], 0, 0, MonitorState.UP, None),
        ([DOWN], 0, 0, MonitorState.DOWN, "postgresql: away"),
        ([BAD], 0, 0, MonitorState.DEGRADED, "postgresql: away"),
        ([OK, OK], 1, 0, MonitorState.DEGRADED, "1 of 3 replicas has vanished"),
        ([OK], 2, 0, MonitorState.DEGRADED, "2 of 3 replicas have vanished"),
        ([OK], 0, 1, MonitorState.DEGRADED, "1 of 2 replicas does not answer"),
        ([OK, DOWN], 0, 0, MonitorState.DEGRADED, "1 of 2 replicas: postgresql: away"),
        ([DOWN, DOWN], 0, 0, MonitorState.DOWN, "2 of 2 replicas: postgresql: away"),
        ([], 0, 2, MonitorState.DOWN, "The media service did not answer in time."),
        ([], 2, 0, MonitorState.DOWN, "The media service is not running."),
    ],
)
async def test_it_is_down_only_if_none_works_and_degraded_if_one_is_missing_or_not_well(
    sandbox: Sandbox,
    known: Known,
    probe: ServiceProbe,
    statuses: list[CheckStatus],
    missing: int,
    silent: int,
    state: MonitorState,
    message: str | None,
) -> None:
    await answers(sandbox, known, *statuses)
    known.missing = missing
    known.there |= {f"silent-{number}" for number in range(silent)}
    found = await probe()
    assert (found.outcome, found.message) == (state, message)


async def test_a_database_that_cannot_say_who_is_missed_is_no_fault_of_the_service(
    sandbox: Sandbox, known: Known, probe: ServiceProbe
) -> None:
    await answers(sandbox, known, OK)
    known.is_away = True
    assert (await probe()).outcome is MonitorState.UP


async def test_nonsense_is_no_answer(sandbox: Sandbox, known: Known, probe: ServiceProbe) -> None:
    async def answer(question: Msg) -> None:
        await question.respond(b"<html>")

    await sandbox.nats.subscribe(each_subject("media", Question.READINESS), cb=answer)
    await sandbox.nats.flush()
    assert (await probe()).outcome is MonitorState.DOWN
