"""The part of the AsyncAPI document that pages read: the frames of the live stream, each with the type of its data."""

from types import GenericAlias
from typing import Any, Literal

from pydantic import create_model
from pydantic.json_schema import models_json_schema

from medianest_common.contracts.base import Contract
from medianest_common.contracts.live import (
    MAX_MESSAGE_BYTES,
    SUBPROTOCOL,
    AuthOk,
    Bye,
    ClientMessage,
    CloseCode,
    EventFrame,
    Gap,
    Hello,
    LiveFrame,
    Ping,
    Pong,
    Refreshed,
    RefreshSoon,
    Snapshot,
)
from medianest_common.contracts.live_data import LASTING, STATES
from medianest_common.contracts.notifications.data import DATA

CHANNEL = "live"
_SAID_BY_US: tuple[type[Contract], ...] = (Hello, AuthOk, Gap, Ping, Pong, RefreshSoon, Refreshed, Bye)


def frames() -> dict[str, type[Contract]]:
    """Every frame that the server says, by the name of its message."""
    events = {
        _message("event", kind): _narrowed(EventFrame, "Event", kind.value, data=model)
        for kind, model in DATA.items()
    }
    states = {kind: _narrowed(LiveFrame, "Live", kind, data=model) for kind, model in STATES.items()}
    snapshots = {
        _message("snapshot", kind): _narrowed(
            Snapshot, "Snapshot", kind, states=GenericAlias(list, states[kind])
        )
        for kind in LASTING
    }
    control = {f"{frame.model_fields['t'].default}": frame for frame in _SAID_BY_US}
    return control | events | {_message("live", kind): state for kind, state in states.items()} | snapshots


def live_document(ref_template: str) -> dict[str, Any]:
    """Channels, operations, messages and schemas, to be added to those of the bus."""
    said = frames()
    heard: dict[str, type[Contract]] = {"client": ClientMessage}
    keys, definitions = models_json_schema(
        [(model, "serialization") for model in said.values()] + [(ClientMessage, "validation")],
        by_alias=True,
        ref_template=ref_template,
    )
    modes: dict[str, Literal["serialization", "validation"]] = dict.fromkeys(said, "serialization")
    modes["client"] = "validation"
    names = {name: f"{CHANNEL}.{name}" for name in said | heard}
    return {
        "channels": {
            CHANNEL: {
                "address": "/api/v1/ws",
                "title": "The live stream",
                "description": _description(),
                "servers": [{"$ref": "#/servers/portal"}],
                "messages": {name: {"$ref": f"#/components/messages/{full}"} for name, full in names.items()},
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            }
        },
        "operations": {
            f"gateway.{verb}.{CHANNEL}": {
                "action": action,
                "channel": {"$ref": f"#/channels/{CHANNEL}"},
                "summary": summary,
                "messages": [{"$ref": f"#/channels/{CHANNEL}/messages/{name}"} for name in which],
            }
            for verb, action, summary, which in (
                ("tells", "send", "gateway tells open pages", list(said)),
                ("hears", "receive", "gateway hears open pages", list(heard)),
            )
        },
        "messages": {
            names[name]: {
                "name": model.__name__,
                "title": (model.__doc__ or model.__name__).strip().partition("\n")[0],
                "contentType": "application/json",
                "payload": keys[model, modes[name]],
            }
            for name, model in (said | heard).items()
        },
        "schemas": definitions.get("$defs", {}),
    }


def _narrowed(frame: type[Contract], prefix: str, kind: str, **fields: Any) -> type[Contract]:
    """The frame as it is of this type."""
    narrower: dict[str, Any] = {"type": (Literal[kind], ...)}
    narrower |= {name: (annotation, ...) for name, annotation in fields.items()}
    return create_model(f"{prefix}{_pascal(kind)}", __base__=frame, __doc__=frame.__doc__, **narrower)


def _message(frame: str, kind: str) -> str:
    return f"{frame}.{kind}"


def _pascal(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.replace("_", ".").split("."))


def _description() -> str:
    codes = ", ".join(f"{code.value} {code.name.lower()}" for code in CloseCode)
    return (
        f"A WebSocket with the subprotocol {SUBPROTOCOL}; text frames of JSON, at most {MAX_MESSAGE_BYTES} bytes from a"
        " client. The server says hello; the first message of a client is auth, with a ticket from"
        " POST /api/v1/notifications/ticket and, when it comes back, the epoch and seq it has got to, as a pair. The"
        " same frames come as server-sent events from GET /api/v1/events: the event is named for `t`, and Last-Event-ID"
        f" is `epoch:seq`. Closed with {codes}; do not come back by yourself after 4400, 4403 and 4409."
    )
