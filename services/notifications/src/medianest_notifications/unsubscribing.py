"""The link that turns messages off without signing in: it names a channel and a type, and only we can make one."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote
from uuid import UUID

from medianest_common.contracts.notifications import NotificationType
from medianest_common.errors import NotFound

PATH = "/api/v1/notifications/unsubscribe"
_MAC_BYTES = 16
_ID_BYTES = 16
_LONGEST = 200


class LinkUnknown(NotFound):
    title = "This link is not one of ours"


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    channel_id: UUID
    type: NotificationType


def unsubscribe_link(key: bytes, channel_id: UUID, type: NotificationType, *, portal: str) -> str:
    named = channel_id.bytes + type.encode()
    token = base64.urlsafe_b64encode(_mac(key, named) + named).rstrip(b"=").decode()
    return f"{portal}{PATH}?token={quote(token)}"


def read_link(key: bytes, token: str) -> Unsubscribing:
    """Raises `LinkUnknown` for what we have not made."""
    try:
        if len(token) > _LONGEST:
            raise ValueError
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        mac, named = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, _mac(key, named)):
            raise ValueError
        return Unsubscribing(UUID(bytes=named[:_ID_BYTES]), NotificationType(named[_ID_BYTES:].decode()))
    except (binascii.Error, ValueError):
        raise LinkUnknown("Sign in and change what you are told in your settings.") from None


def _mac(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, named, sha256)[:_MAC_BYTES]
