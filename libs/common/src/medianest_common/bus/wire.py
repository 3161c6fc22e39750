"""Names on the wire: CloudEvents 1.0 in binary mode, and the NATS service convention for errors."""

from typing import Final

EVENT_ID: Final = "ce-id"
MSG_ID: Final = "Nats-Msg-Id"
SERVICE_ERROR: Final = "Nats-Service-Error"
SERVICE_ERROR_CODE: Final = "Nats-Service-Error-Code"
CONTENT_TYPE: Final = "content-type"
REASON: Final = "mn-reason"
ATTEMPTS: Final = "mn-attempts"
HANDLER: Final = "mn-handler"
RETRIES: Final = "mn-retries"
"""How often a dead letter was given to its handler again by an administrator."""
ONLY: Final = "mn-only"
"""The durable consumer that a message is for; whoever else hears it passes it over."""


TOLD: Final = "mn-told"
"""On a dead letter that administrators have heard of: it comes out of a backup."""


def inbox(user: str) -> str:
    """Below which answers reach this user of the bus, and nobody else."""
    return f"_INBOX.{user}"


def is_astray(subject: str, *, heard_on: str) -> bool:
    """Whether the server was made to deliver what had been stored elsewhere: it asks nobody whether they may write
    where they want their stored messages delivered, but leaves each its own subject."""
    if subject == heard_on:
        return False
    words, heard = subject.split("."), heard_on.split(".")
    return len(words) != len(heard) or any(
        want not in ("*", word) for word, want in zip(words, heard, strict=True)
    )


def header_value(value: str) -> str:
    """Header values must stay on one line; the client accepts a line break without a word."""
    return value.replace("\r", " ").replace("\n", " ")
