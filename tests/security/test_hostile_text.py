"""Whatever a person or another system writes is text: stored and shown as it came, or refused in words."""

import json
import re
import string
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import httpx
import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from medianest.testing import eventually
from tests.security.conftest import House
from tests.world import Person

MARK = "hostilemark"
FIRST = 5_000
HOSTILE = {
    "nul": f"{MARK}\x00inside",
    "surrogate": f"{MARK}\ud800inside",
    "right-to-left": f"\u202e{MARK}\u2066",
    "zero width": f"{MARK}\u200b\u200d\ufeff",
    "emoji": "👩‍👩‍👧‍👦🌍" * 60,
    "longest": "🌍" * 500,
    "path": f"../../{MARK}/%2e%2e%2f..\\..",
    "percent nul": f"{MARK}%00",
    "replacement": f"$& $1 \\1 {{{{{MARK}}}}} ${{x}} %s {{0}} {{event.media}}",
    "sql": f"{MARK}' OR 1=1; drop table requests;--",
    "like": f"%_{MARK}%_",
    "tsquery": f"{MARK} & | ! <-> :* ( ' \\",
    "html": f"<script>{MARK}()</script><img src=x onerror=alert(1)>",
    "crlf": f"{MARK}\r\nX-Injected: yes\r\n\r\nHTTP/1.1 200 OK",
    "log line": f'{MARK}\n{{"event":"forged_{MARK}","level":"error"}}\n',
    "terminal": f"{MARK}\x1b[2J\x1b]0;x\x07\x7f\x08",
    "subject": f"evt.media.>{MARK}.*",
    "nats": f"{MARK}\r\nPUB evt.media.request.created 2\r\n{{}}\r\n",
    "vertical tab": f"{MARK}\x0b\x0c\x85\u2028",
    "json": f'{MARK}","role":"owner","x":"\\',
    "printable": string.printable.strip() + MARK,
    "number": "1e400",
    "space": "   ",
}
FROM_OTHERS = [name for name in HOSTILE if name != "surrogate"]
"""The pretended Plex and Overseerr write UTF-8, which has no way to say a lone surrogate."""
CHARACTERS = [chr(code) for code in range(0x20, 0x7F)]
TOO_LONG = "a" * 200_000
NEVER_STORED = ("\x00", "\ud800")


class Overheard:
    """Every subject that anything travelled on."""

    def __init__(self) -> None:
        self.subjects: set[str] = set()

    async def hear(self, message: Msg) -> None:
        self.subjects.update((message.subject, message.reply))

    async def knows(self, subject: str) -> bool:
        return subject in self.subjects


@pytest.fixture(scope="module", autouse=True)
def bus(house: House) -> Iterator[Overheard]:
    """Attack 103 stands around all the others: nothing typed reaches a subject, and no connection is lost by it."""
    overheard = Overheard()
    listener = house.do(nats.connect(house.urls.nats_url, connect_timeout=30))
    house.do(listener.subscribe(">", cb=overheard.hear))
    before = house.do(_topology(listener))
    house.do(_note(house, FIRST - 1, "A plain one"))
    house.do(eventually(lambda: overheard.knows("evt.media.request.created")))
    yield overheard
    subjects = overheard.subjects - {""}
    assert [s for s in subjects if MARK in s or not re.fullmatch(r"[\w$.*>-]+", s, re.ASCII)] == []
    assert house.do(_topology(listener)) == before
    assert listener.is_connected
    house.do(listener.close())
    lines = [json.loads(line) for line in _log(house) if line.startswith("{")]
    assert [line for line in lines if line["event"] == f"forged_{MARK}"] == []
    assert [line for line in lines if line["event"] == "bus_disconnected"] == []
    assert [line for line in lines if line["level"] == "error"] == []


async def _topology(client: Client) -> dict[str, set[str]]:
    js = client.jetstream(timeout=30)
    names = [stream.config.name or "" for stream in await js.streams_info()]
    return {name: {consumer.name for consumer in await js.consumers_info(name)} for name in names}


def _log(house: House) -> list[str]:
    """Its lines that are complete; the last may just be being written."""
    return house.world.product.log.read_text(errors="replace").rpartition("\n")[0].splitlines()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_note_is_shown_as_it_was_written_or_refused(house: House, name: str) -> None:
    house.do(_note(house, FIRST + list(HOSTILE).index(name), HOSTILE[name]))


async def _note(house: House, film: int, text: str) -> None:
    house.world.overseerr.add_movie(film, "A film", 2000)
    answer = await _post(house.frida, "/media/request", mediaType="movie", tmdbId=film, note=text)
    if _unstorable(text) or len(text) > 500:
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")
        return
    assert answer.status_code == 201, answer.text
    shown = (await house.olive.get(f"/media/requests/{answer.json()['id']}")).json()
    assert shown["note"] == (text.strip() or None)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_reason_is_shown_as_it_was_written_or_refused(house: House, name: str) -> None:
    house.do(_reason(house, FIRST + 100 + list(HOSTILE).index(name), HOSTILE[name]))


