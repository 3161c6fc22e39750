"""All monitors as one document, and such a document as monitors."""

from typing import Any

import pytest

from medianest_common.contracts.base import Rpc
from medianest_common.contracts.health.carrying import (
    CarriedOver,
    CarriedValues,
    ExportMonitors,
    ImportMonitors,
    MonitorsDocument,
)
from medianest_common.contracts.health.groups import AddGroup, ListGroups
from medianest_common.contracts.health.managing import (
    BulkAction,
    ChangeManyMonitors,
    Decisions,
    ListManaged,
    given,
)
from medianest_common.contracts.identity import Role
from medianest_common.errors import MediaNestError
from services.health.tests.household import Household
from services.health.tests.test_managing import CLOUD, NAS, ask, change, make, named, refused


def importing(document: MonitorsDocument, *, dry_run: bool = False) -> ImportMonitors:
    """As the gateway says it."""
    return ImportMonitors(
        groups={group.ref: group.name for group in document.groups},
        automatic={each.ref: each.key for each in document.automatic},
        monitors=[
            CarriedValues(
                ref=each.ref,
                decisions=Decisions.model_validate({n: getattr(each, n) for n in Decisions.model_fields}),
                spec=given(each.spec),
                paused=each.paused,
                secrets=each.secrets,
            )
            for each in document.monitors
        ],
        dry_run=dry_run,
    )


async def exported(home: Household) -> MonitorsDocument:
    written = (await ask(home, ExportMonitors())).model_dump_json(exclude={"next_cursor"})
    assert "hush" not in written
    return MonitorsDocument.model_validate_json(written)


async def counts(home: Household, document: MonitorsDocument, **how: bool) -> tuple[int, ...]:
    over: CarriedOver = await ask(home, importing(document, **how))
    return tuple(len(each) for each in (over.created, over.updated, over.unchanged, over.left))


@pytest.fixture
async def document(home: Household) -> MonitorsDocument:
    group = await ask(home, AddGroup(name="Boxes"))
    plex = await named(home, "Plex")
    nas = await make(home, "NAS", NAS, group_id=group.id, slow_ms=500.0)
    await make(home, "Cloud", CLOUD, depends_on=[nas.id, plex.id])
    await make(home, "Backup", {"kind": "push"})
    return await exported(home)


async def test_what_was_exported_is_what_there_is(home: Household, document: MonitorsDocument) -> None:
    assert await counts(home, document) == (0, 0, 3, 0)
    assert [each.name for each in document.monitors] == ["NAS", "Cloud", "Backup"]
    assert [each.key for each in document.automatic] == ["plex"]
    assert document.monitors[1].secrets == ["headers.X-Api-Key", "password"]


async def test_elsewhere_everything_is_made_but_for_what_is_secret(
    home: Household, document: MonitorsDocument
) -> None:
    before = (await ask(home, ListManaged(q="", limit=100))).items
    made = [each.id for each in before if each.origin != "automatic"]
    await ask(home, ChangeManyMonitors(ids=made, action=BulkAction.DELETE))
    tried = await ask(home, importing(document, dry_run=True))
    assert (len(tried.created), tried.push_tokens) == (3, []) and {each.id for each in tried.created} == {
        None
    }
    assert [each.name for each in (await ask(home, ListManaged(q="NAS"))).items] == []
    over = await ask(home, importing(document))
    assert [(each.name, each.remarks) for each in over.created] == [
        ("NAS", []),
        ("Cloud", ["Enter what is secret about it again: headers.X-Api-Key, password."]),
        ("Backup", []),
    ]
    assert [token.name for token in over.push_tokens] == ["Backup"]
    nas, cloud = await named(home, "NAS"), await named(home, "Cloud")
    assert (nas.origin, nas.slow_ms, nas.paused) == ("imported", 500.0, True)
    assert set(cloud.depends_on) == {nas.id, (await named(home, "Plex")).id}
    assert [group.name for group in (await ask(home, ListGroups())).items] == ["Boxes"]
    assert await counts(home, document) == (0, 0, 3, 0), "again is nothing new"


async def test_what_is_otherwise_in_the_document_is_changed_and_secrets_stay(
    home: Household, document: MonitorsDocument
) -> None:
    cloud = await named(home, "Cloud")
    await change(home, cloud, name="Sky", failures=3)
    assert await counts(home, document, dry_run=True) == (0, 1, 2, 0)
    assert (await named(home, "Sky")).failures == 3
    assert await counts(home, document) == (0, 1, 2, 0)
    again = await named(home, "Cloud")
    assert (again.failures, again.secrets) == (2, cloud.secrets)


async def test_a_document_that_makes_a_circle_or_no_monitor_changes_nothing(
    home: Household, document: MonitorsDocument
) -> None:
    nas, cloud, _ = document.monitors
    circle = document.model_copy(
        update={"monitors": [nas.model_copy(update={"depends_on": [cloud.ref], "name": "Box"}), cloud]}
    )
    with refused("DEPENDENCY_CYCLE"):
        await ask(home, importing(circle))
    assert (await named(home, "NAS")).depends_on == []
    wrong: dict[str, Any] = {"kind": "http", "url": "https://olive:secret@cloud.example"}
    command = importing(document)
    broken = [command.monitors[0], command.monitors[1].model_copy(update={"spec": wrong})]
    with pytest.raises(MediaNestError) as caught:
        await ask(home, command.model_copy(update={"monitors": broken}))
    fields = [error.field for error in caught.value.errors or []]
    assert fields == ["document.monitors.1.spec.url"]


@pytest.mark.parametrize(
    "message",
    [ExportMonitors(), ImportMonitors(groups={}, automatic={}, monitors=[], dry_run=True)],
    ids=lambda message: type(message).__name__,
)
async def test_only_administrators_carry_monitors(home: Household, message: Rpc[Any]) -> None:
    with refused("FORBIDDEN"):
        await ask(home, message, role=Role.USER)
