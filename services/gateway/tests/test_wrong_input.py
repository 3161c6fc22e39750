"""Hostile bytes at the door: a clear answer, never a 500."""

import json

import pytest

from services.gateway.tests.conftest import Door

HOSTILE = [
    "nul\x00inside",
    "\u202eright-to-left",
    "🌍" * 20,
    "../../etc/passwd",
    "%00",
    "$& {{x}}",
    "' OR 1=1--",
    "<b>bold</b>",
    "line\r\nX-Injected: yes",
    "evt.media.>",
    "*",
    "a" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_in_a_sign_in_is_refused_in_words(door: Door, text: str) -> None:
    browser = await door.browser()
    await browser.arrive()
    answer = await browser.post("/auth/login", json={"email": text, "password": text})
    assert answer.status_code in (401, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "x-injected" not in answer.headers


@pytest.mark.parametrize(
    "body, status",
    [
        (b"{", 400),
        (b"\xff\xfe{\x00}\x00", 400),
        (b'{"email": NaN, "password": "x"}', 400),
        (b'{"email": 1e400, "password": "x"}', 400),
        (b'{"email": "a", "email": "b", "password": "x"}', 400),
        (b'{"email": "\\ud800", "password": "x"}', 422),
        (b'{"email": "\\u0000", "password": "x"}', 422),
        (b"[" * 60_000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"email": {"a": 1}, "password": ["x"]}', 422),
    ],
)
async def test_attack_85_86_89_broken_json_is_400_and_wrong_values_are_422(
    door: Door, body: bytes, status: int
) -> None:
    browser = await door.browser()
    await browser.arrive()
    answer = await browser.post("/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert json.loads(answer.content)["correlationId"] == answer.headers["x-correlation-id"]


async def test_attack_89_a_body_over_one_megabyte_is_413(door: Door) -> None:
    browser = await door.browser()
    await browser.arrive()
    answer = await browser.post(
        "/auth/login", content=b"x" * (1 << 20) + b"y", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path, fits, too_large",
    [
        ("/auth/login", 60_000, 70_000),
        ("/auth/password/forgot", 60_000, 70_000),
        ("/services/push/a-token-that-nobody-has", 60_000, 70_000),
        ("/media/request", 1_000_000, 1_100_000),
        ("/errors/report", 30_000, 40_000),
    ],
)
async def test_attack_89_each_kind_of_route_reads_what_it_may_need_and_no_more(
    door: Door, path: str, fits: int, too_large: int
) -> None:
    browser = await door.owner()
    for size, refused in ((fits, False), (too_large, True)):
        body = b'{"x":"' + b"x" * size + b'"}'
        answer = await browser.post(path, content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code == 413) is refused, answer.text


@pytest.mark.parametrize(
    "limit", ["0", "-1", "101", "1000000000", "1_0", "+1", "%201", "1.0", "-0", "true", "9" * 23, "a", ""]
)
async def test_attack_87_88_numbers_are_numbers_within_their_limits(door: Door, limit: str) -> None:
    browser = await door.owner()
    answer = await browser.http.get(f"/api/v1/notifications?limit={limit}")
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("cursor", ["x", "e30", "AAAA", "%00", "a" * 2000, "WzEsIm5ld2VzdCIsMV0"])
async def test_a_cursor_that_is_not_ours_is_refused(door: Door, cursor: str) -> None:
    browser = await door.owner()
    answer = await browser.http.get(f"/api/v1/notifications?cursor={cursor}")
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    "path", ["/nope", "/api/v1/nope", "/api/v1/notifications/", "/api/v1/../health", "/%00"]
)
async def test_what_is_not_there_is_404_with_a_name(door: Door, path: str) -> None:
    browser = await door.browser()
    answer = await browser.http.get(path)
    assert answer.status_code in (404, 422)
    assert answer.json()["code"]


async def test_a_wrong_method_is_405_and_says_which_are_right(door: Door) -> None:
    browser = await door.browser()
    answer = await browser.http.request("PATCH", "/health")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    both = await browser.http.request("PUT", "/api/v1/media/requests/0195a1b2-7c3d-7000-8000-00000000002a")
    assert both.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"


async def test_every_route_that_is_read_says_with_head_what_it_would_say(door: Door) -> None:
    """Without parameters, so that all of them can be asked alike, and as somebody who may."""
    browser = await door.owner()
    paths = (await browser.get("/openapi.json", timeout=90)).json()["paths"]
    asked = 0
    for path, operations in paths.items():
        if "get" not in operations or "{" in path or path.endswith("/users/me/export"):
            continue
        head = await browser.http.head(path, timeout=60)
        assert head.status_code != 405 and head.content == b"", path
        optional = await browser.http.options(path, timeout=60)
        assert optional.status_code == 204 and "GET, HEAD" in optional.headers["allow"], path
        asked += 1
    assert asked > 40


async def test_what_does_something_when_it_is_read_is_not_for_head(door: Door) -> None:
    """A program that only looks where a link leads is no sign of life, and spends no sign-in and no export of six."""
    browser = await door.owner()
    link = "/services/push/a-token-that-nobody-has"
    for path in (link, "/users/me/export", "/auth/oauth/home/start", "/auth/oauth/home/callback"):
        for _ in range(7):
            answer = await browser.http.head(f"/api/v1{path}")
            assert answer.status_code == 405, path
        methods = answer.headers["allow"].split(", ")
        assert "GET" in methods and "HEAD" not in methods, path
        assert (await browser.http.options(f"/api/v1{path}")).headers["allow"].split(", ") == methods
        assert (await browser.get(path)).status_code not in (405, 429), path


async def test_correlation_ids_are_kept_when_they_are_harmless(door: Door) -> None:
    browser = await door.browser()
    kept = await browser.get("/csrf", headers={"X-Correlation-ID": "abc-12345678"})
    assert kept.headers["x-correlation-id"] == "abc-12345678"
    for hostile in ("short", "a" * 65, "semi;colon;12345", "new line12345"):
        made = await browser.get("/csrf", headers={"X-Correlation-ID": hostile})
        assert made.headers["x-correlation-id"] != hostile


async def test_every_answer_says_how_browsers_must_treat_it(door: Door) -> None:
    browser = await door.browser()
    for path in ("/health", "/api/v1/csrf", "/api/v1/nope", "/api/v1/auth/session"):
        headers = (await browser.http.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-correlation-id"]
        assert "server" not in headers


async def test_an_unchanged_answer_is_304_and_another_is_not(door: Door) -> None:
    browser = await door.owner()
    first = await browser.get("/notifications/count")
    again = await browser.get("/notifications/count", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await browser.get("/notifications/count", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


async def test_large_answers_are_compressed_and_secret_ones_never(door: Door) -> None:
    browser = await door.owner()
    for encoding in ("br", "zstd", "gzip"):
        answer = await browser.http.get("/api/v1/openapi.json", headers={"Accept-Encoding": encoding})
        assert answer.headers["content-encoding"] == encoding
    secret = await browser.get("/auth/session", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in secret.headers


async def test_the_openapi_document_describes_errors_as_they_are(door: Door) -> None:
    browser = await door.browser()
    document = (await browser.http.get("/api/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    post = document["paths"]["/api/v1/media/request"]["post"]
    assert {"201", "401", "403", "409", "422", "429", "503"} <= set(post["responses"])
    for status, response in post["responses"].items():
        if status != "201":
            shared = document["components"]["responses"].get(response.get("$ref", "").rpartition("/")[2])
            assert list((shared or response)["content"]) == ["application/problem+json"], status
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize("length", [256, 4097, 7000])
async def test_a_name_longer_than_any_file_can_have_is_not_there(door: Door, length: int) -> None:
    """A file of that name cannot even be looked for."""
    browser = await door.browser()
    for path in (f"/{'x' * length}", f"/assets/{'x' * length}.js", f"/assets/{'x' * (length - 5)}"):
        answer = await browser.http.get(path, headers={"Accept": "image/*"})
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
