"""What a step of a trace costs where nobody traces, and where a collector takes what comes."""

import statistics
import time
from collections.abc import Callable

from bench.table import Row
from medianest_common import tracing
from medianest_common.bus.context import Context, use
from medianest_common.settings import Settings, load
from medianest_common.testing.fake_collector import FakeCollector

ROUNDS = 7
TIMES = 20_000
SPANS = 2_000
OFF, ON = 1.0, 60.0
_ATTRIBUTES: tracing.Attributes = {"rpc.system": "nats", "rpc.method": "rpc.media.request_media"}


async def measure() -> list[Row]:
    context = Context("a-request", traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    bare = _microseconds(lambda: _bare(context), TIMES)
    entering = _microseconds(lambda: _entering(context), TIMES)
    with use(context):
        step = _microseconds(_step, TIMES)
    async with FakeCollector.start() as collector:
        settings = load(Settings, otlp_endpoint=collector.url)
        async with tracing.tracing(settings):
            with use(context):
                # Below the size of the queue, so that none is dropped; encoding and sending are in it.
                on = _microseconds(_step, SPANS)
    off = max(step, entering - bare)
    return [
        Row("a step of a trace, off", f"{off:.2f} µs", f"≤ {OFF:.0f} µs", f"use() {bare:.2f} µs", off <= OFF),
        Row("a step of a trace, recorded", f"{on:.0f} µs", f"≤ {ON:.0f} µs", "", on <= ON),
    ]


def _bare(context: Context) -> None:
    with use(context):
        pass


def _entering(context: Context) -> None:
    with tracing.entering(context, "rpc.media.request_media", "server", _ATTRIBUTES):
        pass


def _step() -> None:
    with tracing.step("rpc.media.request_media", "client", _ATTRIBUTES):
        pass


def _microseconds(run: Callable[[], None], times: int) -> float:
    """Of CPU, of all threads."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(times):
            run()
        rounds.append((time.process_time() - started) / times * 1e6)
    return statistics.median(rounds)
