"""The short way of the line of a message that was handled says the same as the long way of all other lines."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from medianest_common.bus.context import Context, use
from medianest_common.bus.handled_lines import handled
from medianest_common.frequent_lines import frequent_lines
from medianest_common.reporting import service_name
from medianest_common.security.redaction import RedactionProcessor

TOLD = {"kind": "event", "subject": "evt.media.request.created", "outcome": "ok", "event": "message_handled"}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    frequent_lines.open(logging.StreamHandler(stream))
    token = service_name.set("notifications")
    yield stream
    service_name.reset(token)
    frequent_lines.close()


@pytest.mark.parametrize(
    "correlation_id",
    [
        "01a22cd5-6750-7e88-bb7f-8bc8666b9214",
        'a"b\\c\x00\u2028\ud800é\n{"event":"forged"}',
        "mnp_abcdefgh_0123456789",
    ],
    ids=["ours", "hostile", "a token"],
)
def test_both_ways_say_the_same(stream: io.StringIO, correlation_id: str) -> None:
    with use(Context(correlation_id)):
        handled(logging.INFO, TOLD["kind"], TOLD["subject"], TOLD["outcome"], 0.01234, TOLD["event"])
    text = stream.getvalue()
    assert text.endswith("\n") and text.count("\n") == 1 and text.isascii()
    short = json.loads(text)
    event = TOLD | {"ms": 12.3, "correlation_id": correlation_id, "service": "notifications", "level": "info"}
    event["timestamp"] = short["timestamp"]
    long = structlog.processors.JSONRenderer()(None, "info", RedactionProcessor()(None, "info", dict(event)))
    assert short == json.loads(long)
    assert short["timestamp"].endswith("Z")


def test_what_is_not_for_every_log_goes_the_long_way(stream: io.StringIO) -> None:
    with use(Context("c")):
        handled(logging.DEBUG, TOLD["kind"], TOLD["subject"], TOLD["outcome"], 0.0, TOLD["event"])
    assert not stream.getvalue()
