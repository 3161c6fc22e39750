"""Files encrypted with a passphrase in the format of age (age-encryption.org/v1), written and read as they flow.

Chosen so that a backup can be opened without us: `age -d FILE`. The library that speaks it takes and gives whole files
when there is a passphrase, so the format, which is small, is put together here from the parts of `cryptography`.
"""

import base64
import binascii
import hmac
import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"age-encryption.org/v1\n"
WORK = 17
"""2^17 rounds of scrypt, in 128 MB: a guess costs a third of a second, and a small machine can still do it."""
_MOST_WORK = 20
_CHUNK = 64 << 10
_TAG = 16
_LONGEST_LINE = 256
_SALT = b"age-encryption.org/v1/scrypt"


class Unopened(Exception):
    """It does not open: another passphrase, or a file that was cut or changed. Says which in words."""


class Sealing:
    """A file to write to. Only `close` makes it whole: what is missing its last chunk does not open."""

    def __init__(self, raw: IO[bytes], *, passphrase: str) -> None:
        self._raw = raw
        self._held = bytearray()
        self._number = 0
        file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
        wrapped = ChaCha20Poly1305(_wrapping(passphrase, salt, WORK)).encrypt(bytes(12), file_key, None)
        header = MAGIC + b"-> scrypt %s %d\n%s\n---" % (_text(salt), WORK, _text(wrapped))
        raw.write(header + b" " + _text(_mac(file_key, header)) + b"\n" + nonce)
        self._cipher = ChaCha20Poly1305(_derived(file_key, salt=nonce, info=b"payload"))

    def write(self, data: bytes) -> int:
        self._held += data
        # The last chunk is told apart, so one is held back until it is known whether more comes.
        while len(self._held) > _CHUNK:
            self._put(bytes(self._held[:_CHUNK]), last=False)
            del self._held[:_CHUNK]
        return len(data)

    def flush(self) -> None:
        self._raw.flush()

    def close(self) -> None:
        self._put(bytes(self._held), last=True)
        self._held.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._raw.write(self._cipher.encrypt(_nonce(self._number, last=last), plain, None))
        self._number += 1


class Opening:
    """A file to read from. Gives out nothing that was not as it was written, and knows whether the end is the end."""

    def __init__(self, raw: IO[bytes], *, passphrase: str) -> None:
        self._raw = raw
        self._held = b""
        self._number = 0
        self._is_over = False
        magic, stanza, body, mac = (raw.readline(_LONGEST_LINE) for _ in range(4))
        header = magic + stanza + body + b"---"
        words = stanza.split()
        if (
            magic != MAGIC
            or len(words) != 4
            or words[:2] != [b"->", b"scrypt"]
            or not mac.startswith(b"--- ")
        ):
            raise Unopened("It is not encrypted with a passphrase, or its beginning is damaged.")
        try:
            salt, wrapped, told = _data(words[2]), _data(body.strip()), _data(mac[4:].strip())
            work = int(words[3])
        except ValueError:
            raise Unopened("Its beginning is damaged.") from None
        if not 1 <= work <= _MOST_WORK or len(salt) != 16:
            raise Unopened("Its beginning is damaged, or it was made to take more memory than there is.")
        try:
            file_key = ChaCha20Poly1305(_wrapping(passphrase, salt, work)).decrypt(bytes(12), wrapped, None)
        except InvalidTag:
            raise Unopened("The passphrase is another one.") from None
        if not hmac.compare_digest(_mac(file_key, header), told):
            raise Unopened("Its beginning was changed.")
        self._cipher = ChaCha20Poly1305(_derived(file_key, salt=raw.read(16), info=b"payload"))
        self._next = raw.read(_CHUNK + _TAG)

    def read(self, size: int = -1) -> bytes:
        pieces, wanted = [], size if size >= 0 else 1 << 62
        while wanted and (self._held or self._open_next()):
            pieces.append(self._held[:wanted])
            self._held = self._held[wanted:]
            wanted -= len(pieces[-1])
        return b"".join(pieces)

    def _open_next(self) -> bool:
        if self._is_over:
            return False
        chunk, self._next = self._next, self._raw.read(_CHUNK + _TAG)
        self._is_over = not self._next
        try:
            self._held = self._cipher.decrypt(_nonce(self._number, last=self._is_over), chunk, None)
        except InvalidTag:
            raise Unopened("It was cut short, or changed after it was written.") from None
        self._number += 1
        return bool(self._held)


def _wrapping(passphrase: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=_SALT + salt, length=32, n=1 << work, r=8, p=1).derive(passphrase.encode())


def _derived(key: bytes, *, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key)


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, salt=None, info=b"header"), header, "sha256")


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _text(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _data(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
