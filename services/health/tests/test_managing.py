"""Monitors that administrators make, change, order, group, hide and delete."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from medianest.testing import Sandbox, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.health import ListMonitors, MonitorStatus, Visibility
from medianest_common.contracts.health.groups import (
    AddGroup,
    ListGroups,
    OrderGroups,
    RemoveGroup,
    RenameGroup,
)
from medianest_common.contracts.health.kinds import HttpSpec
from medianest_common.contracts.health.managing import (
    BulkAction,
    ChangeManyMonitors,
    ChangeMonitor,
    CheckMonitor,
    CreateMonitor,
    Decisions,
    DeleteMonitor,
    GetManaged,
    GetMonitor,
    ListManaged,
    Monitor,
    MonitorMade,
    OrderMonitors,
    PauseMonitor,
    RenewPushToken,
    given,
)
from medianest_common.contracts.identity import Role
from medianest_common.errors import MediaNestError
from medianest_health.jobs import prune
from medianest_health.repository.managed import ManagedMonitors
from services.health.tests.household import Household

DECIDED: dict[str, Any] = {
    "group_id": None,
    "visibility": Visibility.ADMINS,
    "interval_seconds": 60,
    "timeout_seconds": 5.0,
    "failures": 2,
    "out_of": 3,
    "successes": 2,
    "slow_ms": None,
    "inverted": False,
    "reminder_seconds": None,
    "depends_on": [],
}
NAS: dict[str, Any] = {"kind": "tcp", "host": "127.0.0.1", "port": 9}
CLOUD: dict[str, Any] = {
    "kind": "http",
    "url": "https://cloud.example/status?full=1",
    "headers": {"X-Api-Key": "hush-header"},
    "username": "olive",
    "password": "hush-password",
}


def decided(name: str, **values: Any) -> Decisions:
    return Decisions.model_validate({**DECIDED, "name": name, **values})


async def ask[R](home: Household, message: Rpc[R], *, role: Role = Role.ADMIN) -> R:
    with home.sandbox.as_user(role=role):
        return await home.sandbox.bus.call(message, timeout=30)


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(MediaNestError) as caught:
        yield
    assert caught.value.code == code


async def make(home: Household, name: str, spec: dict[str, Any] | None = None, **values: Any) -> Monitor:
    command = CreateMonitor(decisions=decided(name, **values), spec=spec or NAS, paused=True)
    return (await ask(home, command)).monitor


async def change(
    home: Household, monitor: Monitor, spec: dict[str, Any] | None = None, **values: Any
) -> Monitor:
    told = {name: getattr(monitor, name) for name in Decisions.model_fields} | values
    message = ChangeMonitor(id=monitor.id, decisions=Decisions.model_validate(told), spec=spec)
    return await ask(home, message)


async def named(home: Household, name: str) -> Monitor:
    page = await ask(home, ListManaged(q=name, limit=100))
    return next(each for each in page.items if each.name == name)


async def board(home: Household, role: Role) -> list[MonitorStatus]:
    return (await ask(home, ListMonitors(), role=role)).items


async def test_what_is_made_is_there_and_its_secrets_are_not_shown(home: Household) -> None:
    made = await make(home, "Cloud", CLOUD)
    assert made == await ask(home, GetManaged(id=made.id))
    assert (made.kind, made.target, made.version) == ("http", "https://cloud.example/status", 1)
    assert made.secrets == ["headers.X-Api-Key", "password"]
    assert made.spec is not None and made.spec["username"] == "olive"
    assert "hush" not in made.model_dump_json()
    assert made.visibility is Visibility.ADMINS and made.standing.status == "unknown"


@pytest.mark.parametrize(
    "spec, field",
    [
        ({**CLOUD, "url": "http://?full=1"}, "spec.url"),
        ({**CLOUD, "url": "https://olive:secret@cloud.example"}, "spec.url"),
        ({**CLOUD, "url": "https://cloud.example:99999/"}, "spec.url"),
        ({"kind": "telegraph"}, "spec"),
    ],
)
async def test_what_describes_nothing_is_refused_where_it_is_wrong(
    home: Household, spec: dict[str, Any], field: str
) -> None:
    with pytest.raises(MediaNestError) as caught:
        await make(home, "Wrong", spec)
    assert caught.value.status == 422
    assert [error.field for error in caught.value.errors or []] == [field]
    assert "secret" not in str(caught.value.problem())


async def test_a_secret_that_is_left_out_stays_as_long_as_it_goes_to_the_same(home: Household) -> None:
    made = await make(home, "Cloud", CLOUD)
    shown = {"kind": "http", "username": "olive"}
    moved = await change(home, made, {**shown, "url": "https://cloud.example:443/other"})
    assert moved.secrets == made.secrets
    assert moved.target == "https://cloud.example:443/other"
    for elsewhere in (
        {**shown, "url": "https://evil.example/status"},
        {**shown, "url": "http://cloud.example/status"},
        {**shown, "url": "https://cloud.example:8443/status"},
        {**shown, "url": "https://cloud.example/status", "username": "eve"},
    ):
        with pytest.raises(MediaNestError) as caught:
            await change(home, made, elsewhere)
        assert [error.field for error in caught.value.errors or []] == ["spec.headers", "spec.password"]
    bare = await change(home, made, {**shown, "url": "https://evil.example", "headers": {}, "password": None})
    assert bare.secrets == []
    other = await change(home, await make(home, "Cloud", CLOUD), NAS)
    assert (other.kind, other.secrets) == ("tcp", [])


def test_what_was_not_said_is_not_sent_on_as_if_it_had_been() -> None:
    spec = HttpSpec.model_validate({"kind": "http", "url": "https://cloud.example", "password": None})
    assert given(spec) == {"kind": "http", "url": "https://cloud.example", "password": None}


async def test_one_who_has_not_seen_the_last_change_does_not_overwrite_it(home: Household) -> None:
    made = await make(home, "Cloud", CLOUD)
    message = ChangeMonitor(id=made.id, decisions=decided("Mine"), spec=None, version=made.version)
    results = await asyncio.gather(*(ask(home, message) for _ in range(6)), return_exceptions=True)
    codes = sorted(getattr(each, "code", "") for each in results)
    assert codes == ["", *["MONITOR_CHANGED"] * 5]
    assert (await ask(home, GetManaged(id=made.id))).version == 2


async def test_an_automatic_one_can_be_changed_but_neither_deleted_nor_led_elsewhere(home: Household) -> None:
    plex = await named(home, "Plex")
    assert (plex.origin, plex.spec, plex.made_by) == (
        "automatic",
        None,
        "MEDIANEST_PLEX_URL or MEDIANEST_PLEX_TOKEN",
    )
    nats = await named(home, "NATS")
    assert nats.made_by is None
    for each in (plex, nats):
        with refused("MONITOR_IS_AUTOMATIC"):
            await ask(home, DeleteMonitor(id=each.id))
    with refused("MONITOR_IS_AUTOMATIC"):
        await change(home, plex, NAS)
    with refused("MONITOR_IS_AUTOMATIC"):
        await ask(home, ChangeManyMonitors(ids=[plex.id], action=BulkAction.DELETE))
    changed = await change(home, plex, name="Cinema", visibility=Visibility.ADMINS, failures=3, slow_ms=900.0)
    assert (changed.name, changed.failures, changed.slow_ms) == ("Cinema", 3, 900.0)


async def test_what_was_decided_about_an_automatic_one_outlives_a_restart(
    home: Household, sandbox: Sandbox
) -> None:
    group = await ask(home, AddGroup(name="Media"))
    plex = await named(home, "Plex")
    values: dict[str, Any] = {
        "name": "Cinema",
        "visibility": Visibility.ADMINS,
        "group_id": group.id,
        "failures": 3,
    }
    await change(home, plex, **values)
    await ask(home, PauseMonitor(id=plex.id, paused=True))
    await sandbox.stop("health")
    await home.start(**home.settings)
    after = await ask(home, GetManaged(id=plex.id))
    assert {name: getattr(after, name) for name in values} == values
    assert after.paused and after.enabled
    assert "Cinema" not in {each.name for each in await board(home, Role.USER)}


async def test_what_the_settings_name_no_more_can_be_deleted(home: Household, sandbox: Sandbox) -> None:
    overseerr = await named(home, "Overseerr")
    await sandbox.stop("health")
    await home.start(**{**home.settings, "overseerr_url": ""})
    assert not (await ask(home, GetManaged(id=overseerr.id))).enabled
    await ask(home, DeleteMonitor(id=overseerr.id))
    with refused("MONITOR_NOT_FOUND"):
        await ask(home, GetManaged(id=overseerr.id))


async def test_who_may_see_it_is_decided_for_each(home: Household) -> None:
    made = await make(home, "NAS")
    assert made.id not in {each.id for each in await board(home, Role.USER)}
    with refused("MONITOR_NOT_FOUND"):
        await ask(home, GetMonitor(id=made.id), role=Role.USER)
    assert (await ask(home, GetMonitor(id=made.id))).name == "NAS"
    await change(home, made, visibility=Visibility.EVERYONE)
    seen = await ask(home, GetMonitor(id=made.id), role=Role.USER)
    assert (seen.name, seen.kind, seen.status, seen.message) == ("NAS", "tcp", "unknown", "It is paused.")


@pytest.mark.parametrize(
    "message",
    [
        ListManaged(),
        GetManaged(id=uuid7()),
        DeleteMonitor(id=uuid7()),
        CreateMonitor(decisions=decided("Mine"), spec=NAS),
        ListGroups(),
        AddGroup(name="Mine"),
        OrderMonitors(ids=[]),
        RenewPushToken(id=uuid7()),
        ChangeManyMonitors(ids=[uuid7()], action=BulkAction.PAUSE),
    ],
    ids=lambda message: type(message).__name__,
)
async def test_only_administrators_manage_monitors(home: Household, message: Rpc[Any]) -> None:
    with refused("FORBIDDEN"):
        await ask(home, message, role=Role.USER)


async def test_pages_of_the_list_hold_each_once_and_can_be_narrowed(home: Household) -> None:
    made = [await make(home, f"Box {n}") for n in range(5)]
    found: list[UUID] = []
    cursor: str | None = None
    while True:
        page = await ask(home, ListManaged(limit=4, cursor=cursor))
        found += [each.id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(found) == len(set(found)) and {each.id for each in made} <= set(found)
    assert found[-5:] == [each.id for each in made]
    narrowed = await ask(home, ListManaged(q="box", monitor_kind="tcp"))
    assert [each.name for each in narrowed.items] == [f"Box {n}" for n in range(5)]
    assert (await ask(home, ListManaged(q="100%"))).items == []


async def test_monitors_come_group_by_group_in_the_order_that_was_given(home: Household) -> None:
    media, boxes = [await ask(home, AddGroup(name=name)) for name in ("Media", "Boxes")]
    nas, attic = await make(home, "NAS", group_id=boxes.id), await make(home, "Attic", group_id=boxes.id)
    plex = await named(home, "Plex")
    await change(home, plex, group_id=media.id)
    await ask(home, OrderGroups(ids=[boxes.id, media.id]))
    everything = [each.id for each in (await ask(home, ListManaged(limit=100))).items]
    rest = [each for each in everything if each not in (nas.id, attic.id)]
    await ask(home, OrderMonitors(ids=[attic.id, *rest, nas.id]))
    shown = await board(home, Role.ADMIN)
    assert [(each.name, each.group) for each in shown[:3]] == [
        ("Attic", "Boxes"),
        ("NAS", "Boxes"),
        ("Plex", "Media"),
    ]
    assert {each.group for each in shown[3:]} == {None}
    with refused("MONITORS_CHANGED"):
        await ask(home, OrderMonitors(ids=[attic.id, *rest]))
    with refused("MONITORS_CHANGED"):
        await ask(home, OrderMonitors(ids=[attic.id, *rest, attic.id]))
    await ask(home, RemoveGroup(id=boxes.id))
    assert [group.name for group in (await ask(home, ListGroups())).items] == ["Media"]
    assert (await ask(home, GetManaged(id=nas.id))).group_id is None


async def test_no_two_groups_have_one_name_however_fast_they_are_made(home: Household) -> None:
    results = await asyncio.gather(
        *(ask(home, AddGroup(name="Media")) for _ in range(5)), return_exceptions=True
    )
    assert sorted(getattr(each, "code", "") for each in results) == ["", *["GROUP_EXISTS"] * 4]
    other = await ask(home, AddGroup(name="Boxes"))
    with refused("GROUP_EXISTS"):
        await ask(home, RenameGroup(id=other.id, name="Media"))
    with refused("INVALID"):
        await make(home, "NAS", group_id=uuid7())


async def test_a_group_is_not_renamed_while_an_import_adds_groups_by_their_names(home: Household) -> None:
    group = await ask(home, AddGroup(name="Boxes"))
    waits = text(
        "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
        " where l.locktype = 'advisory' and not l.granted and d.datname = current_database()"
    )

    async def is_waiting() -> bool:
        async with home.app.db.read() as connection:
            return bool((await connection.execute(waits)).scalar_one())

    async with home.app.db.transaction() as importing:
        await ManagedMonitors(importing.session).alone()
        renaming = asyncio.create_task(ask(home, RenameGroup(id=group.id, name="Media")))
        await eventually(is_waiting)
    assert (await renaming).name == "Media"


async def test_monitors_cannot_depend_on_each_other_in_a_circle(home: Household) -> None:
    nas = await make(home, "NAS")
    cloud = await make(home, "Cloud", depends_on=[nas.id])
    phone = await make(home, "Phone", depends_on=[cloud.id])
    assert phone.depends_on == [cloud.id]
    for each, on in ((nas, phone), (nas, cloud), (nas, nas)):
        with refused("DEPENDENCY_CYCLE"):
            await change(home, each, depends_on=[on.id])
    with refused("INVALID"):
        await change(home, nas, depends_on=[uuid7()])
    assert (await ask(home, GetManaged(id=nas.id))).depends_on == []


async def test_two_at_once_cannot_close_a_circle_that_neither_sees(home: Household) -> None:
    one, other = await make(home, "One"), await make(home, "Other")
    for _ in range(5):
        await asyncio.gather(
            change(home, one, depends_on=[other.id]),
            change(home, other, depends_on=[one.id]),
            return_exceptions=True,
        )
        bonds = [len((await ask(home, GetManaged(id=each.id))).depends_on) for each in (one, other)]
        assert sorted(bonds) == [0, 1]
        for each in (one, other):
            await change(home, each, depends_on=[])


async def test_many_are_changed_together_or_not_at_all(home: Household) -> None:
    made = [await make(home, f"Box {n}") for n in range(4)]
    ids = [each.id for each in made]
    show = ChangeManyMonitors(ids=ids, action=BulkAction.VISIBILITY, visibility=Visibility.EVERYONE)
    with refused("INVALID"):
        await ask(home, show.model_copy(update={"ids": [*ids, uuid7()]}))
    assert not {each.id for each in await board(home, Role.USER)} & set(ids)
    assert (await ask(home, show)).changed == 4
    assert (await ask(home, show)).changed == 0
    assert set(ids) <= {each.id for each in await board(home, Role.USER)}
    plex = await named(home, "Plex")
    with refused("MONITOR_IS_AUTOMATIC"):
        await ask(home, ChangeManyMonitors(ids=[*ids, plex.id], action=BulkAction.DELETE))
    group = await ask(home, AddGroup(name="Boxes"))
    await ask(home, ChangeManyMonitors(ids=ids, action=BulkAction.GROUP, group_id=group.id))
    assert (await ask(home, ListGroups())).items[0].monitors == 4
    assert (await ask(home, ChangeManyMonitors(ids=ids, action=BulkAction.DELETE))).changed == 4
    assert (await ask(home, ListManaged(q="Box"))).items == []


async def test_what_was_added_up_of_the_deleted_is_cleared_away_later(home: Household) -> None:
    """Deleting many does not wait for that."""
    made = [(await make(home, f"Box {n}")).id for n in range(3)]
    add = text(
        "insert into rollups (monitor_id, width, bucket, up_seconds, down_seconds, maintenance_seconds)"
        " select m, 300, now() - n * interval '5 minutes', 300, 0, 0"
        " from unnest(cast(:monitors as uuid[])) m, generate_series(1, 50) n"
    )

    async def numbers() -> dict[UUID, int]:
        async with home.app.db.read() as connection:
            counted = "select monitor_id, count(*) from rollups where monitor_id = any(:monitors) group by 1"
            found = await connection.execute(text(counted), {"monitors": made})
            return {row[0]: row[1] for row in found}

    async with home.app.db.transaction() as tx:
        await tx.session.execute(add, {"monitors": made})
    await ask(home, ChangeManyMonitors(ids=made[:2], action=BulkAction.DELETE))

    assert await numbers() == dict.fromkeys(made, 50)
    await prune(home.app)
    assert await numbers() == {made[2]: 50}


async def test_a_wait_that_is_too_long_for_the_database_is_a_timeout(
    home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind an import that keeps all others from making monitors."""
    alone = ManagedMonitors.alone

    async def impatient(monitors: ManagedMonitors) -> None:
        await monitors.session.execute(text("set local statement_timeout = '100ms'"))
        await alone(monitors)

    async with home.app.db.transaction() as importing:
        await alone(ManagedMonitors(importing.session))
        monkeypatch.setattr(ManagedMonitors, "alone", impatient)
        with pytest.raises(MediaNestError) as caught:
            await make(home, "NAS")
    assert caught.value.status == 504


