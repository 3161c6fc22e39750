"""JSONata, in which Uptime Kuma asks, as RFC 9535, where both say the same."""

import json
import re

_STEP = re.compile(
    r"(?:`(?P<quoted>[^`]+)`|(?P<name>[A-Za-z_][A-Za-z0-9_]*))(?P<places>(?:\[-?[0-9]{1,9}\])*)"
)
_ROOT = re.compile(r"\${1,2}(?P<places>(?:\[-?[0-9]{1,9}\])*)(?:\.|$)")
_WORDS = frozenset({"and", "or", "in", "true", "false", "null"})


def as_json_path(expression: str) -> str | None:
    """`data.items[0].state` is `$.data.items[0].state`. None for anything but a path of names and places."""
    rest, path = expression.strip(), "$"
    if root := _ROOT.match(rest):
        rest, path = rest[root.end() :], "$" + root["places"]
        if not rest:
            return None if expression.strip().endswith(".") else path
    elif rest in _WORDS:
        return None
    while True:
        step = _STEP.match(rest)
        if step is None:
            return None
        path += _named(step) + step["places"]
        rest = rest[step.end() :]
        if not rest:
            return path
        if not rest.startswith("."):
            return None
        rest = rest[1:]


def _named(step: re.Match[str]) -> str:
    if step["name"]:
        return "." + step["name"]
    return f"[{json.dumps(step['quoted'], ensure_ascii=False)}]"
