"""How much single people may download from YouTube. What holds for everybody is said by the variables."""

import asyncio
from itertools import batched
from uuid import UUID

from medianest.errors import Refused
from medianest.settings_file.entries import DownloadLimitEntry
from medianest.settings_file.part import Coming, Part
from medianest_common.contracts.youtube.queue import (
    GetPersonDownloadQuota,
    PersonDownloadQuota,
    SetDownloadLimits,
)

_AT_ONCE = 10
"""Where the service hangs, each question takes as long as it may."""


class DownloadLimits(Part[DownloadLimitEntry]):
    name = "downloadLimits"

    async def read(self) -> list[DownloadLimitEntry]:
        await self.house.know_people()
        found = []
        self._lost: list[str] = []
        for some in batched(self.house.names, _AT_ONCE):
            for user_id, answer in zip(some, await asyncio.gather(*map(self._asked, some)), strict=True):
                name, address = self.house.names[user_id], self.house.addresses.get(user_id)
                if isinstance(answer, Refused):
                    self._lost.append(f"those of {name}, if there are any. {answer}")
                elif answer.limit_per_hour is None and answer.limit_bytes is None:
                    continue
                elif address is None:
                    self._lost.append(f"those of {name}, who has no e-mail address here.")
                else:
                    values = answer.model_dump(by_alias=False, include={"limit_per_hour", "limit_bytes"})
                    found.append(DownloadLimitEntry.model_validate({"person": address, **values}))
        return found

    async def _asked(self, user_id: UUID) -> PersonDownloadQuota | Refused:
        try:
            return await self.house.ask(GetPersonDownloadQuota(user_id=user_id))
        except Refused as refused:
            return refused

    def lost(self) -> list[str]:
        return [f"{self.name}: {each}" for each in self._lost]

    @classmethod
    def key(cls, entry: DownloadLimitEntry) -> str:
        return entry.person.casefold()

    def missing(self, entry: DownloadLimitEntry, coming: Coming) -> list[str]:
        return self.house.unknown(entry.person)

    def is_same(self, here: DownloadLimitEntry, wanted: DownloadLimitEntry) -> bool:
        return here == wanted.model_copy(update={"person": here.person})

    async def write(self, entry: DownloadLimitEntry) -> None:
        values = entry.model_dump(by_alias=False, include={"limit_per_hour", "limit_bytes"})
        user_id = self.house.people[entry.person.casefold()]
        await self.house.ask(SetDownloadLimits.model_validate({"user_id": user_id, **values}))
