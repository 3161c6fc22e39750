"""The page for browsers, built or not: these tests build a small one of their own."""

import gzip
import json
import re
from pathlib import Path

import httpx
import pytest

from medianest_gateway.routes import page

from .conftest import Browser, Door

BROWSING = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-abc.js").write_text("export {};")
    (tmp_path / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "index.html").write_text(
        '<!doctype html><html lang="en"><head><base href="/" /><meta property="csp-nonce" nonce="" /></head>'
    )
    early = {
        "open": ["setup"],
        "words": {"en": ["assets/en-abc.js"], "de": ["assets/de-abc.js"]},
        "screens": {
            "home": {"files": ["assets/home-abc.js"], "data": ["dashboard/stats"]},
            "sign-in": {"files": ["assets/sign-in-abc.js"], "data": ["auth/providers"]},
            "title/movie/$": {"files": ["assets/title-abc.js"], "data": ["media/movie/$"]},
        },
    }
    (tmp_path / "early.json").write_text(json.dumps(early))
    (tmp_path.parent / "secret.txt").write_text("not for you")
    monkeypatch.setattr(page, "_FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
async def visitor(door: Door) -> httpx.AsyncClient:
    return (await door.browser()).http


async def test_every_place_of_the_page_is_the_same_document(built: Path, visitor: httpx.AsyncClient) -> None:
    for place in ("/", "/requests", "/title/movie/603", "/healthy-food", "/api-keys"):
        answer = await visitor.get(place, headers=BROWSING)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), (
            place
        )
        assert answer.headers["cache-control"] == "no-store"
    assert (await visitor.get("/")).status_code == 200, "whatever is accepted"


async def test_only_styles_that_know_the_nonce_of_this_answer_are_let_in(
    built: Path, visitor: httpx.AsyncClient
) -> None:
    nonces = set()
    for _ in range(2):
        answer = await visitor.get("/", headers=BROWSING)
        found = re.search(r'nonce="([\w-]{20,})"', answer.text)
        assert found
        policy = dict(
            part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";")
        )
        assert policy["style-src"] == f"'self' 'nonce-{found[1]}'"
        assert (policy["default-src"], policy["img-src"]) == ("'self'", "'self' data: blob:")
        assert "unsafe" not in answer.headers["content-security-policy"]
        nonces.add(found[1])
    assert len(nonces) == 2


async def test_files_with_names_of_their_content_are_kept_for_good_and_others_are_asked_for(
    built: Path, visitor: httpx.AsyncClient
) -> None:
    script = await visitor.get("/assets/index-abc.js")
    assert (script.status_code, script.headers["cache-control"]) == (
        200,
        "public, max-age=31536000, immutable",
    )
    assert script.headers["content-type"].startswith("text/javascript")
    icon = await visitor.get("/icon.svg")
    assert (icon.status_code, icon.headers["cache-control"]) == (200, "no-cache")
    again = await visitor.get("/icon.svg", headers={"If-None-Match": icon.headers["etag"]})
    assert again.status_code == 304


async def test_a_file_that_is_not_there_is_no_place(built: Path, visitor: httpx.AsyncClient) -> None:
    for path, accepted in (
        ("/assets/index-old.js", "*/*"),
        ("/assets/index-old.js", BROWSING["Accept"]),
        ("/picture.png", "image/avif,image/webp,*/*;q=0.8"),
    ):
        answer = await visitor.get(path, headers={"Accept": accepted})
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path


async def test_nothing_outside_the_page_is_shown(built: Path, visitor: httpx.AsyncClient) -> None:
    for path in (
        "/assets/../../secret.txt",
        "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/assets/..%2findex.html",
        "/assets/%00",
        "/..%2fsecret.txt",
        "/%2e%2e%5csecret.txt",
        "/index.html",
    ):
        answer = await visitor.get(path)
        assert "not for you" not in answer.text, path
        assert answer.status_code in (400, 404, 422), path


async def test_programs_are_told_that_there_is_nothing(built: Path, visitor: httpx.AsyncClient) -> None:
    for path in ("/api/v1/nowhere", "/api", "/health/nowhere", "/.well-known/nothing"):
        answer = await visitor.get(path, headers=BROWSING)
        assert (answer.status_code, answer.json()["code"]) == (404, "ROUTE_NOT_FOUND"), path
    answer = await visitor.post("/api/v1/nowhere", json={})
    assert answer.status_code in (401, 403, 404)
    assert "allow" not in answer.headers


async def test_a_session_that_is_over_still_gets_the_page(built: Path, door: Door) -> None:
    olive: Browser = await door.owner()
    for cookie in olive.http.cookies.jar:
        cookie.value = "of-another-time"
    for path in ("/", "/assets/index-abc.js"):
        assert (await olive.http.get(path, headers=BROWSING)).status_code == 200, path


