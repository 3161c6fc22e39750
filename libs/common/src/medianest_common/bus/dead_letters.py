"""Messages that could not be handled: how one is buried, read, and given to its handler once more."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import nats.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from medianest_common.bus.topology import DEAD_LETTERS, stream_of
from medianest_common.bus.wire import ATTEMPTS, HANDLER, MSG_ID, ONLY, REASON, RETRIES, TOLD, header_value
from medianest_common.errors import Unavailable
from medianest_common.security.redaction import redact_text

_BURIED = "dlq."
_OURS = frozenset({MSG_ID, REASON, ATTEMPTS, HANDLER, RETRIES, ONLY, TOLD})
_LONGEST_REASON = 500
_SAME = timedelta(seconds=1)
"""The clients of the server round its times in different ways."""
_AWAY = "The message bus is not reachable. Try again in a moment."


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`seq` is its place on the stream of dead letters, which begins anew should the bus lose all it holds: together
    with `buried_at` it is a letter's own. `subject` is what it was first sent to."""

    seq: int
    buried_at: datetime
    subject: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def arrived(cls, message: Msg) -> "DeadLetter":
        return cls(
            seq=message.metadata.sequence.stream,
            buried_at=message.metadata.timestamp.astimezone(UTC),
            subject=message.subject.removeprefix(_BURIED),
            headers=message.headers or {},
            body=message.data,
        )

    @property
    def handler(self) -> str:
        return self.headers.get(HANDLER, "")

    @property
    def service(self) -> str:
        """Whose handler it is."""
        return self.handler.partition("__")[0]

    @property
    def reason(self) -> str:
        return self.headers.get(REASON, "")

    @property
    def attempts(self) -> int:
        return _whole(self.headers.get(ATTEMPTS))

    @property
    def retries(self) -> int:
        return _whole(self.headers.get(RETRIES))

    @property
    def told(self) -> bool:
        """Whether administrators were told of it before it came out of a backup."""
        return TOLD in self.headers

    def text(self) -> str | None:
        """None where it is nothing that could ever be understood."""
        try:
            text = self.body.decode()
        except UnicodeDecodeError:
            return None
        return None if "\x00" in text else text

    def once_more(self) -> dict[str, str]:
        """Headers for this handler alone. The event keeps its id, by which it has its effect once."""
        kept = {name: value for name, value in self.headers.items() if name not in _OURS}
        return kept | {ONLY: self.handler, RETRIES: str(self.retries + 1)}


def burial(message: Msg, *, handler: str, reason: str) -> tuple[str, dict[str, str]]:
    """Where to, and with which headers."""
    kept = {name: value for name, value in (message.headers or {}).items() if name != ONLY}
    return _BURIED + message.subject, kept | {
        MSG_ID: f"dlq-{message.metadata.stream}-{message.metadata.sequence.stream}-{handler}",
        REASON: reason,
        ATTEMPTS: str(message.metadata.num_delivered),
        HANDLER: handler,
    }


def described(error: Exception) -> str:
    """On one line, and without what was sent: a reason is shown to people."""
    match error:
        case ValidationError():
            wrong = error.errors(include_input=False, include_url=False, include_context=False)
            said = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong)
        case DBAPIError():
            said = str(error.orig).partition("\n")[0]
        case _:
            said = str(error)
    return redact_text(header_value(f"{type(error).__name__}: {said}"))[:_LONGEST_REASON]


async def read_letter(js: JetStreamContext, *, seq: int, buried_at: datetime) -> DeadLetter | None:
    """None once it has gone."""
    try:
        found = await js.get_msg(DEAD_LETTERS, seq=seq)
    except NotFoundError:
        return None
    except (nats.errors.Error, APIError, OSError) as error:
        raise Unavailable(_AWAY, retry_after=2) from error
    if found.time is None or abs(found.time - buried_at) > _SAME:
        return None
    return DeadLetter(
        seq=seq,
        buried_at=buried_at,
        subject=(found.subject or "").removeprefix(_BURIED),
        headers=headers_as_sent(found.hdrs),
        body=found.data or b"",
    )


async def remove_letter(js: JetStreamContext, *, seq: int, buried_at: datetime) -> None:
    if await read_letter(js, seq=seq, buried_at=buried_at) is None:
        return
    try:
        await js.delete_msg(DEAD_LETTERS, seq)
    except NotFoundError:
        return
    except (nats.errors.Error, APIError, OSError) as error:
        raise Unavailable(_AWAY, retry_after=2) from error


async def is_handled(js: JetStreamContext, *, subject: str, handler: str) -> bool:
    """Whether there is anybody still to give such a message to."""
    try:
        await js.consumer_info(stream_of(subject), handler)
    except (NotFoundError, ValueError):
        return False
    except (nats.errors.Error, APIError, OSError) as error:
        raise Unavailable(_AWAY, retry_after=2) from error
    return True


def headers_as_sent(raw: object) -> dict[str, str]:
    """As they were sent. The client reads them like those of an e-mail, which spoils what is not ASCII."""
    if not isinstance(raw, str | bytes) or not raw:
        return {}
    lines = base64.b64decode(raw).decode(errors="replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name: value.strip() for name, _, value in pairs}


def _whole(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() else 0
