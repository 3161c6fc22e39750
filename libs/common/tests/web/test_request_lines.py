"""The short way of the line of a request, and the long way of all other lines, say the same."""

import io
import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TextIO

import pytest
import structlog

from libs.common.tests.web.portal import API, Portal
from medianest_common.frequent_lines import frequent_lines
from medianest_common.request_lines import RequestLine
from medianest_common.security.redaction import RedactionProcessor

LINE = RequestLine(
    method="GET",
    route=f"{API}/films/{{tmdb_id}}",
    path=f"{API}/films/7",
    status=200,
    ms=1.5,
    bytes=42,
    client="2001:db8::17",
    user="01a228671d1a7164a79ace9e6f320401",
    correlation_id="abc-123-XYZ",
    service="gateway",
    timestamp="2026-11-29T17:43:19.411418Z",
)


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        LINE._replace(user=None, client=""),
        LINE._replace(route=None, path='/a"b\\c\x00\x1b[31m\u202e\u2028\ud800é\n{"event":"forged"}'),
        LINE._replace(route=None, path="/x?token=0123456789abcdef"),
        LINE._replace(route=None, path="/mnp_abcdefgh_0123456789"),
    ],
    ids=["a route", "nobody", "a hostile path", "a secret", "a token"],
)
def test_both_ways_say_the_same(line: RequestLine) -> None:
    event = {
        "method": line.method,
        "route": line.route or line.path,
        "status": line.status,
        "ms": line.ms,
        "bytes": line.bytes,
        "client": line.client,
        "user": line.user,
        "event": "request",
        "correlation_id": line.correlation_id,
        "service": line.service,
        "level": "info",
        "timestamp": line.timestamp,
    }
    long = structlog.processors.JSONRenderer()(None, "info", RedactionProcessor()(None, "info", event))
    short = line.as_json()
    assert short.endswith("\n") and short.count("\n") == 1 and short.isascii()
    assert json.loads(short) == json.loads(long)


async def test_one_line_is_written_for_each_answer_and_failures_go_the_long_way(portal: Portal) -> None:
    portal.sign_in("good")
    stream = io.StringIO()
    frequent_lines.open(logging.StreamHandler(stream))
    try:
        async with portal.browser("good") as client:
            await client.get(f"{API}/films/7?query=canary")
            await client.get("/health")
            await client.get(f"{API}/nowhere")
    finally:
        frequent_lines.close()
    (line,) = [json.loads(each) for each in stream.getvalue().splitlines()]
    assert (line["route"], line["status"]) == (f"{API}/films/{{tmdb_id}}", 200)
    assert line["user"] == portal.tokens["good"].user_id.hex
    assert line["client"] == "192.0.2.7"
    assert len(line["correlation_id"]) == 32
    assert line["timestamp"].endswith("Z")


@pytest.fixture(params=["whose reader has gone", "that is closed"])
def dead_stream(request: pytest.FixtureRequest) -> Iterator[TextIO]:
    """As stderr is, once whoever collects it has died."""
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w")
    if request.param == "that is closed":
        stream.close()
    yield stream
    # What it still holds cannot go anywhere either.
    with suppress(OSError):
        stream.close()


async def test_a_log_that_cannot_be_written_breaks_no_request(portal: Portal, dead_stream: TextIO) -> None:
    portal.sign_in("good")
    frequent_lines.open(logging.StreamHandler(dead_stream))
    try:
        async with portal.browser("good") as client:
            answers = [(await client.get(f"{API}/films/7")).status_code for _ in range(3)]
    finally:
        frequent_lines.close()
    assert answers == [200, 200, 200]
    with pytest.raises((OSError, ValueError)):
        print("It is dead.", file=dead_stream, flush=True)