async def _reason(house: House, film: int, text: str) -> None:
    house.world.overseerr.add_movie(film, "A film", 2000)
    request = (await house.frida.request("movie", film)).json()["id"]
    answer = await _post(house.olive, f"/media/requests/{request}/decline", reason=text)
    if _unstorable(text) or len(text) > 500 or not text.strip():
        assert answer.status_code == 422, answer.text
        return
    assert answer.status_code == 200, answer.text
    assert answer.json()["statusReason"] == text.strip()
    told = await eventually(lambda: _notice(house, request, "request.declined"))
    assert text.strip() in told["body"] or told["data"].get("reason") == text.strip()


@pytest.mark.parametrize("name", FROM_OTHERS)
def test_a_title_from_the_backend_is_shown_and_told_as_text(house: House, name: str) -> None:
    house.do(_title(house, FIRST + 200 + list(HOSTILE).index(name), HOSTILE[name]))


_ISOLATES = re.compile("[\u2066-\u2069]")


async def _title(house: House, film: int, title: str) -> None:
    house.world.overseerr.add_movie(film, title, 2000, overview=title, poster_path=f"/{title}.jpg")
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "", title).strip()
    shown = await house.frida.get(f"/media/movie/{film}")
    assert shown.status_code == (200 if plain else 404), shown.text
    if not plain:
        return
    asked = await house.frida.request("movie", film)
    assert asked.status_code == 201, asked.text
    request = asked.json()
    assert request["title"] == shown.json()["title"]
    assert request["title"] == plain[:300]
    assert (await house.frida.get("/media/requests")).status_code == 200
    assert (await house.frida.get("/media/requests", params={"q": "hostilemark"})).status_code == 200
    approved = await house.olive.post(f"/media/requests/{request['id']}/approve")
    assert approved.status_code == 200, approved.text
    told = await eventually(lambda: _notice(house, request["id"], "request.approved"))
    # Within a sentence a title's direction is kept from turning the rest around, by marks of our own.
    assert _ISOLATES.sub("", request["title"][:100]) in _ISOLATES.sub("", told["title"] + told["body"])


@pytest.mark.parametrize("name", FROM_OTHERS)
def test_a_name_from_plex_is_shown_as_text(house: House, name: str) -> None:
    house.do(_name(house, list(HOSTILE).index(name), HOSTILE[name]))


async def _name(house: House, number: int, text: str) -> None:
    await house.forgive()
    account = house.world.plex.add_friend(username=text, email=f"friend{number}@example.org")
    person = await house.world.person()
    await person.sign_in_with_plex(house.world.plex, account)
    me = (await person.get("/users/me")).json()
    assert me["name"] == person.user["name"] and me["name"].strip() and len(me["name"]) <= 80
    assert not set(me["name"]) & {"\x00", "\r", "\n", "\x1b", "\u202e"}
    people = (await house.olive.get("/admin/users", params={"limit": 100})).json()["items"]
    assert me["name"] in {one["name"] for one in people}


@pytest.mark.parametrize("path", ["/media/search?query=", "/plex/search?query=", "/media/requests?q="])
def test_any_text_can_be_searched_for(house: House, path: str) -> None:
    house.do(_search(house, path))


async def _search(house: House, path: str) -> None:
    assert (await house.frida.get(path + quote("x" * 500))).status_code == 200
    for text in (*CHARACTERS, *(c * 500 for c in "%'*🌍\\"), *HOSTILE.values()):
        answer = await house.frida.get(path + _quoted(text))
        expected = (400, 422) if _unstorable(text) or len(text) > 500 else (200,)
        if not text.strip():
            expected = (200, 422)
        assert answer.status_code in expected, f"{text!r}: {answer.text}"


@pytest.mark.parametrize(
    "path",
    [
        "/media/requests?cursor={}",
        "/notifications?cursor={}",
        "/admin/users?cursor={}",
        "/media/requests?status={}",
        "/media/requests?sort={}",
        "/media/requests?limit={}",
        "/media/requests/{}",
        "/media/movie/{}",
        "/media/discover/{}",
        "/notifications?type={}",
        "/plex/images/{}",
        "/plex/images/x?w={}",
        "/media/images/w92/{}",
        "/media/images/{}/x.jpg",
        "/youtube/images/{}",
        "/{}",
    ],
)
def test_attack_103_text_in_an_address_never_breaks_anything(house: House, path: str) -> None:
    house.do(_addresses(house, path))


async def _addresses(house: House, path: str) -> None:
    numbers = ["-1", str(2**31), str(2**63), str(2**64), "9" * 400, "1_0", "+1", "1.0", "1e3", "true", "null"]
    for text in (*HOSTILE.values(), *numbers, "e" * 5_000):
        answer = await house.olive.get(path.format(_quoted(text)))
        assert answer.status_code in (200, 400, 404, 422), f"{text!r}: {answer.status_code} {answer.text}"
        assert "x-injected" not in answer.headers


