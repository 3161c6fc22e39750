"""Secrets at rest: AES-256-GCM under a key of its own for each purpose, bound to the cell it was written for."""

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medianest_common.errors import Unavailable

_FORMAT = "v1"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


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


class Cipher:
    """Seals and opens under the keys of one purpose; new values use the primary key."""

    def __init__(self, keys: Mapping[str, bytes], *, primary: str) -> None:
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._primary = primary

    def seal(self, secret: str | bytes, *, cell: Cell) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        plain = secret.encode() if isinstance(secret, str) else secret
        sealed = self._keys[self._primary].encrypt(nonce, plain, cell.associated_data())
        return f"{_FORMAT}|{self._primary}|{_encode(nonce)}|{_encode(sealed)}"

    def open(self, sealed: str, *, cell: Cell) -> bytes:
        parts = sealed.split("|")
        if len(parts) != 4 or parts[0] != _FORMAT:
            raise Undecryptable()
        key = self._keys.get(parts[1])
        if key is None:
            raise UnknownKey(f"The key {parts[1][:32]!r} is not in the keyring.")
        try:
            nonce, ciphertext = _decode(parts[2]), _decode(parts[3])
            if len(nonce) != _NONCE_BYTES:
                raise Undecryptable()
            return key.decrypt(nonce, ciphertext, cell.associated_data())
        except (InvalidTag, ValueError):
            raise Undecryptable() from None

    def open_text(self, sealed: str, *, cell: Cell) -> str:
        return self.open(sealed, cell=cell).decode()

    def needs_rotation(self, sealed: str) -> bool:
        """True when it was sealed under another key than the primary one."""
        return not sealed.startswith(f"{_FORMAT}|{self._primary}|")


class KeyRing:
    """The root keys of the installation, the primary one first. Never used directly: every purpose gets its own
    keys, derived by HKDF, so that what opens one kind of secret opens no other."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("The keyring holds no key.")
        for key_id, key in keys.items():
            if not key_id or len(key_id) > 32 or not _KEY_ID.issuperset(key_id):
                raise ValueError(f"{key_id[:40]!r} is not a key id: up to 32 letters, digits, - and _.")
            if len(key) != _KEY_BYTES:
                raise ValueError(f"Key {key_id!r} must be {_KEY_BYTES} bytes long, but has {len(key)}.")
        self._keys = dict(keys)
        self.primary = next(iter(self._keys))

    @classmethod
    def generate(cls) -> Self:
        return cls({_new_key_id(): secrets.token_bytes(_KEY_BYTES)})

    @classmethod
    def parse(cls, text: str) -> Self:
        """Lines `kid:base64`, the primary key first; `#` starts a comment."""
        keys: dict[str, bytes] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            entry = line.partition("#")[0].strip()
            if not entry:
                continue
            key_id, _, encoded = entry.partition(":")
            if key_id in keys:
                raise ValueError(f"Line {number} of the keyring repeats the key id {key_id!r}.")
            try:
                keys[key_id] = base64.b64decode(encoded.strip(), validate=True)
            except binascii.Error:
                raise ValueError(f"Line {number} of the keyring is not `kid:base64`.") from None
        return cls(keys)

    @classmethod
    def from_secret(cls, secret: str) -> Self:
        """From a setting: either keyring lines or one random string of at least 32 characters."""
        if ":" in secret:
            return cls.parse(secret)
        if len(secret.encode()) < _KEY_BYTES:
            raise ValueError(
                "The secret key must be at least 32 characters long; try: openssl rand -base64 32"
            )
        root = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"medianest|root|v1")
        key = root.derive(secret.encode())
        return cls({sha256(key).hexdigest()[:8]: key})

    @classmethod
    def load(cls, path: Path) -> Self:
        if path.stat().st_mode & 0o077:
            raise ValueError(f"{path} may be read by others; run: chmod 600 {path}")
        return cls.parse(path.read_text(encoding="ascii"))

    @classmethod
    def load_or_generate(cls, path: Path) -> Self:
        """Of several processes that start at once on an empty data folder, all get the same keys."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            draft.touch(mode=0o600)
            draft.write_text(cls.generate().dump(), encoding="ascii")
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return cls.load(path)

    def dump(self) -> str:
        return "".join(f"{key_id}:{base64.b64encode(key).decode()}\n" for key_id, key in self._keys.items())

    def rotated(self) -> "KeyRing":
        """The same keys behind a new primary one."""
        return KeyRing({_new_key_id(): secrets.token_bytes(_KEY_BYTES), **self._keys})

    def cipher(self, purpose: str) -> Cipher:
        return Cipher(self.derive(purpose), primary=self.primary)

    def derive(self, purpose: str, *, length: int = _KEY_BYTES) -> dict[str, bytes]:
        """The keys of one purpose by key id, the primary one first."""
        info = f"medianest|{purpose}|{_FORMAT}".encode()
        return {
            key_id: HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)
            for key_id, key in self._keys.items()
        }

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"


def _new_key_id() -> str:
    return secrets.token_hex(4)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(data) != text:
        raise ValueError("not canonical base64url")
    return data
