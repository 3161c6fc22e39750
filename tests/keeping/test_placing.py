"""Putting what was restored into its place, however often that is interrupted."""

import shutil
from pathlib import Path

import pytest

from medianest.embedded import EmbeddedServers
from medianest.embedded.data_folder import FolderLock
from medianest.errors import DataFolderInUse
from medianest.keeping.placing import Place, finish, is_unfinished


def lying_in(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


WHOLE = {
    "before/secrets/keyring": "old",
    "before/servers/nats/messages": "old",
    "before/servers/postgres/rows": "old",
    "cache/picture": "old",
    "secrets/keyring": "new",
    "servers/postgres/rows": "new",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("secrets/keyring", "servers/postgres/rows", "servers/nats/messages", "cache/picture"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("old")
    return tmp_path


def begun(data: Path) -> Place:
    place = Place(data, aside="before")
    place.begin()
    place.write("secrets/keyring", b"new")
    place.write("servers/postgres/rows", b"new")
    place.prepare(replace=["secrets", "servers"], remove=[])
    return place


def test_what_was_there_is_put_aside_and_nothing_else_is_touched(data: Path) -> None:
    assert begun(data).put_in_place()
    assert lying_in(data) == WHOLE


def test_given_up_leaves_all_as_it_was(data: Path) -> None:
    before = lying_in(data)
    begun(data).give_up()
    assert lying_in(data) == before


@pytest.mark.parametrize("moves", range(5))
def test_interrupted_after_any_move_the_next_start_finishes_it(
    data: Path, moves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(Exception):
        pass

    done = 0
    rename = Path.rename

    def renaming(self: Path, target: Path) -> Path:
        nonlocal done
        if done == moves:
            raise Cut
        done += 1
        return rename(self, target)

    def clearing(_: Path) -> None:
        raise Cut

    place = begun(data)
    with monkeypatch.context() as cut:
        cut.setattr(Path, "rename", renaming)
        cut.setattr(shutil, "rmtree", clearing)
        with pytest.raises(Cut):
            place.put_in_place()
    place.give_up()
    finish(data)
    assert lying_in(data) == WHOLE
    finish(data)
    assert lying_in(data) == WHOLE


async def test_a_start_on_servers_elsewhere_finishes_it_before_it_looks_for_keys(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = begun(data)
    with monkeypatch.context() as cut:
        cut.setattr("medianest.keeping.placing.finish", lambda _: None)
        place.put_in_place()
    (data / "before").mkdir()
    (data / "secrets").rename(data / "before" / "secrets")
    elsewhere = EmbeddedServers(
        data, nats_url="nats://a", database_url="postgresql://a/b", valkey_url="redis://a"
    )
    lock = FolderLock(data)
    lock.acquire()
    with pytest.raises(DataFolderInUse):
        await elsewhere.__aenter__()
    lock.release()
    async with elsewhere:
        assert (data / "secrets" / "keyring").read_text() == "new"
        # Others work on this folder too.
        lock.acquire()
        lock.release()
    assert not is_unfinished(data)


def test_a_bus_that_is_ours_is_put_aside_where_the_database_is_not(data: Path) -> None:
    place = Place(data, aside="before")
    place.begin()
    place.write("secrets/keyring", b"new")
    place.prepare(replace=["secrets"], remove=["servers/nats"])
    place.put_in_place()
    assert lying_in(data) == {
        "before/secrets/keyring": "old",
        "before/servers/nats/messages": "old",
        "cache/picture": "old",
        "secrets/keyring": "new",
        "servers/postgres/rows": "old",
    }
