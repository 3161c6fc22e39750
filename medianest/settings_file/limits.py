"""How much single people may download from YouTube. What holds for everybody is said by the variables."""

from medianest.settings_file.entries import DownloadLimitEntry
from medianest.settings_file.part import Coming, Part
from medianest_common.contracts.youtube.queue import GetPersonDownloadQuota, SetDownloadLimits


class DownloadLimits(Part[DownloadLimitEntry]):
    name = "downloadLimits"

    async def read(self) -> list[DownloadLimitEntry]:
        found = []
        for user_id, address in self.house.addresses.items():
            laid_down = await self.house.ask(GetPersonDownloadQuota(user_id=user_id))
            if laid_down.limit_per_hour is not None or laid_down.limit_bytes is not None:
                values = laid_down.model_dump(by_alias=False, include={"limit_per_hour", "limit_bytes"})
                found.append(DownloadLimitEntry.model_validate({"person": address, **values}))
        return found

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
