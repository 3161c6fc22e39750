"""Checks what arrives against the published API description, as the real server does before any handler."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from .numbers import Flavour
from .refusals import Refused

type Json = dict[str, Any]

_RESERVED = re.compile(r"[:/?#\[\]@!$&'()*+,;=]")
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True)
class _Complaint:
    path: str
    message: str
    code: str

    @property
    def error(self) -> dict[str, str]:
        return {
            "path": f".{self.path}",
            "message": self.message,
            "errorCode": f"{self.code}.openapi.validation",
        }


@cache
def load_description(flavour: Flavour) -> Json:
    """The published OpenAPI description, reduced to the paths served here."""
    file = files("medianest_common.testing").joinpath("fixtures", "overseerr", "openapi", f"{flavour}.json")
    loaded: Json = json.loads(file.read_text(encoding="utf-8"))
    return loaded


class Description:
    def __init__(self, flavour: Flavour) -> None:
        self._document = load_description(flavour)

    def operation(self, template: str, method: str) -> Json | None:
        found: Json | None = self._document["paths"].get(template, {}).get(method.lower())
        return found

    def is_public(self, template: str, method: str) -> bool:
        operation = self.operation(template, method)
        return operation is not None and operation.get("security") == []

    def query(self, template: str, method: str, raw: str) -> Json:
        """The parameters with their types, from the query string as it came in."""
        declared = self._parameters(template, method, "query")
        pairs = [part.partition("=")[::2] for part in raw.split("&") if part]
        given = {unquote(name): value for name, value in pairs}
        for name in declared:
            if _RESERVED.search(given.get(name, "")):
                message = (
                    f"Parameter '{name}' must be url encoded. Its value may not contain reserved characters."
                )
                raise Refused(400, message, errors=[{"path": f".query.{name}", "message": message}])
        for name, value in given.items():
            if name not in declared:
                message = f"Unknown query parameter '{name}'"
            elif value == "":
                message = f"Empty value found for query parameter '{name}'"
            else:
                continue
            raise Refused(400, message, errors=[{"path": f".query.{name}", "message": message}])
        values = {
            name: _coerced(declared[name]["schema"], unquote(value, errors="replace"))
            for name, value in given.items()
        }
        complaints = [
            _Complaint(f"query.{name}", f"should have required property '{name}'", "required")
            for name, parameter in declared.items()
            if parameter.get("required") and name not in values
        ]
        for name, typed in values.items():
            complaints += self._check(declared[name]["schema"], typed, f"query.{name}")
        _refuse(complaints)
        return values

    def path(self, template: str, method: str, given: Json) -> Json:
        declared = self._parameters(template, method, "path")
        values = {
            name: _coerced(declared[name]["schema"], value) if name in declared else value
            for name, value in given.items()
        }
        complaints: list[_Complaint] = []
        for name, value in values.items():
            if name in declared:
                complaints += self._check(declared[name]["schema"], value, f"params.{name}")
        _refuse(complaints)
        return values

    def body(self, template: str, method: str, content_type: str, raw: bytes) -> Json:
        operation = self.operation(template, method)
        content = (operation or {}).get("requestBody", {}).get("content")
        if not content:
            return {}
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type not in content:
            raise Refused(
                415,
                f"unsupported media type {media_type or 'undefined'}",
                errors=[{"path": template, "message": f"unsupported media type {media_type or 'undefined'}"}],
            )
        try:
            value = json.loads(raw or b"{}")
        except ValueError as error:
            raise Refused(400, f"Unexpected token in JSON: {error}") from error
        _refuse(self._check(content[media_type]["schema"], value, "body"))
        return value if isinstance(value, dict) else {}

    def _parameters(self, template: str, method: str, place: str) -> dict[str, Json]:
        operation = self.operation(template, method) or {}
        return {item["name"]: item for item in operation.get("parameters", []) if item["in"] == place}

    def _check(self, schema: Json, value: object, path: str) -> list[_Complaint]:
        if "$ref" in schema:
            return self._check(
                self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], value, path
            )
        if value is None and schema.get("nullable"):
            return []
        if "oneOf" in schema and not any(not self._check(option, value, path) for option in schema["oneOf"]):
            return [_Complaint(path, "should match exactly one schema in oneOf", "oneOf")]
        wanted = schema.get("type")
        if wanted and not _is_a(wanted, value):
            return [_Complaint(path, f"should be {wanted}", "type")]
        if "enum" in schema and value not in schema["enum"]:
            allowed = ", ".join(str(option) for option in schema["enum"])
            return [_Complaint(path, f"should be equal to one of the allowed values: {allowed}", "enum")]
        if isinstance(value, int | float) and value < schema.get("minimum", value):
            return [_Complaint(path, f"should be >= {schema['minimum']}", "minimum")]
        if isinstance(value, list):
            return [
                found
                for position, item in enumerate(value)
                for found in self._check(schema.get("items", {}), item, f"{path}[{position}]")
            ]
        if isinstance(value, dict):
            return self._check_object(schema, value, path)
        return []

    def _check_object(self, schema: Json, value: Json, path: str) -> list[_Complaint]:
        complaints = [
            _Complaint(f"{path}.{name}", f"should have required property '{name}'", "required")
            for name in schema.get("required", [])
            if name not in value
        ]
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                complaints += self._check(inner, value[name], f"{path}.{name}")
        return complaints


def _is_a(wanted: str, value: object) -> bool:
    if isinstance(value, bool):
        return wanted == "boolean"
    return isinstance(value, _TYPES[wanted])


def _coerced(schema: Json, text: str) -> object:
    match schema.get("type"):
        case "number" | "integer":
            try:
                number = float(text)
            except ValueError:
                return text
            return int(number) if number.is_integer() else number
        case "boolean" if text in ("true", "false"):
            return text == "true"
        case _:
            return text


def _refuse(complaints: list[_Complaint]) -> None:
    if complaints:
        message = ", ".join(_summary(complaint) for complaint in complaints)
        raise Refused(400, message, errors=[complaint.error for complaint in complaints])


def _summary(complaint: _Complaint) -> str:
    """Names the object, not the property, where a property is missing."""
    path = complaint.path
    if complaint.code == "required" and complaint.path.startswith("body."):
        path = path.rpartition(".")[0]
    return f"request.{path} {complaint.message}"
