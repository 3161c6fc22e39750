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


def header_value(value: str) -> str:
    """Header values must stay on one line; the client accepts a line break without a word."""
    return value.replace("\r", " ").replace("\n", " ")
