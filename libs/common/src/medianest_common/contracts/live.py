"""The frames of the live socket, subprotocol `medianest.v1`; the same ones travel on `push.user.<hex>`.

Durable frames carry a sequence number and are replayed; all others are only true at the moment they are sent.
"""

from enum import IntEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Contract, Timestamp
from medianest_common.contracts.notifications import Notification

SUBPROTOCOL = "medianest.v1"
MAX_MESSAGE_BYTES = 64 * 1024
MOST_STATES = 500
"""In one snapshot; nobody can be shown more, and the answer of its owner has to fit into one message."""


class CloseCode(IntEnum):
    """Why a socket was closed. Reconnect after all but 4400, 4403 and 4409; after 4401 with a new ticket."""

    GOING_AWAY = 1001
    NOT_TEXT = 1003
    BAD_MESSAGE = 4400
    EXPIRED = 4401
    REVOKED = 4403
    TIMED_OUT = 4408
    TOO_MANY = 4409
    SLOW = 4429
    INTERNAL = 4500


class Hello(Contract):
    t: Literal["hello"] = "hello"
    v: int = 1
    heartbeat_ms: int
    auth_timeout_ms: int
    max_message: int = MAX_MESSAGE_BYTES


class AuthOk(Contract):
    """What follows is everything after the position the client named, then what happens from now on."""

    t: Literal["auth_ok"] = "auth_ok"
    user_id: UUID
    epoch: str
    head: int
    unread: int


class EventFrame(Contract):
    """A new inbox entry, with the same fields. `seq` counts up by one per user, without holes."""

    t: Literal["event"] = "event"
    seq: int
    id: UUID
    ts: Timestamp
    type: str
    title: str
    body: str
    link: str | None
    data: dict[str, Any]
    read_at: Timestamp | None = None
    dismissed_at: Timestamp | None = None
    pinned_at: Timestamp | None = None

    @classmethod
    def of(cls, entry: Notification) -> "EventFrame":
        return cls(
            seq=entry.seq,
            id=entry.id,
            ts=entry.created_at,
            type=entry.type,
            title=entry.title,
            body=entry.body,
            link=entry.link,
            data=entry.data,
            read_at=entry.read_at,
            dismissed_at=entry.dismissed_at,
            pinned_at=entry.pinned_at,
        )


class LiveFrame(Contract):
    """A passing state. Of several with one `key` only the latest matters, and only the latest may arrive."""

    t: Literal["live"] = "live"
    key: str
    type: str
    data: dict[str, Any]


class Snapshot(Contract):
    """All passing states of one `type` that this person may see, as they are now: said after `auth_ok`, before any of
    them moves on. With `complete` a client forgets those of this type that are not among them.
    """

    t: Literal["snapshot"] = "snapshot"
    type: str
    complete: bool
    states: list[LiveFrame]


class Renew(Contract):
    """On the bus alone: what people may see of this type has changed, so that everybody is shown a new snapshot of it,
    and forgets what is not theirs any more."""

    t: Literal["renew"] = "renew"
    type: str


class LiveState(Contract):
    """A passing state and who may see it: these people, administrators, everyone."""

    frame: LiveFrame
    user_ids: list[UUID] = []
    admins: bool = False
    everyone: bool = False


class LiveStates(Contract):
    """What the owner of one type of passing states answers the gateway, which passes on to each what is theirs."""

    complete: bool
    states: list[LiveState]

    @classmethod
    def first_of(cls, states: list[LiveState], *, most: int = MOST_STATES) -> "LiveStates":
        """`most` may be more where the states are small."""
        return cls(complete=len(states) <= most, states=states[:most])


class Gap(Contract):
    """Too much was missed to be replayed: read the inbox over REST and go on from `head`."""

    t: Literal["gap"] = "gap"
    epoch: str
    head: int
    unread: int


class Ping(Contract):
    """To be answered with `{"t": "pong"}`."""

    t: Literal["ping"] = "ping"


class Pong(Contract):
    """The answer to a client's `ping`."""

    t: Literal["pong"] = "pong"


class RefreshSoon(Contract):
    """The sign-in behind this socket ends soon: send a new ticket in a `refresh` message."""

    t: Literal["refresh_soon"] = "refresh_soon"
    expires_at: Timestamp


class Refreshed(Contract):
    t: Literal["refreshed"] = "refreshed"
    expires_at: Timestamp


class Bye(Contract):
    """Said before closing. `retry_ms` spreads those who come back; None means do not come back by yourself."""

    t: Literal["bye"] = "bye"
    code: int
    reason: str
    retry_ms: int | None = None


class ClientMessage(Contract):
    """What a client may say: `auth` first, then `pong`, `ping`, `refresh`, and `ack`, which needs no answer."""

    t: Literal["auth", "ping", "pong", "ack", "refresh"]
    ticket: str | None = Field(default=None, max_length=256)
    epoch: str | None = Field(default=None, max_length=64)
    last_seq: int | None = Field(default=None, ge=0, le=2**53 - 1)
