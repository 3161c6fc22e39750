"""What is more than one message on the bus holds, in lists and documents."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from medianest_common.contracts.health.carrying import CarriedValues, ExportMonitors, ImportMonitors
from medianest_common.contracts.health.incidents import ListIncidents, ListMonitorIncidents
from medianest_common.contracts.health.maintenance import ListMaintenances
from medianest_common.contracts.health.managing import ListManaged, Monitor
from medianest_common.errors import MediaNestError
from medianest_health import fitting
from services.health.tests.household import Household
from services.health.tests.test_incident_log import add_past, all_pages
from services.health.tests.test_maintenance import plan
from services.health.tests.test_managing import ask, decided, make

_BODY = "x" * 10_000


def importing(number: int) -> ImportMonitors:
    spec = {"kind": "http", "url": "https://cloud.example/", "method": "POST", "body": _BODY}
    monitors = [
        CarriedValues(ref=uuid4(), decisions=decided(f"Cloud {n}"), spec=spec, paused=True, secrets=[])
        for n in range(number)
    ]
    return ImportMonitors(groups={}, automatic={}, monitors=monitors, dry_run=False)


async def listed(home: Household) -> Sequence[Monitor]:
    found: list[Monitor] = []
    cursor = None
    while cursor or not found:
        page = await ask(home, ListManaged(limit=100, cursor=cursor, q="Cloud"))
        found += page.items
        cursor = page.next_cursor
    return found


async def test_what_is_too_much_for_one_message_comes_in_several(home: Household) -> None:
    with pytest.raises(MediaNestError) as refused:
        await ask(home, importing(110))
    assert refused.value.status == 413

    for _ in range(2):
        await ask(home, importing(60))

    assert len({each.id for each in await listed(home)}) == 120
    refs: list[Any] = []
    cursor = None
    while cursor or not refs:
        part = await ask(home, ExportMonitors(cursor=cursor))
        refs += [each["ref"] for each in part.monitors]
        cursor = part.next_cursor
    assert len(refs) == len(set(refs)) == 120


async def test_everything_that_fails_at_once_is_still_listed(
    home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(20):
        await make(home, f"Box {n}")
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text("update standings set message = :said"), {"said": "no " * 150})
    before = await home.monitors()
    whole = sum(len(each.model_dump_json()) for each in before)
    monkeypatch.setattr(fitting, "MOST_BYTES", whole * 9 // 10)

    listed = await home.monitors()

    assert [each.id for each in listed] == [each.id for each in before]
    assert max(len(each.message or "") for each in before) > 200
    assert max(len(each.message or "") for each in listed) == 100


async def test_maintenance_is_listed_in_pages(home: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        await plan(home, title=f"Disk {n}")
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text("update maintenances set window_from = null where title = 'Disk 3'"))
        await tx.session.execute(text("update maintenances set window_from = null where title = 'Disk 1'"))
    whole = [each.title for each in (await ask(home, ListMaintenances())).items]

    async def in_pages(limit: int) -> list[str]:
        found: list[str] = []
        cursor = None
        while cursor or not found:
            page = await ask(home, ListMaintenances(limit=limit, cursor=cursor))
            found += [each.title for each in page.items]
            cursor = page.next_cursor
        return found

    assert sorted(whole) == [f"Disk {n}" for n in range(5)]
    assert set(whole[3:]) == {"Disk 3", "Disk 1"}
    assert await in_pages(2) == whole
    monkeypatch.setattr(fitting, "MOST_BYTES", 100)
    assert await in_pages(100) == whole, "one at a time"


async def test_incidents_with_much_to_say_come_on_more_pages(
    home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await add_past(home, "Plex", 3, 2, 1) + await add_past(home, "Plex", 4, is_open=True)
    monkeypatch.setattr(fitting, "MOST_BYTES", 100)
    of_it = ListMonitorIncidents(id=(await home.monitor("Plex")).id, limit=10)

    assert (await ask(home, of_it)).next_cursor
    assert {each.id for each in await all_pages(home, of_it)} == set(ids)
    assert {each.id for each in await all_pages(home, ListIncidents(limit=10))} == set(ids)
