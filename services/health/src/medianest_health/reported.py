"""What is kept of an error in a browser, and which errors are the same. Nothing here waits or writes."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from medianest_common.contracts.health.errors import ReportErrorBody
from medianest_common.security.redaction import redact_text

_FRAMES = 5
_LINES = 50
_LONGEST_LINE = 500
_LONGEST_SEGMENT = 24

_QUERY = re.compile(r"(https?://[^\s?#]{1,500})[?#][^\s:)]*")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_URL = re.compile(r"https?://\S+")
_UUID = re.compile(r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b", re.IGNORECASE)
_HEX = re.compile(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{8,64}\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_PLACE = re.compile(r"(?::\d+){1,2}$")
_BUILD = re.compile(r"[-.](?=[\w-]*[0-9A-Z])[\w-]{6,32}(?=\.\w{1,4}$)")
_BROWSERS = (
    ("Edge", re.compile(r"\bEdgA?/(\d{1,4})")),
    ("Opera", re.compile(r"\bOPR/(\d{1,4})")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/(\d{1,4})")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d{1,4})")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS)/(\d{1,4})")),
    ("Safari", re.compile(r"\bVersion/(\d{1,4})\S* (?:Mobile/\S+ )?Safari/")),
)


@dataclass(frozen=True, slots=True)
class Reported:
    fingerprint: str
    kind: str
    message: str
    stack: str | None
    page: str | None
    browser: str | None
    release: str | None


def read(body: ReportErrorBody, *, user_agent: str) -> Reported:
    kind = _line(body.kind) or "Error"
    message = _line(body.message) or "(no message)"
    stack = _without_secrets(_plain(body.stack), keep_lines=True) if body.stack else None
    return Reported(
        fingerprint=_fingerprint(kind, message, stack or ""),
        kind=kind,
        message=message,
        stack=stack or None,
        page=page_of(body.page) if body.page else None,
        browser=browser_of(user_agent),
        release=(_line(body.release) or None) if body.release else None,
    )


def page_of(path: str) -> str:
    """Which page it was, and not which film, person or invitation it was about."""
    try:
        path = urlsplit(_line(path)).path
    except ValueError:
        path = _line(path).partition("?")[0].partition("#")[0]
    return "/".join(":id" if _is_id(segment) else segment for segment in path.split("/"))


def browser_of(user_agent: str) -> str | None:
    for name, version in _BROWSERS:
        if found := version.search(user_agent):
            return f"{name} {found[1]}"
    return None


def _fingerprint(kind: str, message: str, stack: str) -> str:
    same = "\n".join([kind, _general(message), *list(_frames(stack))[:_FRAMES]])
    return sha256(same.encode()).hexdigest()[:32]


def _general(text: str) -> str:
    """Without what differs from one time to the next."""
    text = _URL.sub("<url>", text)
    text = _UUID.sub("<id>", text)
    text = _HEX.sub("<id>", text)
    return _NUMBER.sub("<n>", text)


def _frames(stack: str) -> Iterator[str]:
    """`function file` of each line that is one, as Chrome (`at f (file:1:2)`) or Firefox and Safari (`f@file:1:2`)
    write them."""
    for line in stack.splitlines()[:_LINES]:
        line = line.strip()[:_LONGEST_LINE]
        if line.startswith("at "):
            called, _, place = line.removeprefix("at ").removesuffix(")").rpartition(" (")
        elif "@" in line:
            called, _, place = line.partition("@")
        else:
            continue
        yield f"{_general(called.removeprefix('async '))} {_file(place)}"


def _file(place: str) -> str:
    """Its name without the mark of a build, so that the same error in the next release is the same."""
    path = _PLACE.sub("", place).partition("?")[0].partition("#")[0]
    return _BUILD.sub("", path.rpartition("/")[2])


def _is_id(segment: str) -> bool:
    is_code = len(segment) > _LONGEST_SEGMENT
    return is_code or segment.isdigit() or bool(_UUID.fullmatch(segment) or _HEX.fullmatch(segment))


def _line(text: str) -> str:
    return _MAIL.sub("<mail>", _without_secrets(" ".join(_plain(text).split()), keep_lines=False))


def _without_secrets(text: str, *, keep_lines: bool) -> str:
    return redact_text(_QUERY.sub(r"\1", text), keep_lines=keep_lines).strip()


def _plain(text: str) -> str:
    """Without control and formatting characters: neither a log nor a terminal nor a reader is led astray by it."""
    return "".join(
        character
        if character == "\n" or unicodedata.category(character)[0] not in "CZ"
        else _instead(character)
        for character in text.replace("\r\n", "\n").replace("\u2028", "\n")
    )


def _instead(character: str) -> str:
    return " " if character == "\t" or unicodedata.category(character)[0] == "Z" else ""
