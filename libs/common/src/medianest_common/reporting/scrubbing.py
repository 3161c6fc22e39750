"""What of a fault may leave the house: a list of what may, and not of what may not."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from medianest_common.security.redaction import HIDDEN, redact_text

_TOP = ("event_id", "timestamp", "platform", "level", "release", "environment", "sdk")
"""What the program says of itself, as it is."""
_TAGS = ("service", "correlation_id", "event", "held_back")
_FRAME = ("filename", "function", "module", "lineno", "in_app", "context_line", "pre_context", "post_context")
_MECHANISM = ("type", "handled", "source", "exception_id", "parent_id", "is_exception_group")
_SPEAKS_OF_CODE = frozenset(
    {
        "AttributeError",
        "ImportError",
        "ModuleNotFoundError",
        "NameError",
        "NotImplementedError",
        "RecursionError",
        "TypeError",
        "UnboundLocalError",
    }
)
"""What these say names types and members. All others may repeat what somebody has sent, so that they say nothing."""
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
    r"|(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])"
    r"|\b[a-z][a-z0-9+.-]*://[^\s'\"]+",
    re.IGNORECASE,
)


def scrub(event: Mapping[str, Any]) -> dict[str, Any]:
    """A new event of what may be told."""
    kept = _picked(event, _TOP)
    kept |= _cleaned(event, ("transaction",))
    kept["tags"] = _cleaned(event.get("tags") or {}, _TAGS)
    kept["exception"] = {
        "values": [_exception(value) for value in (event.get("exception") or {}).get("values", ())]
    }
    return kept


def clean_text(text: str) -> str:
    return _PERSONAL.sub(HIDDEN, redact_text(text))


def _exception(value: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(value.get("type"))
    kept: dict[str, Any] = {"type": kind, "module": value.get("module")}
    kept["value"] = clean_text(str(value.get("value"))) if kind in _SPEAKS_OF_CODE else ""
    kept["mechanism"] = _picked(value.get("mechanism") or {}, _MECHANISM)
    frames = (value.get("stacktrace") or {}).get("frames")
    if frames:
        kept["stacktrace"] = {"frames": [_frame(frame) for frame in frames]}
    return kept


def _frame(frame: Mapping[str, Any]) -> dict[str, Any]:
    """Lines of the program are what everybody can read."""
    return _picked(frame, _FRAME)


def _picked(members: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: members[name] for name in names if members.get(name) is not None}


def _cleaned(members: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: clean_text(str(value)) for name, value in _picked(members, names).items()}
