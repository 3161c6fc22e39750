"""What fields hold, shown by example: in the schemas of messages, in the descriptions of both APIs, on its page.

A field is looked up as `service.Model.field`, `Model.field` and `field`, the same word being the same thing almost
everywhere. Of several examples, a tuple, the first is what a picture of the whole shows: mostly `None`, where a value
would contradict its neighbours. A whole model may stand here under its own name.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from medianest_common.contracts.examples.ids import id_of

type _Schema = Mapping[str, Any]

_PARTS = (
    "ids",
    "times",
    "whether",
    "people",
    "titles",
    "library",
    "videos",
    "messages",
    "services",
    "backups",
    "wholes",
)
_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


@cache
def vocabulary() -> dict[str, Any]:
    """Read only when something is described, which running services do not do."""
    found: dict[str, Any] = {}
    for part in _PARTS:
        found |= import_module(f"{__name__}.{part}").EXAMPLES
    return found


def add_examples(schema: dict[str, Any], *, model: str, service: str) -> None:
    """To the JSON schema of a model and of its fields, where the model does not give its own."""
    words = vocabulary()
    for whole in (f"{service}.{model}", model):
        if whole in words:
            schema.setdefault("examples", [words[whole]])
            break
    for name, field in schema.get("properties", {}).items():
        if "examples" in field or "const" in field:
            continue
        for word in (f"{service}.{model}.{name}", f"{model}.{name}", name):
            meant = word != name
            fitting = [one for one in _several(words.get(word, ())) if _fits(one, field, meant=meant)]
            if fitting:
                field["examples"] = fitting
                break
        else:
            if name == "id" and any(part.get("format") == "uuid" for part in field.get("anyOf", [field])):
                field["examples"] = [id_of(model)]


def _several(examples: Any) -> tuple[Any, ...]:
    return examples if isinstance(examples, tuple) else (examples,)


def _fits(example: Any, schema: _Schema, *, meant: bool) -> bool:
    """A word that means another thing in this model is no example here. Looks no deeper than into a list, and takes
    it on trust that what is `meant` for a field fits another model; all of it is validated by a test.
    """
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return any(_fits(example, choice, meant=meant) for choice in choices)
    if "enum" in schema:
        return example in schema["enum"]
    if "$ref" in schema:
        return meant and example is not None
    if schema.get("type") == "array":
        return isinstance(example, list) and all(
            _fits(item, schema.get("items", {}), meant=meant) for item in example
        )
    if schema.get("type") == "object":
        return isinstance(example, dict)
    if isinstance(example, bool) and schema.get("type") != "boolean":
        return "type" not in schema
    return "type" not in schema or isinstance(example, _KINDS[schema["type"]])
