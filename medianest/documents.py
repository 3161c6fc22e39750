"""Documents generated from the code: the schema of every message, the HTTP API, the bus."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medianest_common import contracts
from medianest_common.contracts.base import Message


def messages() -> list[type[Message]]:
    """All that travel on the bus, by subject."""
    for module in pkgutil.iter_modules(contracts.__path__, f"{contracts.__name__}."):
        importlib.import_module(module.name)
    return sorted(_concrete(Message), key=lambda message: message.subject)


def write_schemas(folder: Path) -> int:
    """One file per message, named for its subject; files of messages that are gone are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"{message.subject}.json": _schema(message) for message in messages()}
    for path in folder.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, schema in wanted.items():
        (folder / name).write_text(json.dumps(schema, indent=2, sort_keys=True) + "\n")
    return len(wanted)


def _schema(message: type[Message]) -> dict[str, Any]:
    return {"$id": message.subject} | message.model_json_schema(mode="serialization")


def _concrete(kind: type[Message]) -> Iterator[type[Message]]:
    """Those without subclasses: what others build on is not sent itself."""
    for message in kind.__subclasses__():
        narrower = list(_concrete(message))
        yield from narrower
        named = "subject" in message.__dict__ and "[" not in message.__name__
        if named and not narrower and message.__module__.startswith(contracts.__name__):
            yield message
