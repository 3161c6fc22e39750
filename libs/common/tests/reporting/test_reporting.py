"""What is told of a fault, how often, and what it costs when nobody listens."""

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr
from structlog.processors import JSONRenderer
from structlog.stdlib import ProcessorFormatter

from medianest.testing import eventually
from medianest_common.clock import Clock, ManualClock, SystemClock
from medianest_common.errors import Unavailable
from medianest_common.reporting import LEAVING_SECONDS, reporting, tell_of_faults
from medianest_common.reporting.bound import ALL_SECONDS, FAULT_SECONDS, IN_ALL, PER_FAULT, Bound
from medianest_common.reporting.scrubbing import scrub
from medianest_common.settings import Settings, SettingsError, load
from medianest_common.testing.fake_sentry import FakeSentry

NOBODY = "http://0123456789abcdef@127.0.0.1:9/1"
WORD = "hunter2hunter2"
"""What somebody has typed; it looks like nothing that could be found by its looks."""


@pytest.fixture(autouse=True)
def _without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def _settings(dsn: str) -> Settings:
    return Settings(sentry_dsn=SecretStr(dsn))


def _break(error: Exception, *, event: str = "it_broke", method: str = "error", **members: Any) -> None:
    """As structlog would call it for `log.exception(event, …)`."""
    try:
        raise error
    except Exception:
        line = {"event": event, "exc_info": True, **members}
        assert tell_of_faults(None, method, line) == line


def _count(outcome: str) -> float:
    return REGISTRY.get_sample_value("medianest_faults_total", {"outcome": outcome}) or 0


async def _told(sentry: FakeSentry, number: int) -> None:
    async def there() -> bool:
        return len(sentry.events) >= number

    await eventually(there)
    assert len(sentry.events) == number


async def test_a_line_with_an_exception_is_told_and_any_other_is_not() -> None:
    async with FakeSentry.start() as sentry, reporting(_settings(sentry.dsn)):
        tell_of_faults(None, "error", {"event": "no exception"})
        tell_of_faults(None, "error", {"event": "none", "exc_info": False})
        _break(KeyError("x"), method="warning")
        _break(Unavailable("Plex is away."))
        _break(ConnectionRefusedError("nobody there"))
        _break(KeyError("x"), subject="rpc.media.count_requests", correlation_id="abcdefgh")
        await _told(sentry, 1)
    (event,) = sentry.events
    assert event["tags"] == {"service": "medianest", "correlation_id": "abcdefgh", "event": "it_broke"}
    assert event["transaction"] == "rpc.media.count_requests"
    _break(KeyError("after the block"))
    assert len(sentry.events) == 1


async def test_whatever_way_an_exception_is_handed_over_it_is_told() -> None:
    """Loggers of the standard library hand over three things, structlog one of two."""
    error = ValueError("x")
    async with FakeSentry.start() as sentry, reporting(_settings(sentry.dsn)):
        for handed in (error, (ValueError, error, None)):
            tell_of_faults(
                None, "error", {"event": f"as_{type(handed).__name__.lower()}", "exc_info": handed}
            )
        await _told(sentry, 2)
    assert {event["tags"]["event"] for event in sentry.events} == {"as_valueerror", "as_tuple"}


async def test_a_sentence_of_a_library_is_not_told_and_makes_no_fault_of_its_own() -> None:
    """asyncio names the task and what it has raised, which is another sentence each time."""
    formatter = ProcessorFormatter(foreign_pre_chain=[tell_of_faults], processor=JSONRenderer(default=str))
    before = _count("held back")
    async with FakeSentry.start() as sentry, reporting(_settings(sentry.dsn)):
        for number in range(2 * PER_FAULT):
            try:
                raise ValueError(WORD)
            except ValueError as error:
                sentence = f"Task exception was never retrieved <Task-{number}> {error!r}"
                record = logging.LogRecord("asyncio", logging.ERROR, "", 0, sentence, (), sys.exc_info())
                formatter.format(record)
        await _told(sentry, PER_FAULT)
        assert _count("held back") - before == PER_FAULT
    assert {event["tags"]["event"] for event in sentry.events} == {"asyncio"}
    assert {event["transaction"] for event in sentry.events} == {"asyncio"}
    assert WORD.encode() not in b"".join(sentry.heard)


async def test_a_sentence_of_our_own_is_not_told_and_makes_no_fault_of_its_own() -> None:
    before = _count("held back")
    async with FakeSentry.start() as sentry, reporting(_settings(sentry.dsn)):
        for number in range(2 * PER_FAULT):
            _break(KeyError("x"), event=f"could not do {number} for {WORD}\n")
        await _told(sentry, PER_FAULT)
        assert _count("held back") - before == PER_FAULT
    assert {event["tags"].get("event") for event in sentry.events} == {None}
    assert WORD.encode() not in b"".join(sentry.heard)


