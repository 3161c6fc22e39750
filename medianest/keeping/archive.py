"""The one file of a backup: a compressed tar that is written and read as it flows, and says at its end what is in it.

Its first entry, `about.json`, tells whether we understand it at all; its last, `contents.json`, lists every other entry
with size and SHA-256. An archive without its last entry is none. Tables lie in it as text, a few megabytes an entry, so
that `tar xzf` and a text editor get at everything without us.
"""

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import IO, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from medianest.errors import Refused
from medianest.keeping.age import MAGIC, Opening, Sealing, Unopened

FORMAT = 1
ABOUT, CONTENTS = "about.json", "contents.json"
KEYRING = "secrets/keyring"
CONFIGURATION = "medianest.toml"
WAITING = "waiting.jsonl"
_PIECE = 4 << 20
_LEVEL = 4
"""Of compression: twice as quick as the usual 6, and a tenth larger."""
_DAMAGED = "The backup is damaged or was cut short: {}. Nothing was done; take another one."


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")


class Table(_Model):
    name: str
    columns: tuple[str, ...]
    rows: int
    pieces: int


class Partition(_Model):
    name: str
    parent: str
    bounds: str
    """As PostgreSQL says it: `FOR VALUES FROM (…) TO (…)`."""


class Schema(_Model):
    """What one service owns. `head` is the migration that its tables are as of; a table comes after those it names."""

    service: str
    head: str
    tables: tuple[Table, ...]
    partitions: tuple[Partition, ...]
    sequences: dict[str, int]


class About(_Model):
    product: Literal["medianest"] = "medianest"
    format: int
    version: str
    taken_at: datetime
    heads: dict[str, str]


class Entry(_Model):
    name: str
    size: int
    sha256: str


class Contents(_Model):
    schemas: tuple[Schema, ...]
    waiting: int
    entries: tuple[Entry, ...]


class Writer:
    """Adds entries to a file that somebody else opened and closes."""

    def __init__(self, raw: IO[bytes], *, about: About, passphrase: str | None) -> None:
        self._sealing = Sealing(raw, passphrase=passphrase) if passphrase else None
        self._packed = gzip.GzipFile(
            filename="",
            mode="wb",
            compresslevel=_LEVEL,
            fileobj=self._sealing or raw,
            mtime=0,
        )
        self._tar = tarfile.TarFile.open(mode="w|", fileobj=self._packed, format=tarfile.PAX_FORMAT)
        self._mtime = int(about.taken_at.timestamp())
        self.entries: list[Entry] = []
        self.add(ABOUT, about.model_dump_json(by_alias=True, indent=1).encode())

    def add(self, name: str, data: bytes) -> None:
        self.entries.append(Entry(name=name, size=len(data), sha256=sha256(data).hexdigest()))
        self._put(name, data)

    def pieces(self, folder: str) -> "Pieces":
        return Pieces(self, folder)

    def finish(self, schemas: tuple[Schema, ...], *, waiting: int) -> None:
        contents = Contents(schemas=schemas, waiting=waiting, entries=tuple(self.entries))
        self._put(CONTENTS, contents.model_dump_json(by_alias=True, indent=1).encode())
        self._tar.close()
        self._packed.close()
        if self._sealing:
            self._sealing.close()

    def close(self) -> None:
        """Before the file is closed, finished or not: what is left in a packer would be written to it later."""
        for packer in (self._tar, self._packed):
            with suppress(OSError):
                packer.close()

    def _put(self, name: str, data: bytes) -> None:
        header = tarfile.TarInfo(name)
        header.size, header.mode, header.mtime = len(data), 0o600, self._mtime
        self._tar.addfile(header, io.BytesIO(data))


