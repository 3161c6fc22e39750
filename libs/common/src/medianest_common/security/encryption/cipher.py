"""What seals and opens the secrets of one purpose."""

import base64
import os
from collections.abc import Mapping
from typing import NamedTuple, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from medianest_common.errors import Unavailable

_FORMAT = "v1"
_NONCE_BYTES = 12


class UnknownKey(Unavailable):
    """Sealed under a key that is no longer in the keyring; the feature is off, the process goes on."""

    title = "A stored secret cannot be read with the present keys"
    transient = False


class Undecryptable(Unavailable):
    """The sealed value was altered, cut, or moved here from another row."""

    title = "A stored secret is damaged"
    transient = False


class Cell(NamedTuple):
    """Where a sealed value lives. It opens nowhere else."""

    table: str
    column: str
    row: UUID

    def associated_data(self) -> bytes:
        return f"{self.table}|{self.column}|{self.row}|{_FORMAT}".encode()


def mark_of(key_id: str) -> str:
    """What everything begins with that was sealed under this key."""
    return f"{_FORMAT}|{key_id}|"


class Keys(Protocol):
    """What a cipher asks of the keyring; `version` changes with the keys."""

    @property
    def version(self) -> int: ...

    @property
    def primary(self) -> str: ...

    def follow(self) -> None:
        """Read the keys again if they were changed."""

    def sealing_keys(self, purpose: str) -> Mapping[str, bytes]: ...


class Cipher:
    """Seals under the primary key and opens under all keys of one purpose, as the keyring has them at that moment."""

    def __init__(self, ring: Keys, *, purpose: str) -> None:
        self._ring = ring
        self._purpose = purpose
        self._read()

    def seal(self, secret: str | bytes, *, cell: Cell) -> str:
        self._follow()
        nonce = os.urandom(_NONCE_BYTES)
        plain = secret.encode() if isinstance(secret, str) else secret
        sealed = self._keys[self._primary].encrypt(nonce, plain, cell.associated_data())
        return f"{self.mark}{_encode(nonce)}|{_encode(sealed)}"

    def open(self, sealed: str, *, cell: Cell) -> bytes:
        parts = sealed.split("|")
        if len(parts) != 4 or parts[0] != _FORMAT:
            raise Undecryptable()
        key = self._key(parts[1])
        try:
            nonce, ciphertext = _decode(parts[2]), _decode(parts[3])
            if len(nonce) != _NONCE_BYTES:
                raise Undecryptable()
            return key.decrypt(nonce, ciphertext, cell.associated_data())
        except (InvalidTag, ValueError):
            raise Undecryptable() from None

    def open_text(self, sealed: str, *, cell: Cell) -> str:
        return self.open(sealed, cell=cell).decode()

    @property
    def mark(self) -> str:
        """What everything begins with that was sealed under the primary key."""
        return mark_of(self._primary)

    def needs_rotation(self, sealed: str) -> bool:
        """True when it was sealed under another key than the primary one."""
        return not sealed.startswith(self.mark)

    def _key(self, key_id: str) -> AESGCM:
        if key_id not in self._keys:
            # Another process may have sealed it under a key that is new since we looked.
            self._follow()
        try:
            return self._keys[key_id]
        except KeyError:
            raise UnknownKey(f"The key {key_id[:32]!r} is not in the keyring.") from None

    def _follow(self) -> None:
        self._ring.follow()
        if self._ring.version != self._version:
            self._read()

    def _read(self) -> None:
        self._version, self._primary = self._ring.version, self._ring.primary
        self._keys = {key_id: AESGCM(key) for key_id, key in self._ring.sealing_keys(self._purpose).items()}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(data) != text:
        raise ValueError("not canonical base64url")
    return data