async def test_without_a_page_somebody_is_told_how_to_build_it(
    visitor: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_FOLDER", tmp_path)
    answer = await visitor.get("/", headers=BROWSING)
    assert (answer.status_code, "make page" in answer.text) == (200, True)


async def test_a_file_is_sent_as_well_packed_as_the_browser_can_take(
    built: Path, visitor: httpx.AsyncClient
) -> None:
    path = built / "assets" / "index-abc.js"
    path.with_name("index-abc.js.br").write_bytes(b"as brotli")
    path.with_name("index-abc.js.gz").write_bytes(gzip.compress(b"export {};"))
    for accepted, encoding in (
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.0", None),
        ("identity", None),
    ):
        request = visitor.build_request("GET", "/assets/index-abc.js", headers={"Accept-Encoding": accepted})
        answer = await visitor.send(request, stream=True)
        body = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == encoding, accepted
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.headers["content-type"].startswith("text/javascript"), accepted
        assert body.startswith({"br": b"as brotli", "gzip": b"\x1f\x8b", None: b"export"}[encoding]), accepted
    for name in ("index-abc.js.br", "index-abc.js.gz"):
        assert (await visitor.get(f"/assets/{name}")).status_code == 404, name


async def test_the_document_asks_at_once_for_what_the_first_screen_needs(built: Path, door: Door) -> None:
    olive = await door.owner()
    text = (
        await olive.http.get("/", headers={**BROWSING, "Accept-Language": "de-AT,de;q=0.9,en;q=0.8"})
    ).text
    assert _early_in(text) == (
        "known",
        ["assets/de-abc.js", "assets/home-abc.js", "api/v1/auth/session", "api/v1/dashboard/stats"],
    )
    text = (await olive.http.get("/library", headers={**BROWSING, "Accept-Language": "fr"})).text
    assert _early_in(text) == ("known", ["assets/en-abc.js", "api/v1/auth/session"])


@pytest.mark.parametrize(
    "place, asked",
    [
        ("/title/movie/603", ["assets/title-abc.js", "api/v1/auth/session", "api/v1/media/movie/603"]),
        ("/title/movie/", ["api/v1/auth/session"]),
        ("/title/movie/603/more", ["api/v1/auth/session"]),
        ("/title/movie/%22%3E%3Cscript%3E", ["api/v1/auth/session"]),
        ("/title/movie/..%2F..%2Fcsrf", ["api/v1/auth/session"]),
    ],
    ids=["one", "none", "deeper", "markup", "upwards"],
)
async def test_what_the_address_names_is_asked_for_by_its_number(
    built: Path, door: Door, place: str, asked: list[str]
) -> None:
    text = (await (await door.owner()).http.get(place, headers=BROWSING)).text
    assert _early_in(text) == ("known", ["assets/en-abc.js", *asked])


async def test_where_the_session_has_to_be_renewed_nothing_is_asked_for_that_would_be_refused(
    built: Path, door: Door
) -> None:
    olive = await door.owner()
    for cookie in list(olive.http.cookies.jar):
        if "mn_at" in cookie.name:
            olive.http.cookies.delete(cookie.name)
    text = (await olive.http.get("/", headers=BROWSING)).text
    assert _early_in(text) == ("renew", ["assets/en-abc.js", "assets/home-abc.js", "api/v1/csrf"])


async def test_a_stranger_is_shown_the_way_in(built: Path, visitor: httpx.AsyncClient) -> None:
    here = {**BROWSING, "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}
    way_in = ["assets/en-abc.js", "assets/sign-in-abc.js", "api/v1/auth/providers"]
    assert _early_in((await visitor.get("/requests", headers=here)).text) == ("nobody", way_in)
    assert _early_in((await visitor.get("/setup", headers=here)).text) == ("nobody", ["assets/en-abc.js"])


async def test_who_it_is_is_not_said_where_it_cannot_be_known_or_will_be_kept(
    built: Path, door: Door
) -> None:
    """From another site a browser leaves the refresh token out; the service worker keeps what it gets for everybody."""
    elsewhere = {**BROWSING, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    stranger, olive = (await door.browser()).http, (await door.owner()).http
    assert _early_in((await stranger.get("/", headers=elsewhere)).text) == (None, [])
    assert _early_in((await stranger.get("/", headers=BROWSING)).text) == (None, [])
    kept = {**BROWSING, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert _early_in((await olive.get("/", headers=kept)).text) == (None, [])


async def test_the_frame_of_the_document_is_that_of_the_screen_or_none(
    built: Path, visitor: httpx.AsyncClient, door: Door
) -> None:
    here = {**BROWSING, "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}
    olive = (await door.owner()).http
    assert [await _frame(visitor, path, here) for path in ("/", "/requests", "/sign-in", "/setup")] == [
        "sign-in",
        "sign-in",
        "sign-in",
        None,
    ]
    assert [await _frame(olive, path, here) for path in ("/", "/library", "/setup")] == [
        "home",
        "inside",
        None,
    ]


async def _frame(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> str | None:
    found = re.search(r'<html [^>]*data-first="([\w-]+)"', (await client.get(path, headers=headers)).text)
    return found and found[1]


def _early_in(text: str) -> tuple[str | None, list[str]]:
    visitor = re.search(r'<html data-visitor="(\w+)"', text)
    return visitor and visitor[1], re.findall(
        r'<link rel="(?:modulepreload|preload)"[^>]* href="\./([^"]+)"', text
    )
