"""A picture of a whole, made from the examples of its parts."""

from collections.abc import Mapping
from typing import Any

REF = "#/components/schemas/"
_BY_FORMAT = {
    "date-time": "2026-03-01T18:00:00.000000Z",
    "date": "2026-03-01",
}


class NoExample(LookupError):
    """Of this field none is known."""


class _Endless(Exception):
    """It holds itself."""


class Composer:
    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def compose(self, schema: Mapping[str, Any]) -> Any:
        """What a valid document by this schema looks like. Raises NoExample with the path to what is not known."""
        return self._of(schema, "", ())

    def _of(self, schema: Mapping[str, Any], path: str, within: tuple[str, ...]) -> Any:
        if schema.get("examples"):
            return schema["examples"][0]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(REF)
            if name in within:
                raise _Endless
            return self._of(self._schemas[name], name, (*within, name))
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self._first(choices, path, within)
        return self._plain(schema, path, within)

    def _first(self, choices: list[dict[str, Any]], path: str, within: tuple[str, ...]) -> Any:
        for choice in choices:
            if choice.get("type") == "null":
                return None
            try:
                return self._of(choice, path, within)
            except _Endless:
                continue
        raise _Endless

    def _plain(self, schema: Mapping[str, Any], path: str, within: tuple[str, ...]) -> Any:
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            fields = schema.get("properties", {})
            return {name: self._of(field, f"{path}.{name}", within) for name, field in fields.items()}
        if kind == "array":
            return self._several(schema, path, within)
        if "default" in schema:
            return schema["default"]
        if kind == "boolean":
            return False
        if kind == "null":
            return None
        if schema.get("format") in _BY_FORMAT:
            return _BY_FORMAT[schema["format"]]
        raise NoExample(path)

    def _several(self, schema: Mapping[str, Any], path: str, within: tuple[str, ...]) -> list[Any]:
        if "prefixItems" in schema:
            return [self._of(item, path, within) for item in schema["prefixItems"]]
        try:
            return [self._of(schema.get("items", {}), path, within)]
        except _Endless:
            return []


def add_whole_examples(document: dict[str, Any], given: Mapping[str, Any]) -> None:
    """To every JSON body and every JSON answer that has none of its own. What cannot be composed goes without.

    `given` are answers by operation, where what is composed would not show what is worth seeing.
    """
    composer = Composer(document["components"]["schemas"])
    for methods in document["paths"].values():
        for operation in methods.values():
            if operation.get("operationId") in given:
                operation["responses"]["200"]["content"]["application/json"]["example"] = given[
                    operation["operationId"]
                ]
            contents = [response.get("content", {}) for response in operation["responses"].values()]
            for content in (operation.get("requestBody", {}).get("content", {}), *contents):
                shown = content.get("application/json")
                if shown and not {"example", "examples"} & shown.keys():
                    _add_whole_example(shown, composer)


def _add_whole_example(content: dict[str, Any], composer: Composer) -> None:
    try:
        content["example"] = composer.compose(content.get("schema", {}))
    except NoExample:
        return
