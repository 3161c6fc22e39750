"""The streams of the bus, in the words of the server."""

import asyncio
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from medianest_common.bus import Bus
from medianest_common.bus.topology import DEAD_LETTERS
from medianest_common.contracts.health.queues import QueueConsumer, QueueStream, StreamKind, WhenFull

_SECONDS = 5.0
_NANOSECONDS = 1e9
_KINDS = {"EVT": StreamKind.EVENTS, "JOB": StreamKind.JOBS}


class _State(BaseModel):
    messages: int = 0
    bytes: int = 0
    first_ts: datetime | None = None
    last_ts: datetime | None = None


class _Config(BaseModel):
    name: str
    max_bytes: int = -1
    max_age: int = 0
    discard: str = "old"


class _Stream(BaseModel):
    config: _Config
    state: _State


class _Activity(BaseModel):
    last_active: datetime | None = None


class _Reading(BaseModel):
    filter_subject: str = ""


class _Consumer(BaseModel):
    name: str
    config: _Reading = Field(default_factory=_Reading)
    num_pending: int = 0
    num_ack_pending: int = 0
    num_redelivered: int = 0
    delivered: _Activity = Field(default_factory=_Activity)
    ack_floor: _Activity = Field(default_factory=_Activity)


async def look_at_streams(bus: Bus) -> list[QueueStream]:
    async with asyncio.timeout(_SECONDS):
        found = [_Stream.model_validate(each) for each in await _all(bus, "STREAM.LIST", "streams")]
        shown = await asyncio.gather(*(_shown(bus, stream) for stream in found))
    return sorted(shown, key=lambda stream: stream.name)


async def _shown(bus: Bus, stream: _Stream) -> QueueStream:
    name, config, state = stream.config.name, stream.config, stream.state
    kind = StreamKind.DEAD_LETTERS if name == DEAD_LETTERS else _KINDS.get(name[:3], StreamKind.OTHER)
    consumers = [
        _Consumer.model_validate(each) for each in await _all(bus, f"CONSUMER.LIST.{name}", "consumers")
    ]
    return QueueStream(
        name=name,
        kind=kind,
        service=name.partition("_")[2].lower() if kind in _KINDS.values() else None,
        messages=state.messages,
        bytes=state.bytes,
        oldest_at=state.first_ts if state.messages else None,
        newest_at=state.last_ts if state.messages else None,
        max_bytes=config.max_bytes if config.max_bytes > 0 else None,
        max_age_seconds=config.max_age / _NANOSECONDS if config.max_age else None,
        when_full=WhenFull.REFUSES if config.discard == "new" else WhenFull.DROPS_OLDEST,
        consumers=[_reader(each) for each in sorted(consumers, key=lambda each: each.name)],
    )


def _reader(consumer: _Consumer) -> QueueConsumer:
    return QueueConsumer(
        name=consumer.name,
        service=consumer.name.partition("__")[0],
        subject=consumer.config.filter_subject,
        pending=consumer.num_pending,
        in_flight=consumer.num_ack_pending,
        redelivered=consumer.num_redelivered,
        last_delivered_at=consumer.delivered.last_active,
        last_answered_at=consumer.ack_floor.last_active,
    )


async def _all(bus: Bus, call: str, what: str) -> list[dict[str, Any]]:
    """Page by page."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await bus.jetstream(call, offset=len(found))
        page = answer.get(what) or []
        found += page
        if not page or len(found) >= answer.get("total", 0):
            return found
