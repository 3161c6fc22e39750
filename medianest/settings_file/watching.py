"""What is told of monitors: their groups, maintenance, and pages for everybody."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from medianest.settings_file.entries import (
    GroupEntry,
    MaintenanceEntry,
    PageEntry,
)
from medianest.settings_file.house import House
from medianest.settings_file.part import Coming, OrderedPart, Part, Places
from medianest_common.contracts.health import groups, maintenance, pages

_NO_MONITOR, _NO_GROUP = "There is no monitor called {}.", "There is no group called {}."


class Groups(OrderedPart[GroupEntry]):
    name = "monitorGroups"

    async def read(self) -> list[GroupEntry]:
        self._here = await group_ids(self.house)
        return [GroupEntry(name=name) for name in self._here]

    @classmethod
    def key(cls, entry: GroupEntry) -> str:
        return entry.name

    async def write(self, entry: GroupEntry) -> None:
        await self.house.ask(groups.AddGroup(name=entry.name))

    def places(self) -> Places:
        return list(self._here.items())

    async def put_in_order(self, ids: Sequence[UUID]) -> None:
        await self.house.ask(groups.OrderGroups(ids=list(ids)))


class Maintenances(Part[MaintenanceEntry]):
    name = "maintenance"

    async def read(self) -> list[MaintenanceEntry]:
        await self.house.know_monitors()
        self._groups = await group_ids(self.house)
        names = {group_id: name for name, group_id in self._groups.items()}
        self._here: list[maintenance.Maintenance] = []
        cursor: str | None = None
        while True:
            page = await self.house.ask(maintenance.ListMaintenances(limit=100, cursor=cursor))
            self._here += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        return [
            MaintenanceEntry(
                title=each.title,
                public_title=each.public_title,
                description=each.description,
                zone=each.zone,
                starts_at_local=each.starts_at_local,
                duration_seconds=each.duration_seconds,
                rule=each.rule,
                everything=each.everything,
                monitors=sorted(self.house.monitor_name(each_id) for each_id in each.monitor_ids),
                groups=sorted(names[each_id] for each_id in each.group_ids),
            )
            for each in self._here
            # One whose monitors were all deleted is for nothing any more.
            if each.everything or each.monitor_ids or each.group_ids
        ]

    @classmethod
    def key(cls, entry: MaintenanceEntry) -> str:
        return f"{entry.title}, {entry.starts_at_local[:16]}"

    def kept(self, entries: list[MaintenanceEntry]) -> list[MaintenanceEntry]:
        """Without those that are over."""
        over = {
            (each.title, each.starts_at_local)
            for each in self._here
            if each.state is maintenance.MaintenanceState.ENDED
        }
        return [entry for entry in entries if (entry.title, entry.starts_at_local) not in over]

    def missing(self, entry: MaintenanceEntry, coming: Coming) -> list[str]:
        return [
            *_absent(_NO_MONITOR, entry.monitors, {*self.house.monitors, *coming.monitors}),
            *_absent(_NO_GROUP, entry.groups, {*self._groups, *coming.groups}),
        ]

    def is_same(self, here: MaintenanceEntry, wanted: MaintenanceEntry) -> bool:
        return _settled(here) == _settled(wanted)

    async def write(self, entry: MaintenanceEntry) -> None:
        plan = maintenance.MaintenancePlan.model_validate(
            {
                **entry.model_dump(by_alias=False, exclude={"monitors", "groups"}),
                "monitor_ids": [self.house.monitors[name] for name in entry.monitors],
                "group_ids": [self._groups[name] for name in entry.groups],
            }
        )
        key = (entry.title, entry.starts_at_local[:16])
        known = next((each for each in self._here if (each.title, each.starts_at_local[:16]) == key), None)
        await self.house.ask(
            maintenance.ChangeMaintenance(id=known.id, plan=plan, version=known.version)
            if known
            else maintenance.PlanMaintenance(plan=plan)
        )


class Pages(Part[PageEntry]):
    name = "statusPages"

    async def read(self) -> list[PageEntry]:
        await self.house.know_monitors()
        self._here = {each.slug: each for each in (await self.house.ask(pages.ListPages())).items}
        return [
            PageEntry.model_validate(
                {
                    **each.model_dump(by_alias=False, include={"slug", "title", "description", "published"}),
                    "monitors": _once(
                        {
                            "monitor": self.house.monitor_name(shown.monitor_id),
                            "shown_as": shown.shown_as,
                            "heading": shown.heading,
                        }
                        for shown in each.monitors
                    ),
                }
            )
            for each in self._here.values()
        ]

    @classmethod
    def key(cls, entry: PageEntry) -> str:
        return entry.slug

    def missing(self, entry: PageEntry, coming: Coming) -> list[str]:
        named = [each.monitor for each in entry.monitors]
        return _absent(_NO_MONITOR, named, {*self.house.monitors, *coming.monitors})

    async def write(self, entry: PageEntry) -> None:
        page = pages.PageValues.model_validate(
            {
                **entry.model_dump(by_alias=False, exclude={"monitors"}),
                "monitors": [
                    pages.PageMonitor(
                        monitor_id=self.house.monitors[each.monitor],
                        shown_as=each.shown_as,
                        heading=each.heading,
                    )
                    for each in entry.monitors
                ],
            }
        )
        known = self._here.get(entry.slug)
        await self.house.ask(
            pages.ChangePage(id=known.id, page=page, version=known.version)
            if known
            else pages.AddPage(page=page)
        )


async def group_ids(house: House) -> dict[str, UUID]:
    return {each.name: each.id for each in (await house.ask(groups.ListGroups())).items}


def _absent(words: str, named: Sequence[str], there: set[str]) -> list[str]:
    return [words.format(name) for name in named if name not in there]


def _once(shown: Any) -> list[dict[str, Any]]:
    """Of several monitors with one name the first."""
    return list({each["monitor"]: each for each in reversed(list(shown))}.values())[::-1]


def _settled(entry: MaintenanceEntry) -> MaintenanceEntry:
    return entry.model_copy(
        update={
            "starts_at_local": entry.starts_at_local[:16],
            "monitors": sorted(set(entry.monitors)),
            "groups": sorted(set(entry.groups)),
        }
    )
