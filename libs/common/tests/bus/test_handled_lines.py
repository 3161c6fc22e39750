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
from medianest_common.logging import configure
from medianest_common.reporting import service_name
from medianest_common.settings import Settings

TOLD = {"kind": "event", "subject": "evt.media.request.created", "outcome": "ok", "event": "message_handled"}


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Where both ways lead, as a service sets them up."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    configure(Settings.model_construct(log_level="info", log_format="json"))
    # A logger that is kept would still lead here after this test.
    structlog.configure(cache_logger_on_first_use=False)
    token = service_name.set("notifications")
    yield stream
    service_name.reset(token)
    frequent_lines.close()
    structlog.configure(**before)
    root.handlers = handlers
    root.setLevel(level)


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
    assert frequent_lines.is_open
    with use(Context(correlation_id)):
        handled(logging.INFO, TOLD["kind"], TOLD["subject"], TOLD["outcome"], 0.01234, TOLD["event"])
        written_short = stream.getvalue()
        frequent_lines.close()
        handled(logging.INFO, TOLD["kind"], TOLD["subject"], TOLD["outcome"], 0.01234, TOLD["event"])
    written_long = stream.getvalue().removeprefix(written_short)
    for text in (written_short, written_long):
        assert text.endswith("\n") and text.count("\n") == 1 and text.isascii()
    short, long = json.loads(written_short), json.loads(written_long)
    first, second = short.pop("timestamp"), long.pop("timestamp")
    assert first <= second and first.endswith("Z") and second.endswith("Z")
    assert short == long and short["ms"] == 12.3


def test_what_is_not_for_every_log_goes_the_long_way(stream: io.StringIO) -> None:
    with use(Context("c")):
        handled(logging.DEBUG, TOLD["kind"], TOLD["subject"], TOLD["outcome"], 0.0, TOLD["event"])
    assert not stream.getvalue()
