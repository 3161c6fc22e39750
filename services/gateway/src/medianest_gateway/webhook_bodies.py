"""Bodies of webhooks on their way to the bus, and the secrets that their senders show."""

import base64
import binascii
import json

from pydantic import SecretStr

from medianest_common.errors import BadRequest, NotFound, PayloadTooLarge, Unauthenticated
from medianest_common.packing import LONGEST, pack
from medianest_common.security.tokens import same_token

_FITS = 256_000
"""Bytes that go as they are, to be read by whoever looks at the bus."""
_MOST_PACKED = 900_000
"""What else is in the message needs room too."""


def text_of(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None


def document(text: str) -> str:
    """It has to be a JSON object."""
    try:
        is_object = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise BadRequest("The body is no JSON object.")
    return text


def fitting(text: str) -> tuple[str, bool]:
    """As it fits into one message, and whether it was packed for that."""
    if len(text.encode("utf-8", "surrogatepass")) <= _FITS:
        return text, False
    if len(text) > LONGEST or len(packed := pack(text)) > _MOST_PACKED:
        raise PayloadTooLarge("The body is too long.")
    return packed, True


def demand_address(secret: SecretStr | None, *, shown: str) -> None:
    """Whoever does not know the secret is told nothing, not even that there is something to know."""
    expected = secret.get_secret_value() if secret else ""
    if not same_token(shown, expected) or not expected:
        raise NotFound()


def demand_header(secret: SecretStr | None, *, authorization: str) -> None:
    """As `Bearer`, or as the password of `Basic` with whatever name."""
    expected = secret.get_secret_value() if secret else ""
    if not same_token(_shown(authorization), expected) or not expected:
        raise Unauthenticated("The webhook secret is wrong or not set.")


def _shown(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip()
        case "basic":
            try:
                return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
            except (binascii.Error, ValueError):
                return ""
    return ""