async def test_what_is_asked_for_again_under_the_same_name_is_made_once(home: Household) -> None:
    """As of somebody whose first answer did not arrive, while it is still being made."""
    spec = {"kind": "push", "grace_seconds": 60}
    command = CreateMonitor(id=uuid4(), decisions=decided("Backup"), spec=spec)

    made = await asyncio.gather(*(ask(home, command) for _ in range(4)))

    assert {each.monitor.id for each in made} == {command.id}
    assert sum(each.push_token is not None for each in made) == 1
    assert len((await ask(home, ListManaged(q="Backup"))).items) == 1


async def test_only_a_push_monitor_has_a_token_and_it_is_shown_once(home: Household) -> None:
    command = CreateMonitor(decisions=decided("Backup"), spec={"kind": "push", "grace_seconds": 60})
    made: MonitorMade = await ask(home, command)
    assert made.push_token and made.push_path == f"/api/v1/services/push/{made.push_token}"
    assert made.push_token not in (await ask(home, GetManaged(id=made.monitor.id))).model_dump_json()
    renewed = await ask(home, RenewPushToken(id=made.monitor.id))
    assert renewed.push_token and renewed.push_token != made.push_token
    assert made.push_token not in repr(made)
    nas = await make(home, "NAS")
    with refused("NOT_PUSH_MONITOR"):
        await ask(home, RenewPushToken(id=nas.id))
    with refused("KIND_IS_FIXED"):
        await change(home, nas, {"kind": "push"})
    with refused("KIND_IS_FIXED"):
        await change(home, made.monitor, NAS)


