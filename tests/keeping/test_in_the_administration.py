"""An administrator makes a backup at the page, sees it, has it and lets it go; nobody else does."""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from medianest.keeping.archive import Archive
from medianest.keeping.keeper import PIECE
from medianest.testing import eventually
from tests.keeping.times import far_from_now
from tests.world import Person, World, world

PATH = "/admin/backups"


async def _listed(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(PATH)).raise_for_status().json()
    return found


async def _answered(person: Person) -> dict[str, Any] | None:
    """Whoever makes backups comes to the bus beside the services, and may do so after them."""
    found = await _listed(person)
    return found if found["place"] else None


async def _refused(answer: httpx.Response, status: int, code: str) -> None:
    await answer.aread()
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def _actions(person: Person) -> set[str]:
    page = (await person.get("/admin/audit", params={"limit": 100})).raise_for_status().json()
    return {each["action"] for each in page["items"]}


async def _an_administrator(house: World, olive: Person) -> Person:
    adam = await house.friend("Adam")
    promoted = await olive.http.patch(
        f"/api/v1/admin/users/{adam.user['id']}",
        json={"role": "admin"},
        headers={"X-CSRF-Token": olive.csrf},
    )
    assert promoted.status_code == 200, promoted.text
    await adam.arrive()
    await adam.refresh()
    return adam


@pytest.mark.timeout(600)
async def test_made_seen_had_and_let_go(tmp_path: Path) -> None:
    async with world(tmp_path / "data", backup_at=far_from_now()) as house:
        olive = await house.owner()
        seen = await eventually(lambda: _answered(olive))
        folder = house.product.data_dir / "backups"
        assert seen["place"]["folder"] == str(folder) and seen["items"] == []
        assert seen["place"]["schedule"]["keepDaily"] == 7
        assert datetime.fromisoformat(seen["place"]["schedule"]["nextAt"])

        folder.mkdir()
        long_ago = folder / "medianest-20260101T033000Z.tar.gz"
        long_ago.touch()
        await eventually(lambda: _finds(olive, {"backup_old"}))
        long_ago.unlink()
        # What is random packs badly, so that it takes several pieces to have it.
        blob = house.product.data_dir / "secrets" / "blob"
        blob.write_bytes(os.urandom(3 * PIECE))

        answers = await asyncio.gather(*(olive.post(PATH) for _ in range(3)))
        assert sorted(each.status_code for each in answers) == [202, 409, 409]
        made = await eventually(lambda: _only_one(olive), within=120)
        assert (made["state"], made["encrypted"], made["origin"]) == ("whole", False, "administrator")
        file = folder / made["name"]
        assert made["bytes"] == file.stat().st_size and made["rows"] > 0

        opened = (await olive.post(f"{PATH}/{made['name']}/download")).raise_for_status().json()
        assert made["bytes"] > 3 * PIECE
        had = await olive.http.get(opened["path"])
        assert had.content == file.read_bytes() and len(had.content) == opened["bytes"]
        assert made["name"] in had.headers["content-disposition"]
        assert had.headers["cache-control"] == "private, no-store, no-transform"
        with file.open("rb") as raw:
            _, about, _ = Archive.verified(raw, passphrase=None)
        assert about.version == made["version"]

        # All keys are in it, the owner's among them.
        adam = await _an_administrator(house, olive)
        assert [each["name"] for each in (await _listed(adam))["items"]] == [made["name"]]
        await _refused(await adam.post(f"{PATH}/{made['name']}/download"), 403, "FORBIDDEN")
        await _refused(await adam.http.get(opened["path"]), 403, "FORBIDDEN")

        await eventually(lambda: _finds(olive, set()))

        # Somebody has made one since it was due, on another machine with the same folder.
        code, said = await house.product.command("backup", "--prune", "--since", made["takenAt"])
        assert (code, "One was made meanwhile." in said) == (0, True), said
        assert len((await _listed(olive))["items"]) == 1

        for name in ("nobody", "..%2F..%2Fsecrets%2Fkeyring", "medianest-20260101T000000Z.tar.gz"):
            answer = await olive.http.get(f"/api/v1{PATH}/{name}/file")
            assert answer.status_code == 404, (name, answer.text)

        with file.open("r+b") as cut:
            cut.truncate(1000)
        assert (await _listed(olive))["items"][0]["state"] == "damaged"
        gone = await olive.http.delete(f"/api/v1{PATH}/{made['name']}", headers={"X-CSRF-Token": olive.csrf})
        assert gone.status_code == 204, gone.text
        assert list(folder.iterdir()) == [] and (await _listed(olive))["items"] == []

        async def written_down() -> bool:
            return {"backup_make", "backup_download", "backup_delete"} <= await _actions(olive)

        await eventually(written_down, within=60)


async def _finds(person: Person, codes: set[str]) -> bool:
    """What the administration says is the matter with backups, or with who may come to the bus. Whoever is slow to say
    is left out of one look."""
    items = (await person.get("/admin/findings")).raise_for_status().json()["items"]
    assert {each["code"] for each in items if each["code"].startswith(("backup", "bus_"))} == codes
    return True


async def _only_one(person: Person) -> dict[str, Any]:
    seen = await _listed(person)
    assert seen["lastFailure"] is None, seen["lastFailure"]
    assert seen["underWay"] is None
    (found,) = seen["items"]
    return dict(found)
