"""What a change of the API, of a message or of a table takes away from those who use it.

    python -m tools.breaking          what today's documents break of the last release's
    python -m tools.breaking --keep   at a release: today's documents are the ones to keep to

A break that is meant stands in `docs/released/intended.json`, word for word, with where it is explained: a decision
(`0015-….md`), or a sentence of the changelog.

Tables count as well: the code of the last release runs on them while an installation is upgraded (`tools/tables.py`).

More is always allowed: new paths, methods, parameters and fields that may be left out, answers with fields more,
values more of an enum in an answer (callers take a value that they do not know as such).
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from tools import tables

DOCS = Path(__file__).parents[1] / "docs"
RELEASED = DOCS / "released"
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_TOLD = frozenset({"description", "summary", "title", "examples", "example", "tags", "$id"})
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")

type Way = Literal["sent", "answered"]
type Schema = Mapping[str, Any]


def broken_operations(old: Schema, new: Schema) -> list[str]:
    """One line for everything that a caller of the old API could trip over."""
    lines = []
    for path, operations in old["paths"].items():
        for method in filter(operations.__contains__, _METHODS):
            name = f"{method.upper()} {path}"
            there = new["paths"].get(path, {}).get(method)
            if there is None:
                lines.append(f"{name}: is gone")
            else:
                lines += [f"{name}: {what}" for what in _operation(old, new, operations[method], there)]
    return list(dict.fromkeys(lines))


def broken_messages(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """Events are read by others, all else is sent by others. `job`s may lie in a queue from before the update."""
    lines = []
    for subject, schema in old.items():
        there = new.get(subject)
        if there is None:
            lines.append(f"{subject}: is gone")
            continue
        way: Way = "answered" if subject.startswith("evt.") else "sent"
        lines += [f"{subject}: {what}" for what in _Comparison(schema, there, way).all("", schema, there)]
    return list(dict.fromkeys(lines))


def without_words(document: Any) -> Any:
    """What is kept of a release: no descriptions and examples, which may change."""
    if isinstance(document, list):
        return [without_words(item) for item in document]
    if not isinstance(document, dict):
        return document
    return {
        key: _named(value) if key in ("properties", "$defs", "schemas", "paths") else without_words(value)
        for key, value in document.items()
        if key not in _TOLD
    }


def _named(things: Mapping[str, Any]) -> dict[str, Any]:
    """The keys are names, which may well be `title` or `description`."""
    return {name: without_words(thing) for name, thing in things.items()}


def _operation(old: Schema, new: Schema, before: Schema, after: Schema) -> Iterator[str]:
    if before.get("operationId", after.get("operationId")) != after.get("operationId"):
        yield f"is called {after.get('operationId')} in generated clients, and was {before.get('operationId')}"
    if _is_public(old, before) and not _is_public(new, after):
        yield "asks now who it is"
    yield from _parameters(old, new, before, after)
    yield from _body(old, new, before.get("requestBody"), after.get("requestBody"))
    for status, answer in before["responses"].items():
        there = after["responses"].get(status)
        if there is None:
            yield f"{status} is no longer answered"
            continue
        answer, there = _resolved(old, answer), _resolved(new, there)
        for kind, content in answer.get("content", {}).items():
            if kind not in there.get("content", {}):
                yield f"{status} is no longer {kind}"
                continue
            compare = _Comparison(old, new, "answered")
            yield from compare.all(
                status, content.get("schema", {}), there["content"][kind].get("schema", {})
            )


def _is_public(document: Schema, operation: Schema) -> bool:
    return bool(operation.get("security", document.get("security")) == [])


def _parameters(old: Schema, new: Schema, before: Schema, after: Schema) -> Iterator[str]:
    was = {(p["in"], p["name"].lower()): p for p in before.get("parameters", [])}
    now = {(p["in"], p["name"].lower()): p for p in after.get("parameters", [])}
    for key, parameter in was.items():
        where = f"{key[0]} parameter {parameter['name']}"
        if key not in now:
            yield f"{where} is gone"
            continue
        if now[key].get("required") and not parameter.get("required"):
            yield f"{where} is needed now"
        compare = _Comparison(old, new, "sent")
        yield from compare.all(where, parameter.get("schema", {}), now[key].get("schema", {}))
    for key, parameter in now.items():
        if key not in was and parameter.get("required"):
            yield f"{key[0]} parameter {parameter['name']} is new and needed"


def _body(old: Schema, new: Schema, before: Schema | None, after: Schema | None) -> Iterator[str]:
    if before is None:
        if after is not None and after.get("required"):
            yield "a body is needed now"
        return
    if after is None:
        yield "no body is taken any more"
        return
    if after.get("required") and not before.get("required"):
        yield "a body is needed now"
    for kind, content in before["content"].items():
        if kind not in after["content"]:
            yield f"a body of {kind} is no longer taken"
            continue
        compare = _Comparison(old, new, "sent")
        yield from compare.all("body", content.get("schema", {}), after["content"][kind].get("schema", {}))


def _resolved(document: Schema, thing: Schema) -> Schema:
    while "$ref" in thing:
        found: Any = document
        for part in thing["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        thing = found
    return thing


class _Comparison:
    """`sent` may not become narrower, `answered` may not become wider."""

    def __init__(self, old: Schema, new: Schema, way: Way) -> None:
        self._old, self._new, self._way = old, new, way
        self._seen = set[tuple[str, str]]()

    def all(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        if "$ref" in old and "$ref" in new:
            pair = old["$ref"], new["$ref"]
            if pair in self._seen:
                return
            self._seen.add(pair)
        before, after = self._choices(self._old, old), self._choices(self._new, new)
        if not before or not after:
            # One of them says nothing about what it holds.
            if bool(before) != bool(after) and (not after if self._way == "answered" else not before):
                yield f"{where} is of another type"
            return
        if len(before) == len(after) == 1:
            yield from self._one(where, before[0], after[0])
            return
        # Whatever is on the side that must fit has to fit something of the other.
        fitting, holding = (before, after) if self._way == "sent" else (after, before)
        for choice in fitting:
            tries = [self._tried(where, choice, other) for other in holding]
            if all(tries):
                yield from min(tries, key=len)

    def _tried(self, where: str, choice: Schema, other: Schema) -> list[str]:
        old, new = (choice, other) if self._way == "sent" else (other, choice)
        seen = set(self._seen)
        found = list(self._one(where, old, new))
        self._seen = seen
        return found

    def _choices(self, document: Schema, schema: Schema) -> list[Schema]:
        schema = _resolved(document, schema)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return [c for choice in schema[word] for c in self._choices(document, choice)]
        kinds = schema.get("type")
        if isinstance(kinds, list):
            return [{**schema, "type": kind} for kind in kinds]
        has_meaning = any(key in schema for key in ("type", "enum", "const", "properties"))
        return [schema] if has_meaning else []

    def _one(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        if not _same_kind(*((new, old) if self._way == "answered" else (old, new))):
            yield f"{where} is of another type"
            return
        if self._way == "sent":
            yield from self._narrower(where, old, new)
        if "properties" in old or "properties" in new:
            yield from self._fields(where, old, new)
        if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
            yield from self.all(f"{where}[]", old["items"], new["items"])
        values = old.get("additionalProperties"), new.get("additionalProperties")
        if isinstance(values[0], dict) and isinstance(values[1], dict):
            yield from self.all(f"{where}.*", values[0], values[1])
        if len(old.get("prefixItems", ())) != len(new.get("prefixItems", ())):
            yield f"{where} has another length"

    def _fields(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        refuses_more = new.get("additionalProperties") is False
        for name, field in before.items():
            inside = f"{where}.{name}".lstrip(".")
            if name not in after:
                if self._way == "answered" or refuses_more:
                    yield f"{inside} is gone"
                continue
            if self._way == "answered" and name in needed_before - needed_after:
                yield f"{inside} may be missing now"
            if self._way == "sent" and name in needed_after - needed_before:
                yield f"{inside} is needed now"
            yield from self.all(inside, field, after[name])
        if self._way == "sent":
            for name in sorted(needed_after - before.keys()):
                yield f"{where}.{name} is new and needed".lstrip(".")

    def _narrower(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        taken = _values(new)
        if taken is not None:
            before = _values(old)
            lost = [value for value in before or () if value not in taken]
            if before is None:
                yield f"{where} takes only some values now"
            elif lost:
                yield f"{where} no longer takes {', '.join(map(str, lost))}"
        for word in (*_UPPER, *_LOWER):
            if word in new and (word not in old or _is_tighter(word, old[word], new[word])):
                yield f"{where} takes less: {word} is {new[word]}"
        for word in ("pattern", "format"):
            if new.get(word, old.get(word)) != old.get(word):
                yield f"{where} takes less: {word} is {new[word]}"


def _is_tighter(word: str, old: float, new: float) -> bool:
    return new < old if word in _UPPER else new > old


def _values(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def _same_kind(narrow: Schema, wide: Schema) -> bool:
    kinds = _kind(narrow), _kind(wide)
    return kinds[0] == kinds[1] or None in kinds or kinds == ("integer", "number")


def _kind(schema: Schema) -> str | None:
    if "type" in schema:
        return str(schema["type"])
    values = _values(schema)
    if values is not None:
        return "string" if all(isinstance(value, str) for value in values) else None
    return "object" if "properties" in schema else None


def today() -> tuple[dict[str, Any], dict[str, Any]]:
    """The documents as they lie in `docs/`; another test sees to it that they are those of the code."""
    schemas = {path.stem: json.loads(path.read_text()) for path in sorted((DOCS / "schemas").glob("*.json"))}
    return json.loads((DOCS / "openapi.json").read_text()), schemas


def released() -> tuple[dict[str, Any], dict[str, Any]]:
    api, messages = (json.loads((RELEASED / name).read_text()) for name in ("openapi.json", "messages.json"))
    return api, messages


def breaks() -> list[str]:
    (old_api, old_messages), (new_api, new_messages) = released(), today()
    old_tables = json.loads((RELEASED / "tables.json").read_text())
    return [
        *broken_operations(old_api, new_api),
        *broken_messages(old_messages, new_messages),
        *tables.broken_tables(old_tables, tables.today()),
    ]


def keep() -> None:
    api, messages = today()
    RELEASED.mkdir(exist_ok=True)
    kept = {"openapi.json": without_words(api), "messages.json": _named(messages)}
    for name, document in kept.items():
        (RELEASED / name).write_text(json.dumps(document, separators=(",", ":"), sort_keys=True) + "\n")
    (RELEASED / "tables.json").write_text(
        json.dumps(tables.today(), separators=(",", ":"), sort_keys=True) + "\n"
    )
    (RELEASED / "intended.json").write_text("{}\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--keep"]:
        keep()
    else:
        print("\n".join(breaks()) or "Nothing is broken.")