async def test_what_is_deleted_paused_and_asked_for_while_it_is_looked_at_troubles_nobody(
    home: Household,
) -> None:
    """Whoever writes a check down and whoever deletes what it is of must neither wait for each other nor fail."""
    decisions = decided("Box")
    commands = [CreateMonitor(decisions=decisions, spec=NAS) for _ in range(8)]
    made = [(await ask(home, command)).monitor.id for command in commands]

    async def trouble(monitor_id: UUID) -> None:
        await ask(home, PauseMonitor(id=monitor_id, paused=True))
        results = await asyncio.gather(
            ask(home, PauseMonitor(id=monitor_id, paused=False)),
            ask(home, DeleteMonitor(id=monitor_id)),
            ask(home, CheckMonitor(id=monitor_id)),
            return_exceptions=True,
        )
        codes = {getattr(each, "code", repr(each)) for each in results if isinstance(each, Exception)}
        assert codes <= {"MONITOR_NOT_FOUND", "MONITOR_PAUSED"}

    results = await asyncio.gather(
        home.look(), *(trouble(each) for each in made), home.look(), return_exceptions=True
    )
    assert [each for each in results if each is not None] == []
    assert (await ask(home, ListManaged(q="Box"))).items == []
    assert (await home.monitor("Plex")).status == "up"
