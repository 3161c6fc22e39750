"""Documents generated from the code: the schema of every message, the HTTP API, the bus."""

import importlib
import json
import pkgutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from medianest import registry
from medianest.embedded import EmbeddedServers
from medianest.installation import free_port
from medianest_common import contracts
from medianest_common.contracts.base import Message
from medianest_common.settings import Settings
from medianest_common.web import DESCRIPTION_SECONDS, OPENAPI_PATH

_NO_DATABASE = "postgresql://none"
"""The gateway has none."""


def messages() -> list[type[Message]]:
    """All that travel on the bus, by subject."""
    for module in pkgutil.walk_packages(contracts.__path__, f"{contracts.__name__}."):
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


async def openapi_document() -> dict[str, Any]:
    """As the gateway itself gives it, asked over HTTP; the same on every installation."""
    async with gateway_alone() as url, httpx.AsyncClient(timeout=DESCRIPTION_SECONDS) as client:
        answer = await client.get(f"{url}{OPENAPI_PATH}")
        document: dict[str, Any] = answer.raise_for_status().json()
        return document


@asynccontextmanager
async def gateway_alone(base_path: str = "") -> AsyncIterator[str]:
    """Its address, without `base_path`. On a throw-away folder, with nobody to ask behind it."""
    from medianest_common.lifecycle import running

    with tempfile.TemporaryDirectory(prefix="medianest-", ignore_cleanup_errors=True) as folder:
        async with EmbeddedServers(Path(folder), database_url=_NO_DATABASE) as servers:
            overrides = {
                "nats_url": servers.urls.nats_url,
                "database_url": "",
                "valkey_url": servers.urls.valkey_url,
                "data_dir": Path(folder),
                "host": "127.0.0.1",
                "port": free_port(),
                "base_url": f"{Settings.model_fields['base_url'].default}{base_path}",
                "allowed_hosts": "127.0.0.1",
            }
            async with running(registry.service("gateway"), overrides=overrides):
                yield f"http://127.0.0.1:{overrides['port']}"


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


def print_document(document: dict[str, Any]) -> None:
    """Whole: an unbuffered `stdout` (`python -u`) drops the rest when its process is stopped in the middle."""
    with open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False) as out:
        out.write(json.dumps(document, indent=1) + "\n")
