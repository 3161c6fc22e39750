"""Writes the types of the live stream for TypeScript, made from the AsyncAPI document: `python tools/live_types.py`."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from medianest.asyncapi_live import live_document
from medianest_common.contracts.base import Page
from medianest_common.contracts.live import MAX_MESSAGE_BYTES, SUBPROTOCOL
from medianest_common.contracts.notifications import InboxCount, Notification
from medianest_gateway.routes.notifications import SocketTicket

FILE = Path(__file__).parents[1] / "clients" / "typescript" / "src" / "types.ts"
_REF = "#/components/schemas/{model}"
_FRAMES = ("event", "live", "snapshot")
_OVER_REST = (SocketTicket, InboxCount, Notification, Page[Notification])
_HEAD = f"""// Made by tools/live_types.py from the AsyncAPI document; changes are lost.

export const SUBPROTOCOL = {json.dumps(SUBPROTOCOL)};
export const MAX_MESSAGE_BYTES = {MAX_MESSAGE_BYTES};
"""


def typescript() -> str:
    document = live_document(_REF)
    _, rest = models_json_schema(
        [(model, "serialization") for model in _OVER_REST], by_alias=True, ref_template=_REF
    )
    messages = {name.removeprefix("live."): message for name, message in document["messages"].items()}
    schemas: dict[str, Any] = document["schemas"] | rest["$defs"]
    framed = {name: message for name, message in messages.items() if name.split(".")[0] in _FRAMES}
    hidden = {message["name"] for message in framed.values()}
    parts = [_HEAD]
    parts += [
        _declared(name, schema, sent=name != "ClientMessage")
        for name, schema in sorted(schemas.items())
        if name not in hidden
    ]
    for kind, prefix in (("event", "Event"), ("live", "Live")):
        parts.append(_table(kind, prefix, framed, schemas))
    parts.append(_snapshots(framed))
    control = [
        message["name"] for name, message in messages.items() if name not in framed and name != "client"
    ]
    union = " | ".join([*control, "EventFrame", "LiveFrame", "SnapshotFrame"])
    parts.append(f"export type ServerFrame = {union};\n")
    return "\n".join(parts)


def _table(kind: str, prefix: str, framed: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """What `data` holds by type, and the frame whose `type` tells which."""
    lines = [f"/** What `data` holds in each type of `{kind}` frame. */", f"export interface {prefix}Data {{"]
    shared: dict[str, Any] = {}
    for name, message in framed.items():
        if not name.startswith(f"{kind}."):
            continue
        shared = dict(schemas[message["name"]]["properties"])
        lines.append(f"  {json.dumps(name.removeprefix(f'{kind}.'))}: {_type(shared['data'])};")
    lines += ["}", ""]
    lines += [f"export type {prefix}Type = keyof {prefix}Data;", ""]
    lines.append(f"export type {prefix}Frame<K extends {prefix}Type = {prefix}Type> = {{")
    fields = {name: _type(schema) for name, schema in shared.items()} | {
        "type": "T",
        "data": f"{prefix}Data[T]",
    }
    body = " ".join(f"{name}: {written};" for name, written in fields.items())
    lines += [f"  [T in K]: {{ {body} }};", "}[K];", ""]
    return "\n".join(lines)


def _snapshots(framed: Mapping[str, Any]) -> str:
    types = [json.dumps(name.removeprefix("snapshot.")) for name in framed if name.startswith("snapshot.")]
    return (
        f"export type LastingType = {' | '.join(types)};\n\n"
        "export type SnapshotFrame<K extends LastingType = LastingType> = {\n"
        '  [T in K]: { t: "snapshot"; type: T; complete: boolean; states: LiveFrame<T>[] };\n'
        "}[K];\n"
    )


def _declared(name: str, schema: Mapping[str, Any], *, sent: bool) -> str:
    """`sent` by the server, which leaves no field out."""
    lines = list(_comment(schema.get("description"), indent=""))
    if "properties" not in schema:
        if schema.get("type") == "object" and "additionalProperties" not in schema:
            return "\n".join([*lines, f"export type {_name(name)} = Record<string, never>;", ""])
        return "\n".join([*lines, f"export type {_name(name)} = {_type(schema)};", ""])
    lines.append(f"export interface {_name(name)} {{")
    required = set(schema["properties"]) if sent else set(schema.get("required", []))
    for field, what in schema["properties"].items():
        mark = "" if field in required else "?"
        lines.append(f"  {field}{mark}: {_type(what)};")
    return "\n".join([*lines, "}", ""])


def _type(schema: Mapping[str, Any] | bool) -> str:
    if isinstance(schema, bool):
        return "unknown"
    if "$ref" in schema:
        return _name(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " | ".join(dict.fromkeys(_type(each) for each in schema[union]))
    match schema.get("type"):
        case "array":
            inner = _type(schema.get("items", True))
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case "object":
            return f"Record<string, {_type(schema.get('additionalProperties', True))}>"
        case "integer" | "number":
            return "number"
        case "string" | "boolean" | "null" as plain:
            return str(plain)
    return "unknown"


def _comment(text: str | None, *, indent: str) -> Iterator[str]:
    words = re.sub(r"\s+", " ", text or "").strip()
    if words:
        yield f"{indent}/** {words.replace('*/', '* /')} */"


def _name(name: str) -> str:
    return re.sub(r"\W+|_$", "", name.rpartition("__")[2].replace("Page_Notification_", "NotificationPage"))


def main() -> None:
    FILE.write_text(typescript())
    print(f"{FILE.relative_to(FILE.parents[3])} written", file=sys.stderr)


if __name__ == "__main__":
    main()