async def test_a_fault_that_comes_again_and_again_is_told_a_few_times() -> None:
    clock = ManualClock()
    before = _count("held back")
    async with FakeSentry.start() as sentry, reporting(_settings(sentry.dsn), clock=clock):
        for _ in range(200):
            _break(KeyError("x"))
        await _told(sentry, PER_FAULT)
        assert _count("held back") - before == 200 - PER_FAULT
        clock.advance(FAULT_SECONDS)
        _break(KeyError("x"))
        await _told(sentry, PER_FAULT + 1)
    assert sentry.events[-1]["tags"]["held_back"] == str(200 - PER_FAULT)


def test_many_different_faults_are_bounded_together_and_cost_no_memory() -> None:
    clock = ManualClock()
    bound = Bound(clock=clock)
    assert sum(bound.take(f"fault {number}") is not None for number in range(2000)) == IN_ALL
    clock.advance(ALL_SECONDS)
    assert bound.take("another") == 0
    assert len(bound._told) <= 500
    assert len(bound._held_back) <= 500


@pytest.mark.parametrize("how", ["refuses", "hangs", "has enough"])
async def test_a_sentry_that_is_away_costs_nothing(how: str) -> None:
    """Nobody waits for it: not whoever has the fault, and at the end no longer than a second."""
    async with FakeSentry.start() as sentry:
        dsn = NOBODY if how == "refuses" else sentry.dsn
        if how == "hangs":
            sentry.may_answer.clear()
        if how == "has enough":
            sentry.refusal = (429, {"Retry-After": "60"})
        loop = asyncio.get_running_loop()
        async with reporting(_settings(dsn)):
            began = time.thread_time()
            for number in range(3 * IN_ALL):
                _break(KeyError("x"), event=f"fault_{number}")
            spent = time.thread_time() - began
            if how == "has enough":
                await eventually(lambda: _was_asked(sentry))
            leaving = loop.time()
        took = loop.time() - leaving
        # A hundred times less than a process that waits for it, also on a machine that is much slower.
        assert spent < 3
        assert took < LEAVING_SECONDS + 3
        sentry.may_answer.set()
        if how == "has enough":
            assert sentry.asked < 5, "it was heard, and is left alone"


async def _was_asked(sentry: FakeSentry) -> bool:
    return sentry.asked > 0


async def test_a_reporter_that_breaks_breaks_nothing() -> None:
    class Broken(SystemClock):
        def monotonic(self) -> float:
            raise RuntimeError("no time")

    before = _count("failed")
    clock: Clock = Broken()
    async with reporting(_settings(NOBODY), clock=clock):
        _break(KeyError("x"))
    assert _count("failed") == before + 1


def test_what_nobody_has_thought_of_is_not_told() -> None:
    """Whatever a newer SDK or an integration would add."""
    event = {
        "event_id": "1",
        "user": {"ip_address": "198.51.100.23"},
        "request": {"data": "x", "cookies": {"mn_at": "x"}},
        "breadcrumbs": {"values": [{"message": "x"}]},
        "extra": {"x": 1},
        "contexts": {"device": {"name": "olives-laptop"}},
        "tags": {"service": "media", "email": "olive@example.org", "event": "told olive@example.org"},
        "exception": {
            "values": [
                {
                    "type": "TypeError",
                    "value": "not for 198.51.100.23 or fe80::1 or olive@example.org at https://x.example/?t=1",
                    "stacktrace": {
                        "frames": [{"function": "f", "vars": {"x": 1}, "abs_path": "/home/olive"}]
                    },
                    "mechanism": {"type": "logging", "data": {"x": 1}, "meta": {"errno": 1}},
                }
            ]
        },
    }
    assert scrub(event) == {
        "event_id": "1",
        "tags": {"service": "media", "event": "told [hidden]"},
        "exception": {
            "values": [
                {
                    "type": "TypeError",
                    "module": None,
                    "value": "not for [hidden] or [hidden] or [hidden] at [hidden]",
                    "stacktrace": {"frames": [{"function": "f"}]},
                    "mechanism": {"type": "logging"},
                }
            ]
        },
    }


@pytest.mark.parametrize(
    "dsn",
    [
        "sentry.example.org/1",
        "https://sentry.example.org/1",
        "https://key@sentry.example.org/",
        "ftp://key@x/1",
    ],
)
def test_what_is_no_address_of_a_project_is_refused_at_the_start(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIANEST_SENTRY_DSN", dsn)
    with pytest.raises(SettingsError, match="MEDIANEST_SENTRY_DSN: must be like"):
        load(Settings)


@pytest.mark.parametrize("make", [str, lambda dsn: f" {dsn}\n"])
def test_an_address_of_a_project_is_taken(make: Callable[[str], str]) -> None:
    dsn = "https://key@sentry.example.org/sub/42"
    found = Settings(sentry_dsn=SecretStr(make(dsn))).sentry_dsn
    assert found is not None and found.get_secret_value() == dsn
