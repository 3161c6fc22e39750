"""A household's installation is backed up while it is used, is lost, and is there again on another machine."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from medianest.errors import DataFolderInUse, Refused
from medianest.keeping.backup import back_up
from medianest.keeping.restore import restore
from medianest.keeping.settings import KeepingSettings
from medianest.registry import services
from medianest.testing import eventually
from medianest_common.settings import load
from tests.keeping.looking import rows, tables
from tests.world import Person, World, world

FILMS = range(600, 640)


@asynccontextmanager
async def in_use(house: World, person: Person) -> AsyncIterator[list[int]]:
    """Somebody asks for one film after the other from before it until after it; gives the answers' statuses."""
    statuses: list[int] = []
    over = asyncio.Event()

    async def ask() -> None:
        for film in FILMS[2:]:
            statuses.append((await person.request("movie", film)).status_code)
            statuses.append((await person.get("/media/requests")).status_code)
            if over.is_set():
                return

    async def began() -> bool:
        return len(statuses) >= 2 or asking.done()

    asking = asyncio.create_task(ask())
    try:
        await eventually(began, within=60)
        yield statuses
    finally:
        over.set()
        async with asyncio.timeout(120):
            await asking


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "is_compared", [False, pytest.param(True, marks=pytest.mark.long)], ids=["used again", "row by row"]
)
async def test_what_was_backed_up_under_way_is_there_again_on_an_empty_machine(
    tmp_path: Path, is_compared: bool
) -> None:
    async with world(tmp_path / "data") as house:
        for film in FILMS:
            house.overseerr.add_movie(film, f"Film {film}", 1999)
        olive, frida = await house.owner(), await house.friend()
        asked = [(await frida.request("movie", film)).raise_for_status().json()["id"] for film in FILMS[:2]]
        body = {"name": "NAS", "spec": {"kind": "push"}}
        (await olive.post("/admin/monitors", body)).raise_for_status()
        await eventually(lambda: _told(olive, asked))

        file = tmp_path / "kept.tar.gz"
        async with in_use(house, frida) as statuses:
            code, said = await house.product.command("backup", str(file))
        assert code == 0, said
        assert {status // 100 for status in statuses} == {2}

        settings = load(KeepingSettings, data_dir=house.product.data_dir)
        with pytest.raises(DataFolderInUse):
            await restore(settings, file)
        await house.product.stop()
        with pytest.raises(Refused, match="There is an installation in"):
            await restore(settings, file)
        shutil.rmtree(house.product.data_dir)

        other = replace(
            house.product,
            data_dir=tmp_path / "other",
            environment=house.product.environment | {"MEDIANEST_DATA_DIR": str(tmp_path / "other")},
            process=None,
        )
        settings = load(KeepingSettings, data_dir=other.data_dir)
        await restore(settings, file)
        assert set(rows(file)) == _every_table()
        if is_compared:
            again = (await back_up(settings, tmp_path / "again.tar.gz")).path
            before, after = tables(file), tables(again)
            same = {table for table in before if not table.endswith("/outbox")}
            assert {table: after.get(table) for table in same} == {table: before[table] for table in same}
        assert rows(file)["media/requests"] >= 2
        assert rows(file)["health/results"] > 0
        assert file.stat().st_mode & 0o777 == 0o600

        house.product = other
        await other.start()
        try:
            session = (await frida.get("/auth/session")).raise_for_status().json()
            assert session["user"]["id"] == frida.user["id"]
            assert {await frida.status_of(request) for request in asked} == {"pending"}
            monitors = (await olive.get("/admin/monitors")).raise_for_status().json()["items"]
            assert "NAS" in {monitor["name"] for monitor in monitors}
            if is_compared:
                code, said = await other.command("admin", "verify-audit")
                assert (code, "Intact" in said) == (0, True), said
            await eventually(lambda: _is_settled(olive))
            told = await _requests_told(olive)
            assert sorted(told) == sorted(set(told)), "nobody is told anything twice"
            known = {request["id"] for request in await _requests(frida)}
            assert set(told) == known, "and nothing was lost on the way"
        finally:
            await other.stop()


def _every_table() -> set[str]:
    return {
        f"{service.name}/{table}"
        for service in services()
        if service.metadata is not None
        for table in service.metadata.tables
    }


async def _told(person: Person, requests: list[str]) -> bool:
    return set(requests) <= set(await _requests_told(person))


async def _requests_told(person: Person) -> list[str]:
    items = (await person.get("/notifications", params={"limit": 100})).raise_for_status().json()["items"]
    return [item["data"]["requestId"] for item in items if item["type"] == "request.created"]


async def _requests(person: Person) -> list[dict[str, str]]:
    items: list[dict[str, str]] = (
        (await person.get("/media/requests", params={"limit": 100})).raise_for_status().json()["items"]
    )
    return items


async def _is_settled(olive: Person) -> bool:
    """Nothing waits any more, neither in an outbox nor on the bus."""
    queues = (await olive.get("/admin/queues")).raise_for_status().json()
    waits = sum(outbox["due"] for outbox in queues["outboxes"])
    return not waits and all(
        not reader["pending"] and not reader["inFlight"]
        for stream in queues["streams"]
        for reader in stream["consumers"]
    )
