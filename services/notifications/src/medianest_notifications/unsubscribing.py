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
_TARGET_BYTES = 8
_LONGEST = 200


class LinkUnknown(NotFound):
    title = "This link is not one of ours"


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    channel_id: UUID
    type: NotificationType
    target: bytes

    def is_for(self, fingerprint: str) -> bool:
        """Whoever reads mail where the channel led before has no say any more."""
        return hmac.compare_digest(self.target, _target(fingerprint))


def unsubscribe_link(
    key: bytes, channel_id: UUID, type: NotificationType, *, fingerprint: str, portal: str
) -> str:
    named = channel_id.bytes + _target(fingerprint) + type.encode()
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
        target, kind = named[_ID_BYTES:][:_TARGET_BYTES], named[_ID_BYTES + _TARGET_BYTES :]
        return Unsubscribing(UUID(bytes=named[:_ID_BYTES]), NotificationType(kind.decode()), target)
    except (binascii.Error, ValueError):
        raise LinkUnknown("Sign in and change what you are told in your settings.") from None


def _target(fingerprint: str) -> bytes:
    return sha256(fingerprint.encode()).digest()[:_TARGET_BYTES]


def _mac(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, named, sha256)[:_MAC_BYTES]
