"""The root keys of the installation, in a file that may be replaced while services run."""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medianest_common.security.encryption.cipher import Cipher

log = structlog.get_logger()

DERIVE_ONLY = "derive-only"
_KEY_BYTES = 32
_KEY_ID = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_VERSION = "v1"


@dataclass(frozen=True, slots=True)
class _Keys:
    """`derive_only` is the one, if any, that opens nothing any more."""

    all: dict[str, bytes]
    derive_only: str | None

    def __post_init__(self) -> None:
        for key_id, key in self.all.items():
            if not key_id or len(key_id) > 32 or not _KEY_ID.issuperset(key_id):
                raise ValueError(f"{key_id[:40]!r} is not a key id: up to 32 letters, digits, - and _.")
            if len(key) != _KEY_BYTES:
                raise ValueError(f"Key {key_id!r} must be {_KEY_BYTES} bytes long, but has {len(key)}.")
        if not self.sealing:
            raise ValueError("The keyring holds no key.")
        if self.derive_only not in (None, self.root):
            raise ValueError(f"Only the last key of the keyring can be {DERIVE_ONLY}.")

    @property
    def sealing(self) -> list[str]:
        return [key_id for key_id in self.all if key_id != self.derive_only]

    @property
    def root(self) -> str:
        return next(reversed(self.all))


class KeyRing:
    """Never used directly: every purpose gets its own keys, made by HKDF, so that what opens one kind of secret opens
    no other.

    The first key, the primary one, seals; the others still open what they sealed. The last one is the oldest: from it
    everything is *derived* that is not stored, such as the passwords of the database roles, so that all of this stays
    as it is when keys are rotated. A key that is kept for that alone is marked `derive-only`.
    """

    def __init__(
        self, keys: Mapping[str, bytes], *, derive_only: str | None = None, path: Path | None = None
    ) -> None:
        self._keys = _Keys(dict(keys), derive_only)
        self.version = 0
        self.path = path
        self._seen: tuple[int, int, int] | None = None

    @classmethod
    def generate(cls) -> Self:
        return cls({_new_key_id(): secrets.token_bytes(_KEY_BYTES)})

    @classmethod
    def parse(cls, text: str, *, path: Path | None = None) -> Self:
        """Lines `id:base64`, the primary key first; `#` starts a comment. Commas part entries as lines do, and what
        `openssl rand -base64 32` prints is an entry too: its id is made from the key."""
        keys, derive_only = _read(text)
        return cls(keys, derive_only=derive_only, path=path)

    @classmethod
    def load(cls, path: Path) -> Self:
        if path.stat().st_mode & 0o077:
            raise ValueError(f"{path} may be read by others; run: chmod 600 {path}")
        return cls.parse(path.read_text(encoding="ascii"), path=path)

    @classmethod
    def load_or_generate(cls, path: Path) -> Self:
        """Of several processes that start at once on an empty data folder, all get the same keys."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = _write_draft(path, cls.generate().dump())
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return cls.load(path)

    @property
    def primary(self) -> str:
        return self._keys.sealing[0]

    @property
    def old(self) -> Collection[str]:
        """The keys that still open and do not seal any more."""
        return self._keys.sealing[1:]

    @property
    def root(self) -> str:
        """The key that everything not stored is derived from."""
        return self._keys.root

    def follow(self) -> None:
        """Take over what the file holds if it was replaced since; what cannot be used there changes nothing."""
        if self.path is None or (stamp := _stamp(self.path)) == self._seen:
            return
        self._seen = stamp
        try:
            keys, derive_only = _read(self.path.read_text(encoding="ascii"))
            fresh = _Keys(keys, derive_only)
        except (OSError, ValueError) as error:
            log.error("keyring_not_read_again", reason=type(error).__name__)
            return
        if fresh != self._keys:
            self._keys = fresh
            self.version += 1
            log.info("keyring_read_again", primary=self.primary, old=list(self.old))

    def save(self, path: Path) -> None:
        """Replace the file whole or not at all; for its owner only, and on the disk when this returns."""
        _write_draft(path, self.dump()).replace(path)

    def dump(self) -> str:
        return "".join(f"{self.entry(key_id)}\n" for key_id in self._keys.all)

    def entry(self, key_id: str) -> str:
        """One line of the file."""
        mark = f" {DERIVE_ONLY}" if key_id == self._keys.derive_only else ""
        return f"{key_id}:{base64.b64encode(self._keys.all[key_id]).decode()}{mark}"

    def rotated(self) -> "KeyRing":
        """The same keys behind a new primary one."""
        fresh = {_new_key_id(): secrets.token_bytes(_KEY_BYTES)}
        return KeyRing({**fresh, **self._keys.all}, derive_only=self._keys.derive_only)

    def without_old(self) -> "KeyRing":
        """Only the primary key opens anything; the oldest one is kept for what is derived from it."""
        kept = {key_id: self._keys.all[key_id] for key_id in (self.primary, self.root)}
        return KeyRing(kept, derive_only=self.root if self.root != self.primary else None)

    def cipher(self, purpose: str) -> Cipher:
        return Cipher(self, purpose=purpose)

    def sealing_keys(self, purpose: str) -> dict[str, bytes]:
        """The keys of one purpose by key id, the primary one first."""
        return {key_id: _expand(self._keys.all[key_id], purpose) for key_id in self._keys.sealing}

    def derive(self, purpose: str, *, length: int = _KEY_BYTES) -> bytes:
        """A secret of the installation that is stored nowhere and outlives every rotation."""
        return _expand(self._keys.all[self.root], purpose, length=length)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys.all)})"


def _read(text: str) -> tuple[dict[str, bytes], str | None]:
    keys: dict[str, bytes] = {}
    derive_only = None
    lines = (line.partition("#")[0] for line in text.splitlines())
    entries = (entry.strip() for line in lines for entry in line.split(","))
    for number, entry in enumerate(filter(None, entries), start=1):
        named = re.fullmatch(rf"(?:(.*):)?\s*(\S+)(\s+{DERIVE_ONLY})?", entry)
        try:
            key = base64.b64decode(named[2] if named else "!", validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(f"Entry {number} of the keyring is not `id:base64`.") from None
        assert named
        key_id = named[1].strip() if named[1] is not None else sha256(key).hexdigest()[:8]
        if key_id in keys:
            raise ValueError(f"Entry {number} of the keyring repeats the key id {key_id[:40]!r}.")
        keys[key_id] = key
        if named[3]:
            derive_only = key_id
    return keys, derive_only


def _expand(key: bytes, purpose: str, *, length: int = _KEY_BYTES) -> bytes:
    info = f"medianest|{purpose}|{_VERSION}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _write_draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    return draft


def _new_key_id() -> str:
    return secrets.token_hex(4)
