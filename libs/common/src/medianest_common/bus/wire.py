"""Names on the wire: CloudEvents 1.0 in binary mode, and the NATS service convention for errors."""

from typing import Final

EVENT_ID: Final = "ce-id"
MSG_ID: Final = "Nats-Msg-Id"
SERVICE_ERROR: Final = "Nats-Service-Error"
SERVICE_ERROR_CODE: Final = "Nats-Service-Error-Code"
CONTENT_TYPE: Final = "content-type"


def header_value(value: str) -> str:
    """Header values must stay on one line; the client accepts a line break without a word."""
    return value.replace("\r", " ").replace("\n", " ")
