"""What one request led to can be followed through all services: as one tree of spans, by one id in the log, and in
figures whose names are those that rules and dashboards ask for."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from medianest.testing import eventually
from medianest_common.testing.fake_collector import FakeCollector, Span
from tests.monitoring import Asked, asked_by_dashboards, asked_by_rules, exposed
from tests.world import METRICS_TOKEN, World, world

FILM = 603
NOTE = "a wish that is nobody else's business"
DOOR = "POST /api/v1/media/request"
HOPS = {
    ("medianest-gateway", "server", DOOR),
    ("medianest-gateway", "client", "rpc.media.request_media"),
    ("medianest-media", "server", "rpc.media.request_media"),
    ("medianest-media", "client", "INSERT media"),
    ("medianest-media", "producer", "evt.media.request.created"),
    ("medianest-notifications", "consumer", "notifications__request_created"),
    ("medianest-notifications", "client", "INSERT notifications"),
    ("medianest-media", "producer", "job.media.submit_request"),
    ("medianest-media", "consumer", "media__submit_request"),
    ("medianest-media", "client", "POST Overseerr"),
    ("medianest-notifications", "producer", "push.user.*"),
    ("medianest-gateway", "consumer", "push.user.*"),
    ("medianest-gateway", "producer", "live frame"),
}
LINES = {
    ("gateway", "request"),
    ("media", "question_answered"),
    ("media", "message_handled"),
    ("media", "outgoing_call"),
    ("notifications", "message_handled"),
    ("gateway", "live_frame_shown"),
}


@dataclass(frozen=True)
class Evening:
    """What was seen of a request by Frida, of which Olive's page was told at once."""

    tree: list[Span]
    told: bytes
    private: tuple[str, ...]
    lines: list[dict[str, Any]]
    metrics: str


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    return asyncio.run(_spend(tmp_path_factory.mktemp("evening") / "data"))


async def _spend(data_dir: Path, *, processes: bool = False) -> Evening:
    async with (
        FakeCollector.start() as collector,
        world(data_dir, processes=processes, otlp_endpoint=collector.url, log_level="debug") as house,
    ):
        house.overseerr.add_movie(FILM, "The Matrix", 1999)
        olive, frida = await house.owner(), await house.friend("Frida")
        live = await house.listen(olive)
        asked = await frida.request("movie", FILM, note=NOTE)
        assert asked.status_code == 201, asked.text
        trace = asked.headers["x-correlation-id"]
        await live.event("request.created", within=60)
        await frida.get("/media/requests/00000000-0000-7000-8000-000000000000")

        async def is_whole() -> bool:
            seen = {(span.service, span.kind, span.name) for span in collector.tree(trace)}
            assert HOPS - seen == set()
            return True

        async def is_written() -> bool:
            assert LINES - {(line["service"], line["event"]) for line in _lines(house, trace)} == set()
            return True

        try:
            await eventually(is_whole, within=60)
            await eventually(is_written, within=60)
        except AssertionError as error:
            raise AssertionError(f"{_drawn(collector.tree(trace))}\n{_lines(house, trace)}") from error
        # With processes each has figures of its own, at a door of its own.
        scraped = "" if processes else await eventually(lambda: _scrape(house), within=60)
        key = house.overseerr.api_key
        return Evening(
            tree=collector.tree(trace),
            told=b"".join(collector.heard),
            private=(
                NOTE,
                "Frida",
                "frida",
                frida.user["id"],
                frida.user["id"].replace("-", ""),
                frida.token,
                key,
            ),
            lines=_lines(house, trace),
            metrics=scraped,
        )


def test_one_request_makes_one_tree(evening: Evening) -> None:
    ids = Counter(span.id for span in evening.tree)
    assert set(ids.values()) == {1}
    [root] = [span for span in evening.tree if span.parent_id not in ids]
    assert (root.name, root.parent_id) == (DOOR, ""), _drawn(evening.tree)
    assert root.attributes["http.route"] == "/api/v1/media/request"
    assert root.attributes["http.response.status_code"] == 201
    # On a machine that stands still for a moment Valkey may be late, which fails nothing.
    assert not any(span.failed for span in evening.tree if span.name != "valkey"), _drawn(evening.tree)


