"""Names for pictures that tell nobody anything and that only this installation can make."""

import base64
import binascii
import hmac
import re
from typing import NamedTuple

from medianest_plex.errors import NoSuchImage

_NUMBER = "[0-9]{1,18}"
_ALLOWED = re.compile(
    rf"/library/metadata/{_NUMBER}/(?:thumb|art|banner|squareArt|clearLogo)/{_NUMBER}"
    rf"|/library/collections/{_NUMBER}/(?:composite|thumb|art)/{_NUMBER}"
    rf"|/library/sections/{_NUMBER}/composite/{_NUMBER}"
    r"|/:/resources/[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.(?:png|jpg)"
)
_MAC_BYTES = 16
_LONGEST = 300


class Picture(NamedTuple):
    """`section` is the library whose members may see it."""

    section: str
    path: str


class ImageKeys:
    """`secret` outlives rotations, and with it every key that a browser or a page remembers."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, picture: Picture) -> str:
        named = f"{picture.section}|{picture.path}".encode()
        return base64.urlsafe_b64encode(_mac(self._secret, named) + named).rstrip(b"=").decode()

    def read(self, key: str) -> Picture:
        """Raises `NoSuchImage` for what was not signed here, and for what is no picture whoever signed it."""
        try:
            if len(key) > _LONGEST or not key.isascii():
                raise ValueError("not a key")
            signed = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
            mac, named = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
            if not hmac.compare_digest(mac, _mac(self._secret, named)):
                raise ValueError("not signed here")
            section, mark, path = named.decode().partition("|")
        except (binascii.Error, ValueError):
            raise NoSuchImage("Use a picture's key as it was given.") from None
        if not mark or allowed_path(path) is None:
            raise NoSuchImage("Use a picture's key as it was given.")
        return Picture(section, path)


def allowed_path(path: object) -> str | None:
    """The path, if it is one of Plex's own pictures. Anything else Plex's transcoder would fetch for whoever asks."""
    return path if isinstance(path, str) and _ALLOWED.fullmatch(path) else None


def _mac(secret: bytes, named: bytes) -> bytes:
    return hmac.digest(secret, named, "sha256")[:_MAC_BYTES]
