"""One line and one set of figures for each request, and nothing in them that a visitor made up."""

import re

from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from libs.common.tests.web.portal import API, Portal


def _series() -> int:
    return sum(
        len(metric.samples) for metric in REGISTRY.collect() if metric.name.startswith("medianest_http")
    )


async def test_100_strangers_make_no_series(portal: Portal) -> None:
    """Attack 100: random paths, methods and agents."""
    async with portal.client() as client:
        for warm_up in range(3):
            await client.request("GET", f"{API}/random/{warm_up}", headers={"User-Agent": str(warm_up)})
            await client.request("BREW", f"{API}/random/{warm_up}")
            await client.get(f"{API}/films/{warm_up + 1}")
        before = _series()
        for number in range(300):
            await client.request("GET", f"{API}/random/{number}", headers={"User-Agent": str(number)})
            await client.request("GET", f"/{number}")
            await client.request(f"M{number}", f"{API}/random")
            await client.get(f"{API}/films/{number + 1}")
    assert _series() - before <= 2


async def test_requests_are_counted_by_route_and_status(portal: Portal) -> None:
    labels = {"method": "GET", "route": f"{API}/films/{{tmdb_id}}", "status": "200"}
    before = REGISTRY.get_sample_value("medianest_http_requests_total", labels) or 0
    async with portal.client() as client:
        await client.get(f"{API}/films/7")
    assert REGISTRY.get_sample_value("medianest_http_requests_total", labels) == before + 1


async def test_97_the_line_holds_the_pattern_and_never_the_query(portal: Portal) -> None:
    portal.sign_in("good")
    with capture_logs() as logs:
        async with portal.browser("good") as client:
            await client.get(f"{API}/search?query=canary%0d%0alevel=fake")
            await client.get(f"{API}/films/31337")
    lines = [entry for entry in logs if entry["event"] == "request"]
    assert [line["route"] for line in lines] == [f"{API}/search", f"{API}/films/{{tmdb_id}}"]
    assert lines[0]["status"] == 200
    assert lines[0]["user"] == portal.tokens["good"].user_id.hex
    assert "canary" not in str(logs)


async def test_97_a_path_that_no_route_takes_is_cut_short(portal: Portal) -> None:
    with capture_logs() as logs:
        async with portal.client() as client:
            await client.get(f"/{'x' * 5000}")
    (line,) = [entry for entry in logs if entry["event"] == "request"]
    assert len(line["route"]) == 200


async def test_refusals_of_the_layers_are_counted_and_logged(portal: Portal) -> None:
    with capture_logs() as logs:
        async with portal.client(headers={"Host": "evil.example"}) as client:
            await client.get(f"{API}/big")
    assert [line["status"] for line in logs if line["event"] == "request"] == [421]


async def test_health_is_quiet(portal: Portal) -> None:
    with capture_logs() as logs:
        async with portal.client() as client:
            await client.get("/health")
    assert logs == []


async def test_the_browser_is_told_how_long_it_took(portal: Portal) -> None:
    async with portal.client() as client:
        answer = await client.get(f"{API}/big")
    assert re.fullmatch(r"total;dur=\d+\.\d", answer.headers["server-timing"])
