"""Whether frames are what the AsyncAPI document says they are, no field more and no field less."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from medianest.asyncapi_live import live_document

_REF = "#/components/schemas/{model}"


def complaints(frames: Iterable[Mapping[str, Any]]) -> list[str]:
    found = []
    for frame in frames:
        name = name_of(frame)
        validator = _validators().get(name)
        if validator is None:
            found.append(f"{name} is not in the document")
            continue
        found += [
            f"{name}: {'.'.join(map(str, e.absolute_path))}: {e.message}"
            for e in validator.iter_errors(frame)
        ]
    return found


def name_of(frame: Mapping[str, Any]) -> str:
    """As its message is called in the document."""
    kind = str(frame["t"])
    return f"{kind}.{frame['type']}" if kind in ("event", "live", "snapshot") else kind


@cache
def _validators() -> dict[str, Draft202012Validator]:
    document = live_document(_REF)
    schemas = {name: _exact(schema) for name, schema in document["schemas"].items()}
    return {
        name.removeprefix("live."): Draft202012Validator(
            message["payload"] | {"components": {"schemas": schemas}}
        )
        for name, message in document["messages"].items()
    }


def _exact(schema: dict[str, Any]) -> dict[str, Any]:
    """Every field is there, since we say all of them, and there are no others."""
    properties = schema.get("properties")
    if properties is None:
        return schema
    return schema | {"additionalProperties": False, "required": list(properties)}
