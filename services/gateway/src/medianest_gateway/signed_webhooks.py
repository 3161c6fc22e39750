"""Webhooks that their sender signs, as https://www.standardwebhooks.com has it: HMAC-SHA256 over the id of the
delivery, the time and the bytes of the body, so that none of them can be another, and none can be sent again later."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from medianest_common.errors import Unauthenticated

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
WINDOW = timedelta(minutes=5)
_MOST_SIGNATURES = 10
_ENCODED = "whsec_"
_VERSION = "v1,"
_ID = re.compile(r"[\x21-\x7e]{1,128}")
_SECONDS = re.compile(r"[0-9]{1,12}")


def key_of(secret: str) -> bytes:
    """One that begins with `whsec_` goes on in base64. Raises `ValueError`."""
    if not secret.startswith(_ENCODED):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_ENCODED), validate=True)
    except binascii.Error as error:
        raise ValueError("goes on in base64 after whsec_") from error


def sign(key: bytes, *, delivery_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return _VERSION + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")


def verify(key: bytes | None, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """The id of the delivery. Raises `Unauthenticated`, the same whatever is wrong: also where there is no key, which
    takes as long."""
    delivery_id, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    shown = headers.get(SIGNATURE, "").split(" ")[:_MOST_SIGNATURES]
    # A header is bytes in Latin-1 and may hold anything.
    expected = sign(
        key or b"nobody's",
        delivery_id=delivery_id if _ID.fullmatch(delivery_id) else "",
        timestamp=timestamp if _SECONDS.fullmatch(timestamp) else "",
        body=body,
    ).encode()
    fits = [hmac.compare_digest(each.encode("utf-8", "surrogatepass"), expected) for each in shown]
    is_whole = _ID.fullmatch(delivery_id) and _SECONDS.fullmatch(timestamp)
    if not key or not is_whole or not any(fits) or not _is_fresh(timestamp, now=now):
        raise Unauthenticated("The signature is wrong or too old, or there is no such webhook.")
    return delivery_id


def _is_fresh(timestamp: str, *, now: datetime) -> bool:
    return abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()
