"""Incidents as people see them, and what administrators say of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.health import ExportUserData, MonitorState, UserDataErased
from medianest_common.contracts.health.incidents import (
    MOST_NOTES,
    AddIncidentNote,
    GetIncident,
    Incident,
    ListIncidents,
    ListMonitorIncidents,
    RemoveIncidentNote,
    WritePostMortem,
)
from medianest_common.contracts.identity import Role
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_plex import FakePlex
from medianest_health.jobs import prune
from services.health.tests.household import Household

_PAST = text("""
    insert into incidents (id, monitor_id, state, worst, times, opened_at, closed_at, told, told_at)
    values (:id, :monitor_id, 'down', 'down', 1, :opened_at, :closed_at, 'down', '{}')
""")

_TURNS = text("""
    insert into incident_turns (id, incident_id, at, what, reason)
    select gen_random_uuid(), :incident, cast(:since as timestamptz) + make_interval(secs => n), 'auth', n::text
    from generate_series(1, cast(:number as integer)) n
""")


async def ask(home: Household, message: Any, *, role: Role = Role.ADMIN, user_id: UUID | None = None) -> Any:
    who: dict[str, Any] = {"user_id": user_id} if user_id else {}
    with home.sandbox.as_user(role=role, **who):
        return await home.sandbox.bus.call(message, timeout=30)


def refused(code: str) -> Any:
    return pytest.raises(RemoteError, check=lambda error: error.code == code)


async def add_past(home: Household, name: str, *ago: float, is_open: bool = False) -> list[UUID]:
    monitor_id = (await home.monitor(name)).id
    ids: list[UUID] = []
    async with home.app.db.transaction() as tx:
        for hours in ago:
            opened_at = home.clock.now() - timedelta(hours=hours)
            closed_at = None if is_open else opened_at + timedelta(minutes=5)
            ids.append(uuid7())
            values = {"id": ids[-1], "monitor_id": monitor_id, "opened_at": opened_at, "closed_at": closed_at}
            await tx.session.execute(_PAST, values)
    return ids


async def all_pages(home: Household, query: Any, *, role: Role = Role.ADMIN) -> list[Incident]:
    found: list[Incident] = []
    while True:
        page = await ask(home, query, role=role)
        found += page.items
        if page.next_cursor is None:
            return found
        query = query.model_copy(update={"cursor": page.next_cursor})


async def test_an_outage_has_a_timeline_notes_and_a_post_mortem(home: Household, plex: FakePlex) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(2)
    open_ones = await all_pages(home, ListIncidents())
    [incident] = [each for each in open_ones if each.monitor_name == "Plex"]
    await ask(home, AddIncidentNote(id=incident.id, text="The disk is full."))
    home.clock.advance(1)
    wrong = await ask(home, AddIncidentNote(id=incident.id, text="It was the cable."))
    await ask(home, RemoveIncidentNote(id=incident.id, note_id=wrong.id))
    with refused("NOTE_NOT_FOUND"):
        await ask(home, RemoveIncidentNote(id=incident.id, note_id=wrong.id))
    plex.server.heal()
    await home.rounds(2)
    await ask(home, WritePostMortem(id=incident.id, text="The log was not rotated.", version=0))

    monitor = await home.monitor("Plex")
    [seen] = (await ask(home, ListMonitorIncidents(id=monitor.id), role=Role.USER)).items
    assert seen == await ask(home, GetIncident(id=incident.id))
    assert [turn.what for turn in seen.timeline] == [MonitorState.DOWN, MonitorState.UP]
    assert [note.text for note in seen.notes] == ["The disk is full."]
    assert seen.post_mortem == "The log was not rotated."
    assert (seen.opened_at, seen.closed_at) == (seen.timeline[0].at, seen.timeline[1].at)
    assert seen.closed_at == monitor.since
    with refused("POST_MORTEM_CHANGED"):
        await ask(home, WritePostMortem(id=incident.id, text="What rotates?", version=0))
    assert (await ask(home, WritePostMortem(id=incident.id, text=None, version=1))).post_mortem is None


async def test_pages_hold_each_incident_once_and_those_that_are_open_come_first(home: Household) -> None:
    old = await add_past(home, "Plex", *range(50, 62))
    open_one = await add_past(home, "Overseerr", 100, is_open=True)
    new = await add_past(home, "NATS", 1, 2)
    listed = [
        each.id for each in await all_pages(home, ListIncidents(limit=5)) if each.worst is MonitorState.DOWN
    ]
    ours = [each for each in listed if each in {*old, *open_one, *new}]
    assert ours == [*open_one, *new, *old]
    plex = (await home.monitor("Plex")).id
    for limit in (1, 4, 10):
        of_it = await all_pages(home, ListMonitorIncidents(id=plex, limit=limit), role=Role.USER)
        assert [each.id for each in of_it] == old


async def test_what_comes_and_goes_for_weeks_keeps_and_shows_its_beginning_and_its_last_turns(
    home: Household,
) -> None:
    [incident] = await add_past(home, "Plex", 24, is_open=True)
    [short] = await add_past(home, "Overseerr", 2)
    async with home.app.db.transaction() as tx:
        for incident_id, number in ((incident, 500), (short, 3)):
            values = {
                "incident": incident_id,
                "number": number,
                "since": home.clock.now() - timedelta(hours=2),
            }
            await tx.session.execute(_TURNS, values)
    before = [await ask(home, GetIncident(id=each)) for each in (incident, short)]

    await prune(home.app)

    reasons = [turn.reason for turn in before[0].timeline]
    assert reasons == ["1", *(str(number) for number in range(472, 501))]
    assert [turn.reason for turn in before[1].timeline] == ["1", "2", "3"]
    assert [await ask(home, GetIncident(id=each)) for each in (incident, short)] == before
    async with home.app.db.read() as connection:
        kept = await connection.execute(text("select count(*) from incident_turns where reason is not null"))
        assert kept.scalar_one() == len(before[0].timeline) + len(before[1].timeline)


async def test_what_is_not_for_their_eyes_is_not_there_for_them(home: Household) -> None:
    [hidden] = await add_past(home, "NATS", 1)
    nats = (await home.monitor("NATS")).id
    assert len((await ask(home, ListMonitorIncidents(id=nats))).items) == 1
    for monitor_id in (nats, uuid7()):
        with refused("MONITOR_NOT_FOUND"):
            await ask(home, ListMonitorIncidents(id=monitor_id), role=Role.USER)
    for message in (
        ListIncidents(),
        GetIncident(id=hidden),
        AddIncidentNote(id=hidden, text="?"),
        RemoveIncidentNote(id=hidden, note_id=hidden),
        WritePostMortem(id=hidden, text="?", version=0),
    ):
        with refused("FORBIDDEN"):
            await ask(home, message, role=Role.USER)
    for message in (
        GetIncident(id=nats),
        AddIncidentNote(id=nats, text="?"),
        WritePostMortem(id=nats, text=None, version=0),
    ):
        with refused("INCIDENT_NOT_FOUND"):
            await ask(home, message)


async def test_what_somebody_wrote_is_given_out_to_them_and_goes_when_they_leave(home: Household) -> None:
    grace, linus = uuid7(), uuid7()
    [incident] = await add_past(home, "Plex", 1)
    for number in range(MOST_NOTES - 1):
        await ask(home, AddIncidentNote(id=incident, text=f"Note {number}"), user_id=grace)
    await ask(home, AddIncidentNote(id=incident, text="Mine"), user_id=linus)
    with refused("TOO_MANY_NOTES"):
        await ask(home, AddIncidentNote(id=incident, text="One more"), user_id=grace)
    told: list[UserDataErased] = []

    async def hear(message: Any) -> None:
        told.append(UserDataErased.model_validate_json(message.data))

    await home.sandbox.nats.subscribe(UserDataErased.subject, cb=hear)
    await home.sandbox.nats.flush(timeout=5)
    held = (await ask(home, ExportUserData(), user_id=linus)).tables["incident_notes"]
    assert [row["text"] for row in held] == ["Mine"]

    await home.sandbox.emit(UserDeleted(user_id=grace))

    async def erased() -> bool:
        return bool(told)

    await eventually(erased)
    assert told[0].removed == {"incident_notes": MOST_NOTES - 1}
    assert [note.text for note in (await ask(home, GetIncident(id=incident))).notes] == ["Mine"]
    assert (await ask(home, ExportUserData(), user_id=grace)).tables["incident_notes"] == []
