"""Where a trace begins, who decides whether it is recorded, and that a collector in trouble is nobody else's trouble.

The whole tree across services is walked in `tests/e2e/test_seeing.py`."""

import subprocess
import sys
import time

import pytest
from prometheus_client import REGISTRY

from libs.common.tests.web.portal import API, MakePortal
from medianest.testing import eventually
from medianest_common import tracing
from medianest_common.bus.context import Context, use
from medianest_common.clock import SystemClock
from medianest_common.settings import Settings, SettingsError, load
from medianest_common.testing.fake_collector import FakeCollector, Span
from medianest_common.tracing.otlp import QUEUE
from medianest_common.valkey import Away, Reach

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00"
PROXY, STRANGER = ("10.0.0.1", 5000), ("203.0.113.9", 5000)


def _settings(collector: FakeCollector, *, share: float = 1) -> Settings:
    return load(Settings, otlp_endpoint=collector.url, trace_sample=share)


def _requests(collector: FakeCollector) -> list[Span]:
    """Without what they ask of Valkey."""
    return [span for span in collector.spans if span.name != "valkey"]


async def test_a_request_is_a_span_under_its_correlation_id(make: MakePortal) -> None:
    async with FakeCollector.start() as collector:
        async with tracing.tracing(_settings(collector)):
            portal = make()
            async with portal.client() as client:
                answer = await client.get(f"{API}/films/7")
                await client.get(f"{API}/broken")
                await client.get("/health")
                await client.get(f"{API}/nobody/knows/this")
        spans = {span.name: span for span in _requests(collector)}
        assert set(spans) == {f"GET {API}/films/{{tmdb_id}}", f"GET {API}/broken", "GET unmatched"}
        film = spans[f"GET {API}/films/{{tmdb_id}}"]
        assert (film.trace_id, film.parent_id) == (answer.headers["x-correlation-id"], "")
        assert film.attributes["http.response.status_code"] == 200
        assert [name for name, span in spans.items() if span.failed] == [f"GET {API}/broken"]
        assert b"secret reason" not in b"".join(collector.heard)
        assert b"nobody" not in b"".join(collector.heard)


async def test_a_trace_goes_on_where_a_proxy_of_ours_began_it_and_a_stranger_decides_nothing(
    make: MakePortal,
) -> None:
    async with FakeCollector.start() as collector:
        async with tracing.tracing(_settings(collector)):
            portal = make()
            for address, given in ((PROXY, SAMPLED), (PROXY, UNSAMPLED), (STRANGER, UNSAMPLED)):
                async with portal.client(client=address, headers={"traceparent": given}) as client:
                    assert (await client.get(f"{API}/films/7")).status_code == 200
        of_proxy, of_stranger = _requests(collector)
        assert (of_proxy.trace_id, of_proxy.parent_id) == (TRACE, PARENT)
        assert of_stranger.trace_id != TRACE and not of_stranger.parent_id


async def test_of_what_is_not_sampled_nothing_is_sent(make: MakePortal) -> None:
    async with FakeCollector.start() as collector:
        async with tracing.tracing(_settings(collector, share=0)):
            portal = make()
            async with portal.client() as client:
                inside = (await client.get(f"{API}/context")).json()["traceparent"]
            async with portal.client(client=PROXY, headers={"traceparent": SAMPLED}) as client:
                await client.get(f"{API}/films/7")
        assert not tracing.is_followed(inside), "and those who are asked know it"
        assert [span.parent_id for span in _requests(collector)] == [PARENT]


async def test_a_collector_that_hangs_costs_spans_and_nobody_waits() -> None:
    dropped = REGISTRY.get_sample_value("medianest_trace_spans_total", {"outcome": "dropped"}) or 0
    async with FakeCollector.start() as collector:
        collector.may_answer.clear()
        async with tracing.tracing(_settings(collector)):
            for number in range(QUEUE + 2000):
                with tracing.entering(Context(f"number-{number}"), "work", "internal"):
                    pass
            began = time.monotonic()
        assert time.monotonic() - began < tracing.LEAVING_SECONDS + 30, "not for as long as it hangs"
    now = REGISTRY.get_sample_value("medianest_trace_spans_total", {"outcome": "dropped"}) or 0
    assert now - dropped >= 1000


async def test_a_collector_that_refuses_is_asked_again_with_what_comes_next() -> None:
    async with FakeCollector.start() as collector:
        collector.refusal = 400
        async with tracing.tracing(_settings(collector)):
            lost = _counted("lost")
            with tracing.entering(Context("first"), "refused", "internal"):
                pass
            await eventually(lambda: _more_than(lost), within=60)
            collector.refusal = None
            with tracing.entering(Context("second"), "taken", "internal"):
                pass
            await eventually(lambda: _named(collector, "taken"), within=60)
        assert {span.name for span in collector.spans} == {"taken"}


async def test_failures_are_named_and_their_words_stay_here() -> None:
    async with FakeCollector.start() as collector:
        async with tracing.tracing(_settings(collector)):
            with pytest.raises(ValueError), tracing.entering(Context("a"), "breaks", "internal"):  # noqa: PT011
                raise ValueError("olive@example.org")
        [span] = collector.spans
        assert (span.failed, span.attributes["error.type"]) == (True, "ValueError")
        assert b"olive" not in collector.heard[0]


async def test_without_a_trace_nothing_begins_below_it() -> None:
    async with FakeCollector.start() as collector:
        async with tracing.tracing(_settings(collector)):
            with use(Context("nobody-asked")), tracing.step("statement", "client"):
                assert tracing.begin("another", "client") is None
        assert collector.spans == []


def test_who_traces_nothing_reads_nothing_of_it() -> None:
    program = (
        "import sys, medianest_common.lifecycle, medianest_common.web.stack, medianest_common.tracing as t\n"
        "assert not t.is_on()\n"
        "print([name for name, module in sys.modules.items() if module and name.startswith("
        "('opentelemetry.sdk.', 'opentelemetry.exporter', 'google.protobuf', 'requests'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("address", ["collector:4318", "ftp://collector", "/v1/traces"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="MEDIANEST_OTLP_ENDPOINT"):
        load(Settings, otlp_endpoint=address)


def test_opentelemetrys_own_variables_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tracing.endpoint_of(load(Settings)) is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://theirs:4318/")
    assert tracing.endpoint_of(load(Settings)) == "http://theirs:4318/v1/traces"
    assert tracing.endpoint_of(load(Settings, otlp_endpoint="http://ours")) == "http://ours/v1/traces"


def _counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("medianest_trace_spans_total", {"outcome": outcome}) or 0


async def _more_than(lost: float) -> bool:
    return _counted("lost") > lost


async def _named(collector: FakeCollector, name: str) -> list[Span]:
    return [span for span in collector.spans if span.name == name]


async def test_a_question_to_valkey_is_a_span_that_names_no_key() -> None:
    async with FakeCollector.start() as collector:
        async with tracing.tracing(_settings(collector)):
            reach = Reach(clock=SystemClock())

            async def answers() -> str:
                return "secret value"

            async def is_away() -> str:
                raise OSError

            with tracing.entering(Context("4bf92f3577b34da6a3ce929d0e0e4736"), "work", "internal"):
                assert await reach.ask(answers) == "secret value"
                with pytest.raises(Away):
                    await reach.ask(is_away)
        work = next(span for span in collector.spans if span.name == "work")
        asked = [span for span in collector.spans if span.name == "valkey"]
        assert [span.failed for span in asked] == [False, True]
        assert {span.parent_id for span in asked} == {work.id}
        assert asked[0].attributes == {"db.system.name": "valkey"}
