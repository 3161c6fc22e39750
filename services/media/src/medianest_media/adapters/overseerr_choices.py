"""What Overseerr's own servers offer, and what is sent along with a request for them."""

import asyncio
from typing import Any

import structlog

from medianest_common.clock import Clock
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.defaults import Offer, OfferedServer, Option
from medianest_common.errors import BadUpstream, MediaNestError, TimedOut, TooManyRequests, Unavailable
from medianest_media.adapters.backend import BackendMisconfigured
from medianest_media.adapters.choosing import NOTHING, ChoiceOf, problems_with, told_together
from medianest_media.adapters.lenient import Json, as_dict, as_list, each, items_of, number
from medianest_media.adapters.overseerr_reading import OverseerrReading
from medianest_media.titles import storable

log = structlog.get_logger()

_SECONDS = 3.0
_KEPT_SECONDS = 60.0
_TROUBLE = (Unavailable, TimedOut, BadUpstream, TooManyRequests)


class OverseerrChoices:
    def __init__(self, reading: OverseerrReading, *, clock: Clock, choice_of: ChoiceOf) -> None:
        self._reading = reading
        self._clock = clock
        self._choice_of = choice_of
        self._offers: dict[tuple[MediaType, bool], tuple[Offer | MediaNestError, float]] = {}

    async def offer(self, media_type: MediaType, *, is_4k: bool) -> Offer:
        """Each is asked once only: Overseerr has to ask its Radarr or Sonarr, and fails where that does not answer."""
        path = f"/service/{'radarr' if media_type is MediaType.MOVIE else 'sonarr'}"
        rows = await self._reading.get(path, as_list, timeout=_SECONDS, once=True)
        ids = [number(row["id"]) for row in map(as_dict, rows) if bool(row.get("is4k")) is is_4k]
        asked = (
            self._reading.get(f"{path}/{server}", _server, timeout=_SECONDS, once=True) for server in ids
        )
        return Offer(servers=list(await asyncio.gather(*asked)))

    async def sent_along(self, media_type: MediaType, *, is_4k: bool) -> Json:
        """Raises `BackendMisconfigured` where Overseerr has it no more. What it cannot say now is sent as it is."""
        choice = await self._choice_of(media_type, is_4k)
        if choice == NOTHING:
            return {}
        offer = await self._lately(media_type, is_4k=is_4k)
        if offer is not None and (problems := problems_with(choice, offer, called="Overseerr")):
            raise BackendMisconfigured(told_together(problems), upstream="Overseerr")
        named = {
            "serverId": int(choice.server) if choice.server is not None else None,
            "profileId": choice.quality_profile,
            "rootFolder": choice.root_folder,
            "tags": choice.tags,
            "languageProfileId": choice.language_profile,
        }
        return {name: value for name, value in named.items() if value is not None}

    async def _lately(self, media_type: MediaType, *, is_4k: bool) -> Offer | None:
        """A failure is kept as well, so that a Radarr that is away does not open the breaker for everything else."""
        now, key = self._clock.monotonic(), (media_type, is_4k)
        known = self._offers.get(key)
        if known is None or known[1] < now - _KEPT_SECONDS:
            try:
                known = await self.offer(media_type, is_4k=is_4k), now
            except _TROUBLE as error:
                log.info("offer_not_known", media_type=media_type.value, reason=error.detail or error.code)
                known = error, now
            self._offers[key] = known
        return known[0] if isinstance(known[0], Offer) else None


def _server(answer: Any) -> OfferedServer:
    document = as_dict(answer)
    server = as_dict(document["server"])
    folders = each(
        "root folder", items_of(document.get("rootFolders")), lambda row: storable(str(row["path"]))
    )
    return OfferedServer(
        id=str(number(server["id"])),
        name=storable(str(server.get("name") or "")),
        is_default=bool(server.get("isDefault")),
        quality_profiles=_options(document.get("profiles"), "name"),
        root_folders=list(folders),
        tags=_options(document.get("tags"), "label"),
        language_profiles=_options(document.get("languageProfiles"), "name"),
    )


def _options(rows: Any, name: str) -> list[Option]:
    def read(row: Json) -> Option:
        return Option(id=number(row["id"]), name=storable(str(row[name])))

    return list(each("option", items_of(rows), read))
