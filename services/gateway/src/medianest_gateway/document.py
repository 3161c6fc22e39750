"""The document of the page. It names at once what its first screen needs, which the screen itself would find out only
one after the other: on a phone each of those is a round trip."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, Literal

from starlette.requests import Request

from medianest_gateway.cookies import Cookies

type Visitor = Literal["nobody", "renew", "known"]
"""`renew`: there is a session, but its access token is over."""

_SIGN_IN = "sign-in"
_MEANT = re.compile(r"[A-Za-z0-9-]{1,64}")
_UNBUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>MediaNest</title>
<h1>MediaNest is running</h1>
<p>The page for browsers is not built: run <code>make page</code>, then load this again.</p>
</html>
"""


def visitor_of(request: Request, cookies: Cookies) -> Visitor | None:
    """None: it cannot be told, or must not be, because the answer will be kept for others (the service worker's)."""
    if request.headers.get("sec-fetch-mode", "navigate") != "navigate":
        return None
    if request.cookies.get(cookies.access):
        return "known"
    if request.cookies.get(cookies.refresh):
        return "renew"
    # From another site a browser does not bring the refresh token; without TLS it does not say where it comes from.
    return "nobody" if request.headers.get("sec-fetch-site") in ("none", "same-origin", "same-site") else None


def document(folder: Path, place: str, *, base: str, nonce: str, visitor: Visitor | None, speaks: str) -> str:
    """`speaks` is what `Accept-Language` says."""
    path = folder / "index.html"
    if not path.is_file():
        return _UNBUILT
    built = _read(folder, path.stat().st_mtime_ns)
    text = built.text.replace('<base href="/"', f'<base href="{escape(base)}/"')
    text = text.replace('nonce=""', f'nonce="{nonce}"')
    if visitor is None:
        return text
    name = _screen(built.early, place, visitor)
    said = f'data-visitor="{visitor}"'
    if frame := _frame(built.early, name, visitor):
        said += f' data-first="{frame}"'
    text = text.replace("<html ", f"<html {said} ", 1)
    return text.replace("</head>", f"{''.join(_links(built.early, name, visitor, speaks))}</head>", 1)


@dataclass(frozen=True)
class _Built:
    text: str
    early: Mapping[str, Any]
    """As the build has written it: see `web/early.plugin.ts`."""


@lru_cache(maxsize=1)
def _read(folder: Path, _written_at: int) -> _Built:
    listed = folder / "early.json"
    early = json.loads(listed.read_text()) if listed.is_file() else {}
    return _Built((folder / "index.html").read_text(), early)


def _screen(early: Mapping[str, Any], place: str, visitor: Visitor) -> str:
    """Strangers are led to the way in, but for what is open to them."""
    name = place or "home"
    if visitor == "nobody" and name.partition("/")[0] not in early.get("open", ()):
        return _SIGN_IN
    return name


def _frame(early: Mapping[str, Any], name: str, visitor: Visitor) -> str | None:
    """Which of those that the document holds: what is open to strangers has none of them around it."""
    if name == _SIGN_IN:
        return _SIGN_IN if visitor == "nobody" else None
    if name.partition("/")[0] in early.get("open", ()):
        return None
    return "home" if name == "home" else "inside"


def _links(early: Mapping[str, Any], name: str, visitor: Visitor, speaks: str) -> Iterator[str]:
    if not early:
        return
    screen, meant = _known(early["screens"], name)
    for file in (*_words(early["words"], speaks), *screen["files"]):
        yield f'<link rel="modulepreload" crossorigin href="./{file}">'
    # What would be refused before the session has been renewed is not asked for.
    data = {"nobody": screen["data"], "renew": ["csrf"], "known": ["auth/session", *screen["data"]]}
    for path in data[visitor]:
        yield f'<link rel="preload" as="fetch" crossorigin href="./api/v1/{escape(path.replace("$", meant))}">'


def _known(screens: Mapping[str, Any], name: str) -> tuple[Mapping[str, list[str]], str]:
    """A screen, and what stands in the address where its name has a `$`."""
    if name in screens:
        return screens[name], ""
    of, _, meant = name.rpartition("/")
    if _MEANT.fullmatch(meant) and f"{of}/$" in screens:
        return screens[f"{of}/$"], meant
    return {"files": [], "data": []}, ""


def _words(known: Mapping[str, list[str]], speaks: str) -> list[str]:
    """Of the language that the page will choose: browsers list theirs with the best first."""
    wanted = (part.partition(";")[0].strip().partition("-")[0].lower() for part in speaks.split(","))
    return known[next((language for language in wanted if language in known), "en")]
