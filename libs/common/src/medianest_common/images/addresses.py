"""Names for addresses of pictures that only this installation can make, so that nothing else is ever fetched."""

import base64
import binascii
import hmac

_MAC_BYTES = 16
LONGEST_KEY = 1_400
"""Of an address of a thousand letters."""
_LONGEST_ADDRESS = 1_000


class UnknownAddress(ValueError):
    """The key was not made here."""


class AddressKeys:
    """`secret` outlives rotations, and with it every key that a browser or a page remembers."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, url: str) -> str | None:
        """None for what is too long to be the address of a picture, or no address at all."""
        try:
            named = url.encode("ascii")
        except UnicodeEncodeError:
            return None
        if not 0 < len(named) <= _LONGEST_ADDRESS:
            return None
        return base64.urlsafe_b64encode(self._mac(named) + named).rstrip(b"=").decode()

    def read(self, key: str) -> str:
        """Raises `UnknownAddress`."""
        try:
            if len(key) > LONGEST_KEY or not key.isascii():
                raise UnknownAddress
            signed = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise UnknownAddress from None
        mac, named = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(named)):
            raise UnknownAddress
        return named.decode("ascii")

    def _mac(self, named: bytes) -> bytes:
        return hmac.digest(self._secret, named, "sha256")[:_MAC_BYTES]
