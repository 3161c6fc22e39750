"""The file of a backup: what is whole opens, and nothing else does."""

import io
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medianest.errors import Refused
from medianest.keeping import age
from medianest.keeping.age import Opening, Sealing, Unopened
from medianest.keeping.archive import FORMAT, About, Archive, Schema, Table, Writer
from medianest.keeping.drafts import Draft

ABOUT = About(
    format=FORMAT, version="0.1.0", taken_at=datetime(2026, 11, 30, tzinfo=UTC), heads={"media": "0001"}
)
PASSPHRASE = "correct horse battery"


def written(*, passphrase: str | None = None, about: About = ABOUT) -> bytes:
    raw = io.BytesIO()
    writer = Writer(raw, about=about, passphrase=passphrase)
    writer.add("secrets/keyring", b"k:secret\n")
    writer.add("tables/media/requests/00001", b"1\tThe Matrix\n" * 5_000)
    table = Table(name="requests", columns=("id", "title"), rows=5_000, pieces=1)
    schema = Schema(service="media", head="0001", tables=(table,), partitions=(), sequences={})
    writer.finish((schema,), waiting=0)
    return raw.getvalue()


PLAIN = written()


@pytest.fixture(scope="module", autouse=True)
def sealed() -> Iterator[bytes]:
    """With little work for whoever guesses the passphrase, and for us."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(age, "WORK", 4)
        yield written(passphrase=PASSPHRASE)


def read(data: bytes, *, passphrase: str | None = None) -> dict[str, bytes]:
    archive, _, contents = Archive.verified(io.BytesIO(data), passphrase=passphrase)
    return dict(archive.entries(contents))


def test_what_was_written_is_read() -> None:
    assert read(PLAIN)["secrets/keyring"] == b"k:secret\n"
    assert len(read(PLAIN)["tables/media/requests/00001"]) == 65_000


def test_it_is_a_tar_that_opens_without_us() -> None:
    with tarfile.open(fileobj=io.BytesIO(PLAIN)) as tar:
        names = tar.getnames()
    assert (names[0], names[-1]) == ("about.json", "contents.json")


def test_an_encrypted_one_holds_nothing_that_can_be_read_and_opens_with_its_passphrase(sealed: bytes) -> None:
    assert read(sealed, passphrase=PASSPHRASE) == read(PLAIN)
    assert b"about.json" not in sealed
    with pytest.raises(Refused, match="passphrase is another one"):
        read(sealed, passphrase=f"{PASSPHRASE}!")
    with pytest.raises(Refused, match="MEDIANEST_BACKUP_PASSPHRASE"):
        read(sealed)


@pytest.mark.parametrize("is_sealed", [False, True], ids=["plain", "encrypted"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
def test_one_that_was_cut_short_is_refused(is_sealed: bool, kept: float, sealed: bytes) -> None:
    data = sealed if is_sealed else PLAIN
    with pytest.raises(Refused):
        read(data[: int(len(data) * kept)], passphrase=PASSPHRASE)


@settings(max_examples=60)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_with_a_bit_that_flipped_is_refused_or_says_the_same(place: float, bit: int) -> None:
    """A few bits of gzip mean nothing, such as the name of the system that wrote it."""
    data = bytearray(PLAIN)
    data[int(len(data) * place)] ^= 1 << bit
    try:
        found = read(bytes(data))
    except Refused:
        return
    assert found == read(PLAIN)


@settings(max_examples=60)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_an_encrypted_one_with_a_bit_that_flipped_is_refused(sealed: bytes, place: float, bit: int) -> None:
    data = bytearray(sealed)
    data[int(len(data) * place)] ^= 1 << bit
    with pytest.raises(Refused):
        read(bytes(data), passphrase=PASSPHRASE)


def test_one_of_a_later_form_is_refused_in_words() -> None:
    with pytest.raises(Refused, match=r"made by MediaNest 9\.0\.0, in a form that is newer"):
        read(written(about=ABOUT.model_copy(update={"format": FORMAT + 1, "version": "9.0.0"})))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"a text\n" * 100], ids=["empty", "zip", "text"])
def test_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read(data, passphrase=PASSPHRASE)


@pytest.mark.parametrize("name", ["../keyring", "/etc/passwd"])
def test_nothing_leads_out_of_it(name: str) -> None:
    raw = io.BytesIO()
    writer = Writer(raw, about=ABOUT, passphrase=None)
    writer.add(name, b"x")
    writer.finish((), waiting=0)
    with pytest.raises(Refused, match="has no business in it"):
        read(raw.getvalue())


@pytest.mark.parametrize("length", [0, 1, 65_535, 65_536, 65_537, 131_072])
def test_chunks_of_the_encryption_end_where_they_should(length: int) -> None:
    raw = io.BytesIO()
    sealing = Sealing(raw, passphrase=PASSPHRASE)
    sealing.write(b"x" * length)
    sealing.close()
    assert Opening(io.BytesIO(raw.getvalue()), passphrase=PASSPHRASE).read() == b"x" * length


def test_chunks_that_changed_places_or_are_missing_at_the_end_are_noticed() -> None:
    raw = io.BytesIO()
    sealing = Sealing(raw, passphrase=PASSPHRASE)
    sealing.write(b"".join(bytes([number]) * 65_536 for number in range(3)))
    sealing.close()
    data = raw.getvalue()
    chunk = 65_536 + 16
    head, chunks = data[: len(data) - 3 * chunk], data[len(data) - 3 * chunk :]
    for wrong in (
        chunks[:chunk],
        chunks[: 2 * chunk],
        chunks[chunk : 2 * chunk] + chunks[:chunk] + chunks[2 * chunk :],
    ):
        with pytest.raises(Unopened):
            Opening(io.BytesIO(head + wrong), passphrase=PASSPHRASE).read()


def test_a_draft_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "kept"

    def fail() -> None:
        with Draft(path) as draft:
            draft.file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".kept.part").write_bytes(b"what a killed one left behind, and longer")
    with Draft(path) as draft:
        draft.file.write(b"whole")
        with pytest.raises(Refused, match="Somebody else is writing"), Draft(path):
            pass
        assert draft.keep() == 5
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept"]
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"whole", 0o600)
