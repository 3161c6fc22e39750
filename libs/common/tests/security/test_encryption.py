"""Sealed values open under their own keys, in their own cell, and nowhere else."""

import asyncio
import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.security.encryption import Cell, KeyRing, Undecryptable, UnknownKey

KEYS = KeyRing.generate()
CELL = Cell("servers", "token", UUID(int=1))


@given(st.binary(max_size=2000), st.uuids())
def test_what_was_sealed_opens_again(secret: bytes, row: UUID) -> None:
    cipher = KEYS.cipher("plex_token")
    cell = Cell("servers", "token", row)
    assert cipher.open(cipher.seal(secret, cell=cell), cell=cell) == secret


@given(st.text(max_size=200).filter(lambda text: text.isprintable()))
def test_text_opens_as_text(secret: str) -> None:
    cipher = KEYS.cipher("totp")
    assert cipher.open_text(cipher.seal(secret, cell=CELL), cell=CELL) == secret


@given(st.data())
def test_any_altered_character_is_noticed(data: st.DataObject) -> None:
    cipher = KEYS.cipher("plex_token")
    sealed = cipher.seal(b"a secret of some length", cell=CELL)
    position = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != sealed[position]))
    with pytest.raises((Undecryptable, UnknownKey)):
        cipher.open(sealed[:position] + other + sealed[position + 1 :], cell=CELL)


@given(st.text(max_size=120))
def test_nonsense_is_refused_and_never_crashes(sealed: str) -> None:
    with pytest.raises((Undecryptable, UnknownKey)):
        KEYS.cipher("plex_token").open(sealed, cell=CELL)


@pytest.mark.parametrize(
    "elsewhere",
    [CELL._replace(row=UUID(int=2)), CELL._replace(column="other"), CELL._replace(table="users")],
)
def test_a_value_moved_to_another_cell_does_not_open(elsewhere: Cell) -> None:
    cipher = KEYS.cipher("plex_token")
    with pytest.raises(Undecryptable):
        cipher.open(cipher.seal("secret", cell=CELL), cell=elsewhere)


def test_the_keys_of_one_purpose_open_no_other() -> None:
    sealed = KEYS.cipher("plex_token").seal("secret", cell=CELL)
    with pytest.raises(Undecryptable):
        KEYS.cipher("totp").open(sealed, cell=CELL)


def test_after_rotation_old_values_open_and_are_due() -> None:
    sealed = KEYS.cipher("oauth").seal("secret", cell=CELL)
    rotated = KEYS.rotated().cipher("oauth")
    assert rotated.open_text(sealed, cell=CELL) == "secret"
    assert rotated.needs_rotation(sealed)
    assert not rotated.needs_rotation(rotated.seal("secret", cell=CELL))


def test_a_dropped_key_is_named_not_fatal() -> None:
    sealed = KEYS.cipher("oauth").seal("secret", cell=CELL)
    with pytest.raises(UnknownKey, match=KEYS.primary):
        KeyRing.generate().cipher("oauth").open(sealed, cell=CELL)


def test_the_same_secret_never_looks_the_same_twice() -> None:
    cipher = KEYS.cipher("oauth")
    assert cipher.seal("secret", cell=CELL) != cipher.seal("secret", cell=CELL)


def test_the_keyring_survives_its_file() -> None:
    rotated = KEYS.rotated()
    again = KeyRing.parse("# a comment\n\n" + rotated.dump())
    assert again.primary == rotated.primary
    assert again.derive("csrf") == rotated.derive("csrf")
    assert repr(again) == f"KeyRing({rotated.primary}, {KEYS.primary})"


@pytest.mark.parametrize(
    "text",
    ["", "# nothing", "nokey", "a:short", "a:!!!", f"bad id:{'A' * 43}=", f"a:{'A' * 43}=\na:{'B' * 43}="],
)
def test_a_broken_keyring_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|Key"):
        KeyRing.parse(text)


def test_a_key_without_a_name_is_named_after_itself() -> None:
    bare = base64.b64encode(bytes(range(32))).decode()
    ring = KeyRing.parse(bare)
    assert ring.dump() == f"{ring.primary}:{bare}\n"
    assert KeyRing.parse(f"{KEYS.dump().strip()},{bare}").old == [ring.primary]
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing.parse(bare[:40])


def test_what_is_derived_outlives_every_rotation() -> None:
    derived = KEYS.derive("csrf")
    once = KEYS.rotated()
    assert once.derive("csrf") == once.without_old().derive("csrf") == derived
    twice = KeyRing.parse(once.without_old().dump()).rotated().without_old()
    assert twice.derive("csrf") == derived != KEYS.derive("images")
    assert twice.dump().count("\n") == 2, "the key in between is gone"


def test_a_key_kept_for_deriving_opens_and_seals_nothing() -> None:
    sealed = KEYS.cipher("oauth").seal("secret", cell=CELL)
    kept = KEYS.rotated().without_old()
    assert kept.root == KEYS.primary != kept.primary
    assert not kept.old
    with pytest.raises(UnknownKey):
        kept.cipher("oauth").open(sealed, cell=CELL)


@pytest.mark.parametrize("text", [f"a:{'A' * 43}= derive-only", f"a:{'A' * 43}= derive-only\nb:{'B' * 43}="])
def test_only_the_last_of_several_keys_can_be_there_for_deriving(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        KeyRing.parse(text)


def test_every_process_takes_over_a_rotation_as_soon_as_it_seals_or_meets_a_new_key(tmp_path: Path) -> None:
    path = tmp_path / "keyring"
    KEYS.save(path)
    here, there = (KeyRing.load(path).cipher("totp") for _ in range(2))
    before = here.seal("old", cell=CELL)
    rotated = KEYS.rotated()
    rotated.save(path)
    after = here.seal("new", cell=CELL)
    assert not rotated.cipher("totp").needs_rotation(after)
    assert there.open_text(after, cell=CELL) == "new"
    assert there.open_text(before, cell=CELL) == "old"
    rotated.without_old().save(path)
    assert not rotated.cipher("totp").needs_rotation(there.seal("third", cell=CELL))
    with pytest.raises(UnknownKey):
        there.open(before, cell=CELL)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", ["", "nonsense", "\udcff"])
def test_a_keyring_that_was_damaged_while_we_run_changes_nothing(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "keyring"
    KEYS.save(path)
    cipher = KeyRing.load(path).cipher("totp")
    path.write_bytes(damage.encode("utf-8", "surrogateescape"))
    assert cipher.open_text(cipher.seal("secret", cell=CELL), cell=CELL) == "secret"
    path.unlink()
    assert cipher.open_text(cipher.seal("secret", cell=CELL), cell=CELL) == "secret"
    KEYS.rotated().save(path)
    assert KEYS.cipher("totp").needs_rotation(cipher.seal("secret", cell=CELL))


def test_the_generated_file_is_private_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "keyring"
    first = KeyRing.load_or_generate(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyRing.load_or_generate(path).dump() == first.dump()
    assert [entry.name for entry in path.parent.iterdir()] == ["keyring"]


def test_a_keyring_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keyring"
    path.write_text(KEYS.dump())
    path.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        KeyRing.load(path)


async def test_many_first_starts_agree_on_one_keyring(tmp_path: Path) -> None:
    path = tmp_path / str(uuid4()) / "keyring"
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(8) as pool:
        rings = await asyncio.gather(
            *(loop.run_in_executor(pool, KeyRing.load_or_generate, path) for _ in range(16))
        )
    assert len({ring.dump() for ring in rings}) == 1
