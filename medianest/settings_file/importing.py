"""A file is made to be so here, part by part; or it is only said what would be done."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

from medianest.errors import Refused
from medianest.settings_file import watching
from medianest.settings_file.document import SettingsDocument
from medianest.settings_file.exporting import PARTS
from medianest.settings_file.house import House
from medianest.settings_file.monitors import MONITORS, take_over_monitors
from medianest.settings_file.part import Coming, Fate, OrderedPart, Outcome, Part, arranged
from medianest_common.contracts.base import Body, to_camel


async def take_over(house: House, document: SettingsDocument, *, apply: bool) -> AsyncIterator[Outcome]:
    """Of a document that `check` has let pass."""
    given = _by_name(document)
    if any(each.secret is not None for each in document.integrations or ()):
        await house.learn_secrets()
    coming = Coming(
        monitors=set() if apply else {each.name for each in document.monitors or ()},
        groups=set() if apply else {each.name for each in document.monitor_groups or ()},
    )
    for part in (each(house) for each in PARTS):
        entries: Sequence[Any] | None = given[part.name]
        if entries is not None:
            async for outcome in _one_part(part, entries, coming, apply=apply):
                yield outcome
        if part.name == watching.Groups.name and document.monitors is not None:
            async for outcome in take_over_monitors(house, document.monitors, apply=apply):
                yield outcome


async def _one_part[E: Body](
    part: Part[E], entries: Sequence[E], coming: Coming, *, apply: bool
) -> AsyncIterator[Outcome]:
    here: dict[str, E] = {}
    try:
        for each in await part.read():
            here.setdefault(part.key(each), each)
    except Refused as refused:
        yield Outcome(part.name, part.name, "", Fate.REFUSED, [str(refused)])
        return
    numbers = {part.key(each): number for number, each in enumerate(entries)}
    added: list[str] = []
    for entry in part.first(entries):
        key = part.key(entry)
        fate, remarks = Fate.SAME, part.missing(entry, coming)
        if remarks:
            fate = Fate.REFUSED
        elif key not in here or not part.is_same(here[key], entry):
            fate = Fate.CHANGED if key in here else Fate.MADE
            if apply:
                try:
                    await part.write(entry)
                except Refused as refused:
                    fate, remarks = Fate.REFUSED, [str(refused)]
        if fate is Fate.MADE:
            added.append(key)
        yield Outcome(part.name, f"{part.name}.{numbers[key]}", key, fate, remarks)
    if not isinstance(part, OrderedPart):
        return
    try:
        if apply:
            await part.read()
            places = part.places()
        else:
            places = [*part.places(), *((key, uuid4()) for key in added)]
        order = arranged(places, [part.key(each) for each in entries])
        if order == [each for _, each in places]:
            return
        if apply:
            await part.put_in_order(order)
    except Refused as refused:
        yield Outcome(part.name, part.name, "", Fate.REFUSED, [f"Their order: {refused}"])
    else:
        yield Outcome(part.name, part.name, "", Fate.ORDERED)


def check(document: SettingsDocument) -> None:
    """Raises `Refused` for one that contradicts itself."""
    given, wrong = _by_name(document), list[str]()
    keys = [(part.name, [part.key(each) for each in given[part.name] or ()]) for part in PARTS]
    monitors: list[str] = [each.name for each in given[MONITORS] or ()]
    for name, found in (*keys, (MONITORS, monitors)):
        wrong += [
            f"{name}.{number}: there is one called {key} before it"
            for number, key in enumerate(found)
            if key in found[:number]
        ]
    wrong += [
        f"{MONITORS}.{number}.needs: the file has no monitor called {needed}"
        for number, each in enumerate(given[MONITORS] or ())
        for needed in each.needs
        if needed not in monitors
    ]
    if wrong:
        raise Refused("\n".join(["Mend these in the file; nothing was changed.", *wrong]))


def _by_name(document: SettingsDocument) -> dict[str, Any]:
    return {to_camel(name): getattr(document, name) for name in SettingsDocument.model_fields}
