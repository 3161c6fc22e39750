"""Each refusal and each failure is somebody's, in the log and in the figures."""

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from libs.common.tests.web.portal import API, MakePortal, Portal
from medianest_common.errors import BadUpstream, MediaNestError, Unavailable
from medianest_common.security.redaction import redact
from medianest_common.web.categories import SEVERITY, Category, category_of


@pytest.mark.parametrize(
    "status, code, upstream, category",
    [
        (400, "BAD_REQUEST", None, "client"),
        (404, "ROUTE_NOT_FOUND", None, "client"),
        (409, "ALREADY_REQUESTED", None, "client"),
        (421, "HOST_REFUSED", None, "client"),
        (422, "INVALID", None, "client"),
        (499, None, None, "client"),
        (401, "UNAUTHENTICATED", None, "auth"),
        (403, "FORBIDDEN", None, "auth"),
        (403, "CSRF_INVALID", None, "auth"),
        (403, "QUOTA_EXCEEDED", None, "limit"),
        (408, "BODY_TOO_SLOW", None, "limit"),
        (413, "PAYLOAD_TOO_LARGE", None, "limit"),
        (414, "URI_TOO_LONG", None, "limit"),
        (429, "TOO_MANY_REQUESTS", None, "limit"),
        (431, "HEADERS_TOO_LARGE", None, "limit"),
        (503, "AUTH_BUSY", None, "limit"),
        (502, "BAD_UPSTREAM", None, "upstream"),
        (503, "SEARCH_UNAVAILABLE", "overseerr", "upstream"),
        (504, "TIMED_OUT", "plex", "upstream"),
        (503, "UNAVAILABLE", None, "dependency"),
        (504, "REQUEST_TIMED_OUT", None, "dependency"),
        (507, "NO_SPACE", None, "dependency"),
        (500, "INTERNAL", None, "bug"),
        (505, None, None, "bug"),
    ],
)
def test_whose_business_it_is(status: int, code: str | None, upstream: str | None, category: str) -> None:
    assert category_of(status, code=code, upstream=upstream) == category


def test_each_category_has_a_severity() -> None:
    assert set(SEVERITY) == set(Category)


@pytest.mark.parametrize(
    "path, raised, category, level",
    [
        (f"{API}/films/none", None, "client", "info"),
        (f"{API}/me", None, "auth", "info"),
        (f"{API}/me", Unavailable("Search is away.", upstream="overseerr"), "upstream", "warning"),
        (f"{API}/me", BadUpstream("Nonsense."), "upstream", "warning"),
        (f"{API}/me", Unavailable("The service is away."), "dependency", "warning"),
        (f"{API}/broken", None, "bug", "error"),
    ],
)
async def test_line_and_figure_say_it(
    portal: Portal, path: str, raised: MediaNestError | None, category: str, level: str
) -> None:
    portal.sign_in("good")
    if raised:
        portal.away.append(raised)
    headers = {"Authorization": "Bearer good"} if raised else {}
    before = _figures()
    with capture_logs() as logs:
        async with portal.client(headers=headers) as client:
            answer = await client.get(path)
    (line,) = [entry for entry in logs if entry["event"] == "request"]
    assert (line["log_level"], line["severity"], line["category"]) == (level, level, category)
    assert redact(line)["error_code"] == answer.json()["code"], "as it is written"
    (counted,) = {labels for labels, number in _figures().items() if number != before.get(labels)}
    assert counted[:2] == (category, level)


async def test_a_limit_is_a_warning_and_an_answer_is_nothing_at_all(make: MakePortal) -> None:
    portal = make()
    portal.sign_in("good")
    with capture_logs() as logs:
        async with portal.browser("good") as client:
            statuses = [(await client.get(f"{API}/narrow")).status_code for _ in range(41)]
    assert statuses[-1] == 429
    lines = [entry for entry in logs if entry["event"] == "request"]
    assert {"category", "severity", "error_code"}.isdisjoint(lines[0])
    assert (lines[-1]["category"], lines[-1]["log_level"]) == ("limit", "warning")


def _figures() -> dict[tuple[str, str, str], float]:
    return {
        (sample.labels["category"], sample.labels["severity"], sample.labels["route"]): sample.value
        for metric in REGISTRY.collect()
        if metric.name == "medianest_http_failures"
        for sample in metric.samples
        if sample.name.endswith("_total")
    }
