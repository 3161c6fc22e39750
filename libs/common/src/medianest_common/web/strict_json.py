"""JSON as RFC 8259 and I-JSON have it: what Python would let pass beyond that is refused."""

import json
import math
from typing import Any, NoReturn

from medianest_common.errors import BadRequest, FieldError, Invalid

DEEPEST = 32
_LARGEST_INTEGER = 2**63 - 1
_LONGEST_FIELD = 100


class MalformedJson(BadRequest):
    title = "The body is not valid JSON"


def check_json(body: bytes) -> Any:
    """The value. Raises `MalformedJson` for what is no JSON, is ambiguous (equal names) or too deep, and `Invalid` for
    what PostgreSQL cannot keep: NUL, lone surrogates, integers beyond 64 bits."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise MalformedJson("It is not UTF-8.") from None
    if body.count(b"[") + body.count(b"{") > DEEPEST and _depth(text) > DEEPEST:
        raise MalformedJson(f"It is nested more than {DEEPEST} deep.")
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise MalformedJson(f"Character {error.pos}: {error.msg}.") from None
    except (ValueError, RecursionError):
        raise MalformedJson("It cannot be read.") from None
    if "\\u" in text:
        _check_text(value, "")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedJson("A name appears twice in one object.")
    return value


def _no_number(_: str) -> NoReturn:
    raise MalformedJson("NaN and Infinity are no JSON.")


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise MalformedJson("A number is too large.")
    return value


def _integer(digits: str) -> int:
    value = int(digits) if len(digits) <= 20 else _LARGEST_INTEGER + 1
    if not -_LARGEST_INTEGER - 1 <= value <= _LARGEST_INTEGER:
        raise Invalid("A number is too large.", errors=[FieldError("body", "numbers must fit into 64 bits")])
    return value


def _check_text(value: Any, field: str) -> None:
    if isinstance(value, str):
        if "\x00" in value or not _is_text(value):
            raise Invalid(
                "Text must not hold NUL or broken characters.",
                errors=[
                    FieldError(field[:_LONGEST_FIELD] or "body", "must not hold NUL or broken characters")
                ],
            )
    elif isinstance(value, dict):
        for name, member in value.items():
            _check_text(name, f"{field}.?".lstrip("."))
            _check_text(member, f"{field}.{name}".lstrip("."))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _check_text(member, f"{field}.{index}".lstrip("."))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _depth(text: str) -> int:
    """How deep brackets are nested, those inside strings not counted."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