@pytest.mark.long
async def test_it_is_one_tree_also_where_each_service_is_a_process_of_its_own(tmp_path: Path) -> None:
    test_one_request_makes_one_tree(await _spend(tmp_path / "data", processes=True))


def test_the_tree_leads_from_the_frame_at_somebody_elses_socket_up_to_the_request(evening: Evening) -> None:
    frame = next(span for span in evening.tree if span.name == "live frame")
    assert [span.name for span in _above(frame, evening.tree)] == [
        *("push.user.*", "push.user.*", "notifications__request_created"),
        *("evt.media.request.created", "rpc.media.request_media", "rpc.media.request_media", DOOR),
    ]
    assert frame.attributes["medianest.sockets"] == 1


def test_spans_tell_how_and_never_what(evening: Evening) -> None:
    insert = next(span for span in evening.tree if span.attributes.get("db.operation.name") == "INSERT")
    assert "$1" in insert.attributes["db.query.text"], "places for values"
    calls = [span for span in evening.tree if span.attributes.get("peer.service") == "Overseerr"]
    assert {call.attributes["server.address"] for call in calls} == {"127.0.0.1"}
    for private in evening.private:
        assert private.encode() not in evening.told


def test_one_id_leads_through_the_log_of_every_service_it_came_by(evening: Evening) -> None:
    [request] = [line for line in evening.lines if line["event"] == "request"]
    assert (request["route"], request["status"]) == ("/api/v1/media/request", 201)
    handled = [line for line in evening.lines if line["event"] == "message_handled"]
    assert {"evt.media.request.created", "job.media.submit_request"} <= {each["subject"] for each in handled}
    assert {each["outcome"] for each in handled} == {"ok"}
    assert all(NOTE not in json.dumps(line) for line in evening.lines)


@pytest.mark.parametrize("asked", [*asked_by_rules(), *asked_by_dashboards()], ids=lambda asked: asked.by)
def test_what_rules_and_dashboards_ask_for_is_there_to_be_had(asked: Asked, evening: Evening) -> None:
    there = exposed(evening.metrics)
    unknown = set(asked.metrics) - set(there)
    assert not unknown, f"nothing of the product is called so: {asked.expression}"
    for metric, labels in asked.metrics.items():
        # Of what has not happened this evening there is nothing to see but the name.
        if there[metric]:
            assert set(labels) <= there[metric] | OF_PROMETHEUS, f"{metric} has {there[metric]}"
    known = OF_PROMETHEUS.union(*(there[metric] for metric in asked.metrics))
    if all(there[metric] for metric in asked.metrics):
        assert set(asked.grouped_by) <= known, asked.expression


OF_PROMETHEUS = {"job", "instance", "part", "le"}
"""What it adds itself, by ops/prometheus/prometheus.yml."""


async def _scrape(house: World) -> str | None:
    """Once everything that looks now and then has looked."""
    headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    async with httpx.AsyncClient(base_url=house.product.url, headers=headers, timeout=30) as client:
        text = (await client.get("/metrics")).raise_for_status().text
    there: Mapping[str, set[str]] = exposed(text)
    late = ("medianest_requests", "medianest_consumer_pending", "medianest_monitor_up", "medianest_replicas")
    return text if all(there.get(name) for name in late) else None


def _above(span: Span, tree: list[Span]) -> list[Span]:
    by_id = {each.id: each for each in tree}
    above = []
    while (found := by_id.get(span.parent_id)) is not None:
        above.append(span := found)
    return above


def _drawn(tree: list[Span], parent: str = "", depth: int = 0) -> str:
    """For a message: what is below what."""
    ids = {span.id for span in tree}
    lines = []
    for span in tree:
        if span.parent_id == parent or (not depth and span.parent_id not in ids):
            lines.append(f"{'  ' * depth}{span.service} {span.kind} {span.name}")
            lines.append(_drawn(tree, span.id, depth + 1))
    return "\n".join(filter(None, lines))


def _lines(house: World, correlation: str) -> list[dict[str, Any]]:
    text = house.product.log.read_text(errors="replace")
    lines = [json.loads(line) for line in text.splitlines() if correlation in line and line.startswith("{")]
    return [line for line in lines if line.get("correlation_id") == correlation]