@pytest.mark.parametrize(
    "path, fields",
    [
        ("/auth/login", ["email", "password"]),
        ("/auth/setup", ["setupToken", "name", "email", "password"]),
        ("/auth/plex/verify", ["loginId"]),
        ("/auth/refresh", ["refreshToken"]),
    ],
)
def test_text_at_the_door_is_refused_in_words(house: House, path: str, fields: list[str]) -> None:
    house.do(_door(house, path, fields))


async def _door(house: House, path: str, fields: list[str]) -> None:
    for text in (*HOSTILE.values(), TOO_LONG):
        await house.forgive()
        await house.nobody.arrive()
        answer = await _post(house.nobody, path, **dict.fromkeys(fields, text))
        assert answer.status_code in (400, 401, 404, 409, 413, 422), f"{text[:80]!r}: {answer.text}"
        assert "x-injected" not in answer.headers


@pytest.mark.parametrize("name", ["User-Agent", "X-Correlation-ID", "X-MediaNest-Client", "Accept-Language"])
def test_text_in_headers_is_never_more_than_text(house: House, name: str) -> None:
    house.do(_headers(house, name))


async def _headers(house: House, name: str) -> None:
    for text in HOSTILE.values():
        value = re.sub(rb"[\x00-\x1f\x7f]", b"", text.encode("utf-8", "surrogatepass")).strip() or b"x"
        answer = await house.frida.http.get("/api/v1/users/me", headers={name.encode(): value})
        assert answer.status_code == 200, answer.text


async def _notice(house: House, request: str, kind: str) -> dict[str, Any] | None:
    items: list[dict[str, Any]] = (await house.frida.get("/notifications", params={"limit": 100})).json()[
        "items"
    ]
    return next((n for n in items if n["type"] == kind and n["data"].get("requestId") == request), None)


def _unstorable(text: str) -> bool:
    return any(character in text for character in NEVER_STORED)


async def _post(person: Person, path: str, **body: Any) -> httpx.Response:
    """With every character that is not ASCII escaped, so that broken ones can be sent as well."""
    headers = {"X-CSRF-Token": person.csrf, "Content-Type": "application/json"}
    return await person.http.post(f"/api/v1{path}", content=json.dumps(body), headers=headers)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def test_attack_97_nothing_that_anybody_sends_becomes_a_line_of_the_log(house: House) -> None:
    house.do(_into_the_log(house))


_FORGED = '{"event":"forged","level":"error"}'
_LOGGED = [
    f"{MARK}\r\n{_FORGED}\r\n",
    f"{MARK}\u2028{_FORGED}\u0085{_FORGED}",
    f"{MARK}\x1b[2J\x1b]0;x\x07",
    f"\u202e{MARK}\u2066\u200f",
    f'{MARK}","event":"forged","x":"',
    MARK + "A" * 30_000,
]


async def _into_the_log(house: House) -> None:
    log = house.world.product.log
    before = log.stat().st_size
    for text in _LOGGED:
        await house.forgive()
        await house.nobody.arrive()
        await _post(house.nobody, "/auth/login", email=text[:250], password=f"{text[:80]} is no password")
        await house.nobody.get(f"/{_quoted(text[:2_000])}", params={"q": text[:2_000]})
        plain = re.sub(r"[\x00-\x1f\x7f]", " ", text).strip().encode("utf-8")
        for header in ("User-Agent", "X-Correlation-ID", "Referer", "X-Forwarded-For"):
            await house.frida.http.get("/api/v1/auth/session", headers={header.encode(): plain})
        await house.frida.http.patch(
            "/api/v1/users/me", json={"name": text[:80]}, headers={"X-CSRF-Token": house.frida.csrf}
        )
    with suppress(httpx.HTTPError):
        # Cut off before it is read to the end.
        answer = await house.frida.http.get("/api/v1/auth/session", headers={"User-Agent": "A" * 1_000_000})
        assert answer.status_code in (400, 431)
    await house.olive.get("/users/me", headers={"X-Correlation-ID": "the-end-of-the-hostile-log"})

    async def written() -> bytes | None:
        content = log.read_bytes()[before:]
        return content if b"the-end-of-the-hostile-log" in content else None

    # Neither the line that was being written then nor the one that is now.
    content = (await eventually(written)).partition(b"\n")[2].rpartition(b"\n")[0]
    lines = content.decode("utf-8").split("\n")
    assert len(lines) > 4 * len(_LOGGED)
    for line in filter(None, lines):
        entry = json.loads(line)
        assert entry["event"] != "forged"
        assert len(line) < 8_000
        assert not re.search(r"[\x00-\x1f\x7f\u0080-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", line)
