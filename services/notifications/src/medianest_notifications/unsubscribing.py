"""The link that turns messages off without signing in: it names a channel and what the mail holds, and only we can
make one. All that it says stands in it, so that it works for as long as somebody keeps the mail."""

import base64
import binascii
import hmac
from collections.abc import Collection
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
_MARK_BYTES = 3
_LONGEST = 300
_MARKS_FOLLOW = b"\0"
"""Without it follows the name of a single type, as in mail of before there were marks."""


class LinkUnknown(NotFound):
    title = "This link is not one of ours"


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    channel_id: UUID
    types: list[NotificationType]
    target: bytes

    def is_for(self, fingerprint: str) -> bool:
        """Whoever reads mail where the channel led before has no say any more."""
        return hmac.compare_digest(self.target, _target(fingerprint))


def unsubscribe_link(
    key: bytes, channel_id: UUID, types: Collection[NotificationType], *, fingerprint: str, portal: str
) -> str:
    marks = b"".join(sorted({_mark(each) for each in types}))
    named = channel_id.bytes + _target(fingerprint) + _MARKS_FOLLOW + marks
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
        target, about = named[_ID_BYTES:][:_TARGET_BYTES], named[_ID_BYTES + _TARGET_BYTES :]
        types = _types(about)
        if not types:
            raise ValueError
        return Unsubscribing(UUID(bytes=named[:_ID_BYTES]), types, target)
    except (binascii.Error, ValueError):
        raise LinkUnknown("Sign in and change what you are told in your settings.") from None


def _types(about: bytes) -> list[NotificationType]:
    """Those that there are still, in the order of the catalogue."""
    if not about.startswith(_MARKS_FOLLOW):
        return [NotificationType(about.decode())]
    marks = about.removeprefix(_MARKS_FOLLOW)
    marked = {marks[at : at + _MARK_BYTES] for at in range(0, len(marks), _MARK_BYTES)}
    return [each for each in NotificationType if _mark(each) in marked]


def _mark(type: NotificationType) -> bytes:
    """A digest may hold some of everything, and mail programs cut long links."""
    return sha256(type.encode()).digest()[:_MARK_BYTES]


def _target(fingerprint: str) -> bytes:
    return sha256(fingerprint.encode()).digest()[:_TARGET_BYTES]


def _mac(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, named, sha256)[:_MAC_BYTES]
