"""Monitors go through the health service's own export and import, with names in place of ids."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID, uuid5

from medianest.errors import Refused
from medianest.settings_file.entries import MonitorEntry
from medianest.settings_file.house import House
from medianest.settings_file.part import Fate, Outcome, arranged, plain
from medianest_common.contracts.health import carrying, managing

MONITORS = "monitors"
_NAMESPACE = UUID("8d6f3c1e-52a7-4b0e-9c55-0d8b6a5f7e21")
_OWN_FIELDS = {"group", "needs", "needs_automatic", "secrets", "spec", "paused"}


async def exported_monitors(house: House) -> list[MonitorEntry]:
    """Those that people made or imported, in their order."""
    await house.know_monitors()
    part = whole = await house.ask(carrying.ExportMonitors())
    monitors = list(whole.monitors)
    keys = {each.ref: each.key for each in whole.automatic}
    while part.next_cursor:
        part = await house.ask(carrying.ExportMonitors(cursor=part.next_cursor))
        monitors += part.monitors
        keys |= {each.ref: each.key for each in part.automatic}
    names = {each.ref: each.name for each in whole.groups}
    found = []
    for monitor in monitors:
        carried = carrying.CarriedMonitor.model_validate(monitor)
        needed = [each for each in carried.depends_on if each not in keys]
        values = carried.model_dump(by_alias=False, exclude={"ref", "group_id", "depends_on", "spec"})
        found.append(
            MonitorEntry.model_validate(
                {
                    **values,
                    "spec": carried.spec,
                    "group": names.get(carried.group_id) if carried.group_id else None,
                    "needs": sorted(house.monitor_name(each) for each in needed),
                    "needs_automatic": sorted(keys[each] for each in carried.depends_on if each in keys),
                }
            )
        )
    return found


def written_monitor(entry: MonitorEntry) -> dict[str, Any]:
    spec = entry.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {**plain(entry), "spec": spec}


async def _carry(house: House, entries: Sequence[MonitorEntry], *, apply: bool) -> carrying.CarriedOver:
    """All of them or none, by the health service's own import, to which a name here is the id that it has here."""

    await house.know_monitors()

    def ref(name: str) -> UUID:
        return house.made.get(name) or uuid5(_NAMESPACE, f"monitor:{name}")

    group_names = {each.group for each in entries if each.group is not None}
    group_refs = {name: uuid5(_NAMESPACE, f"group:{name}") for name in group_names}
    keys = {key: uuid5(_NAMESPACE, f"automatic:{key}") for each in entries for key in each.needs_automatic}
    values = [
        carrying.CarriedValues(
            ref=ref(each.name),
            decisions=managing.Decisions.model_validate(
                {
                    **each.model_dump(by_alias=False, exclude={*_OWN_FIELDS, "group_id", "depends_on"}),
                    "group_id": group_refs[each.group] if each.group is not None else None,
                    "depends_on": [
                        *(ref(name) for name in each.needs),
                        *(keys[key] for key in each.needs_automatic),
                    ],
                }
            ),
            spec=managing.given(each.spec),
            paused=each.paused,
            secrets=each.secrets,
        )
        for each in entries
    ]
    return await house.ask(
        carrying.ImportMonitors(
            groups={group: name for name, group in group_refs.items()},
            automatic={group: key for key, group in keys.items()},
            monitors=values,
            dry_run=not apply,
        )
    )


async def take_over_monitors(
    house: House, entries: Sequence[MonitorEntry], *, apply: bool
) -> AsyncIterator[Outcome]:
    try:
        done = await _carry(house, entries, apply=apply)
    except Refused as refused:
        # The service speaks of the document that it was given, whose monitors stand in the same order.
        yield Outcome(MONITORS, MONITORS, "", Fate.REFUSED, [str(refused).replace("document.", "")])
        return
    numbers = {each.name: number for number, each in enumerate(entries)}
    tokens = {
        each.name: f"It reports to {each.push_path} behind the address; this is shown once."
        for each in done.push_tokens
    }
    for fate, things in (
        (Fate.MADE, done.created),
        (Fate.CHANGED, done.updated),
        (Fate.SAME, done.unchanged),
        (Fate.REFUSED, done.left),
    ):
        for thing in things:
            remarks = [*thing.remarks, *([tokens[thing.name]] if thing.name in tokens else [])]
            yield Outcome(MONITORS, f"{MONITORS}.{numbers[thing.name]}", thing.name, fate, remarks)
    if apply:
        house.forget_monitors()
    try:
        is_moved = await _put_in_order(house, [each.name for each in entries], apply=apply)
    except Refused as refused:
        yield Outcome(MONITORS, MONITORS, "", Fate.REFUSED, [f"Their order: {refused}"])
    else:
        if is_moved:
            yield Outcome(MONITORS, MONITORS, "", Fate.ORDERED)


async def _put_in_order(house: House, names: Sequence[str], *, apply: bool) -> bool:
    """Whether they stood otherwise. Only what was made by people stands in a file; the rest keeps its place."""
    await house.know_monitors()
    places = [
        (each.name if house.made.get(each.name) == each.id else "", each.id)
        for each in await house.all_monitors()
    ]
    order = arranged(places, names)
    if order == [each for _, each in places]:
        return False
    if apply:
        await house.ask(managing.OrderMonitors(ids=order))
    return True
