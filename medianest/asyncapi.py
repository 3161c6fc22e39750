"""The AsyncAPI 3.0 document: every subject of the bus, what travels on it, which service answers, hears or does it, and
the live stream that pages read.

Made from the contracts and the declared handlers: what FastStream sees are plain bytes, on purpose.
"""

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any

from pydantic.json_schema import models_json_schema

from medianest.asyncapi_live import live_document
from medianest.documents import messages
from medianest_common.bus.handlers import answer_type
from medianest_common.contracts.base import Message, Rpc
from medianest_common.service import Service

_SCHEMAS = "#/components/schemas/{model}"


def asyncapi_document(services: Iterable[Service]) -> dict[str, Any]:
    kinds = messages()
    keys, definitions = models_json_schema(
        [(kind, "serialization") for kind in kinds], by_alias=True, ref_template=_SCHEMAS
    )
    schemas = {kind.subject: keys[kind, "serialization"] for kind in kinds}
    live = live_document(_SCHEMAS)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "MediaNest",
            "version": version("medianest"),
            "description": "Between services CloudEvents in binary mode: the payload is the plain JSON of the message."
            " What pages are told is the channel `live`.",
        },
        "servers": {
            "bus": {"host": "localhost:4222", "protocol": "nats", "description": "Between services."},
            "portal": {"host": "localhost:8585", "protocol": "ws", "description": "For pages and apps."},
        },
        "channels": live["channels"] | {kind.subject: _channel(kind) for kind in kinds},
        "operations": live["operations"]
        | dict(operation for service in services for operation in _operations(service)),
        "components": {
            "messages": live["messages"]
            | {
                kind.subject: {
                    "name": kind.__name__,
                    "title": _sentence(kind),
                    "payload": schemas[kind.subject],
                }
                for kind in kinds
            },
            "schemas": live["schemas"] | definitions.get("$defs", {}),
        },
    }


def _channel(kind: type[Message]) -> dict[str, Any]:
    reference = {"$ref": f"#/components/messages/{kind.subject}"}
    return {
        "address": kind.subject,
        "servers": [{"$ref": "#/servers/bus"}],
        "messages": {kind.__name__: reference},
    }


def _operations(service: Service) -> Iterator[tuple[str, dict[str, Any]]]:
    handlers = service.handlers
    for rpc in handlers.rpcs:
        yield _operation(service, rpc.message, "answers")
    for event in handlers.events:
        yield _operation(service, event.event, "reacts to")
    for heard in handlers.listeners:
        yield _operation(service, heard.event, "listens to")
    for job in handlers.jobs:
        yield _operation(service, job.job, "does")


def _operation(service: Service, kind: type[Message], verb: str) -> tuple[str, dict[str, Any]]:
    operation: dict[str, Any] = {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{kind.subject}"},
        "summary": f"{service.name} {verb} {kind.__name__}",
    }
    if issubclass(kind, Rpc):
        operation["description"] = f"Answered with {getattr(answer_type(kind), '__name__', 'a value')}."
    return f"{service.name}.{verb.partition(' ')[0]}.{kind.subject}", operation


def _sentence(kind: type[Message]) -> str:
    return (kind.__doc__ or kind.__name__).strip().partition("\n")[0]