class Pieces:
    """Something long, cut into entries of a few megabytes, so that none has to be held whole."""

    def __init__(self, writer: Writer, folder: str) -> None:
        self._writer = writer
        self._folder = folder
        self._held = bytearray()
        self.count = 0

    async def write(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= _PIECE:
            self._put()

    def close(self) -> int:
        if self._held:
            self._put()
        return self.count

    def _put(self) -> None:
        self.count += 1
        self._writer.add(piece_name(self._folder, self.count), bytes(self._held))
        self._held.clear()


def table_folder(service: str, table: str) -> str:
    return f"tables/{service}/{table}"


def piece_name(folder: str, number: int) -> str:
    return f"{folder}/{number:05}"


class Archive:
    """A backup that was opened. `verified` reads all of it; `entries` gives it out, and notices a change meanwhile."""

    def __init__(self, raw: IO[bytes], *, passphrase: str | None) -> None:
        self._raw = raw
        self._passphrase = passphrase

    @classmethod
    def verified(cls, raw: IO[bytes], *, passphrase: str | None) -> tuple[Self, About, Contents]:
        """Raises `Refused` for what is not whole, or not ours."""
        archive = cls(raw, passphrase=passphrase)
        seen: list[Entry] = []
        about: About | None = None
        contents: Contents | None = None
        for name, data in archive._entries():
            if about is None:
                about = _about(name, data)
            if name == CONTENTS:
                contents = _parsed(Contents, data)
            else:
                seen.append(Entry(name=name, size=len(data), sha256=sha256(data).hexdigest()))
        if about is None or contents is None:
            raise Refused(_DAMAGED.format("its end is missing"))
        if tuple(seen) != contents.entries:
            raise Refused(_DAMAGED.format("its entries are not those that it lists"))
        return archive, about, contents

    def entries(self, contents: Contents) -> Iterator[tuple[str, bytes]]:
        """All but `about.json` and `contents.json`, in order."""
        known = {entry.name: entry.sha256 for entry in contents.entries}
        for name, data in self._entries():
            if name in (ABOUT, CONTENTS):
                continue
            if known.get(name) != sha256(data).hexdigest():
                raise Refused("The backup was changed while it was read. Nothing was done.")
            yield name, data

    def _entries(self) -> Iterator[tuple[str, bytes]]:
        self._raw.seek(0)
        is_sealed = self._raw.read(len(MAGIC)) == MAGIC
        self._raw.seek(0)
        if is_sealed and not self._passphrase:
            raise Refused(
                "The backup is encrypted: give its passphrase in MEDIANEST_BACKUP_PASSPHRASE(_FILE)."
            )
        try:
            stream = self._raw
            if is_sealed and self._passphrase:
                # Nobody seeks in it.
                stream = cast(IO[bytes], Opening(self._raw, passphrase=self._passphrase))
            with (
                gzip.GzipFile(fileobj=stream, mode="rb") as unpacked,
                tarfile.open(fileobj=unpacked, mode="r|") as tar,
            ):
                for member in tar:
                    path = PurePosixPath(member.name)
                    if not member.isfile() or path.is_absolute() or ".." in path.parts:
                        raise Refused(_DAMAGED.format(f"{member.name[:80]!r} has no business in it"))
                    content = tar.extractfile(member)
                    assert content
                    yield member.name, content.read()
                # What comes behind the tar holds the checksum of the whole.
                while unpacked.read(1 << 20):
                    pass
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Refused(_DAMAGED.format(str(error)[:200] or type(error).__name__)) from None
        except Unopened as error:
            raise Refused(f"The backup does not open. {error}") from None


def _about(name: str, data: bytes) -> About:
    if name != ABOUT:
        raise Refused("This is not a backup of MediaNest.")
    about = _parsed(About, data)
    if about.format > FORMAT:
        raise Refused(
            f"This backup was made by MediaNest {about.version}, in a form that is newer than this program. Install "
            "that version, or a newer one, and restore it there."
        )
    return about


def _parsed[M: _Model](kind: type[M], data: bytes) -> M:
    try:
        return kind.model_validate_json(data)
    except ValidationError:
        raise Refused("This is not a backup of MediaNest, or a damaged one. Nothing was done.") from None
