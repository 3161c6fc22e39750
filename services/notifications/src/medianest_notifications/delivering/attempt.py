"""One attempt to send one message, and what it ended in."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from medianest_common.errors import BadUpstream, MediaNestError, TimedOut
from medianest_common.http import BrokenOff
from medianest_notifications.adapters.channels.port import (
    ChannelConfig,
    ChannelGone,
    Message,
    Receipt,
    Sender,
)

log = structlog.get_logger()

LONGEST_SECONDS = 25.0
NOT_OFFERED = (
    "This installation cannot send to channels of this kind at present. An administrator can set that up."
)
_TOO_SLOW = "The provider did not answer in time."
OUR_FAULT = "Something went wrong on our side; an administrator finds it in the log."


@dataclass(frozen=True, slots=True)
class Sent:
    """`repeated`: an earlier attempt may have arrived as well."""

    receipt: Receipt
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Not now. `in_doubt`: it may have arrived all the same."""

    answer: str
    retry_after: float | None = None
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Not this message; with `gone` no other either."""

    answer: str
    gone: bool = False


type Outcome = Sent | Later | Refused


async def attempt(
    sender: Sender[Any] | None,
    message: Message,
    config: ChannelConfig,
    *,
    seconds: float,
    in_doubt_since: datetime | None = None,
) -> Outcome:
    """Where an earlier attempt's end is not known, the provider is asked first whether it arrived, in as long."""
    if sender is None:
        return Later(NOT_OFFERED)
    try:
        arrived = None
        if in_doubt_since is not None:
            async with asyncio.timeout(seconds):
                arrived = await sender.arrived(message, config, in_doubt_since)
            if arrived:
                return Sent(Receipt(provider_id=None))
        async with asyncio.timeout(seconds):
            receipt = await sender.send(message, config)
    except MediaNestError as error:
        return _judged(error)
    except TimeoutError:
        return Later(_TOO_SLOW, in_doubt=True)
    except Exception:
        log.exception("delivery_attempt_failed", kind=sender.kind)
        return Later(OUR_FAULT, in_doubt=True)
    return Sent(receipt, repeated=in_doubt_since is not None and arrived is None)


def _judged(error: MediaNestError) -> Outcome:
    answer = error.detail or error.title
    if not error.transient:
        return Refused(answer, gone=isinstance(error, ChannelGone))
    return Later(answer, error.retry_after, in_doubt=isinstance(error, TimedOut | BadUpstream | BrokenOff))
