"""Takes secrets out of everything that is logged, and makes text from outside harmless in a log."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from structlog.typing import EventDict, WrappedLogger

HIDDEN = "[hidden]"

_LONGEST_VALUE = 4096
_LONGEST_TRACEBACK = 32768
_DEEPEST = 6
_TRACEBACKS = frozenset({"exception", "stack", "exc_text"})

# Whole words of a name: `plex_token` and `userEmail` match, `monkey` and `spinning` do not.
_SECRET_WORD = re.compile(
    r"pass(word|wd|phrase)?|pwd|secrets?|tokens?|authorization|cookies?|codes?|pins?|t?otp|keys?|apikey|e?mails?"
    r"|verifier|state|credentials?|jwt|csrf"
)
# Names that hold one of those words and nothing secret.
_HARMLESS = re.compile(
    r"(status|error|exit|close|problem|language|country)_code|(rating|cache|routing)_key|(key|mail|token)_id|signing_keys"
    r"|(breaker|old|new)_state|token_type"
)
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")

_SECRET_VALUE = re.compile(
    r"(?P<keep>mn[a-z]_)[A-Za-z0-9_-]{8,}"
    r"|(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*"
    r"|(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{6,}"
    r"|(?P<name>(?<![\w-])(?:[\w-]{0,40}(?:token|api_?key|password|secret|verifier)|code|state|ticket|pin)=)"
    r"[^&\s\"'#]+"
    r"|(?P<user>://)[^/\s:@\"']*:[^/\s@\"']+(?=@)",
    re.IGNORECASE,
)
# Control characters, line and paragraph separators, directional marks, lone surrogates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_UNSAFE_IN_TRACEBACK = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


class RedactionProcessor:
    """The last processor before the renderer; lines of the standard library (httpx, uvicorn) come by as well."""

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        for name, value in event.items():
            if not name.startswith("_"):
                event[name] = _clean_member(name, value, depth=0)
        return event


def redact_text(text: str, *, keep_lines: bool = False) -> str:
    """The text without anything that looks like a secret, on one line unless told otherwise, and not endless."""
    longest = _longest(keep_lines=keep_lines)
    if len(text) > longest:
        text = f"{text[:longest]}… ({len(text)} characters)"
    text = _SECRET_VALUE.sub(_hide, text)
    return (_UNSAFE_IN_TRACEBACK if keep_lines else _UNSAFE).sub(_escape, text)


def redact(value: Any) -> Any:
    """The same for what JSON has been read into: what names say is secret goes as well. Six levels of it are kept, and
    of each text what `redact_text` keeps; `is_cut` says whether that is all."""
    return _clean(value, depth=0)


def is_cut(value: Any, *, keep_lines: bool = False, depth: int = 0) -> bool:
    """Whether `redact`, or `redact_text`, leaves out more of what JSON has been read into than what is secret."""
    if isinstance(value, str):
        return len(value) > _longest(keep_lines=keep_lines)
    if not isinstance(value, Mapping | list):
        return False
    if depth >= _DEEPEST:
        return True
    if isinstance(value, list):
        return any(is_cut(member, depth=depth + 1) for member in value)
    return any(
        is_cut(name)
        or (not is_secret_name(name) and is_cut(member, keep_lines=name in _TRACEBACKS, depth=depth + 1))
        for name, member in value.items()
    )


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    snake = "_".join(_WORD.findall(name)).lower()
    if _HARMLESS.fullmatch(snake):
        return False
    return any(_SECRET_WORD.fullmatch(word) for word in snake.split("_"))


def _longest(*, keep_lines: bool) -> int:
    return _LONGEST_TRACEBACK if keep_lines else _LONGEST_VALUE


def _clean_member(name: str, value: Any, *, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if is_secret_name(name):
        return HIDDEN
    if isinstance(value, str):
        return redact_text(value, keep_lines=name in _TRACEBACKS)
    return _clean(value, depth=depth)


def _clean(value: Any, *, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return redact_text(value)
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {
            redact_text(str(name)): _clean_member(str(name), member, depth=depth + 1)
            for name, member in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(member, depth=depth + 1) for member in value]
    return redact_text(str(value))


def _hide(found: re.Match[str]) -> str:
    kept = found["keep"] or found["scheme"] or found["name"] or found["user"] or ""
    return kept + HIDDEN


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
