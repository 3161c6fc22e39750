"""Who fetches what is asked for, and whether they answer, accept our keys and have what they are told to choose."""

import asyncio

from medianest.finding import Finding, bad, good
from medianest_common.clock import Clock
from medianest_common.contracts.media import MediaType
from medianest_common.errors import MediaNestError
from medianest_media.adapters.radarr import Radarr
from medianest_media.adapters.sonarr import Sonarr
from medianest_media.settings import MediaSettings
from medianest_media.settings_arr import ArrChoices


async def fetching(settings: MediaSettings, *, clock: Clock) -> list[Finding]:
    servers = settings.arr_servers
    if settings.overseerr_url and settings.overseerr_api_key is not None:
        return [_not_used(choices) for choices in servers.values()]
    if not servers:
        text = (
            "by hand; MEDIANEST_OVERSEERR_URL, or MEDIANEST_RADARR_URL and MEDIANEST_SONARR_URL, each with "
            "its _API_KEY, name who fetches them"
        )
        return [good("requests", text)]
    return await asyncio.gather(
        *(_server(choices, kind, clock=clock) for (kind, _), choices in servers.items())
    )


def _not_used(choices: ArrChoices) -> Finding:
    return good(choices.system, "is left to Overseerr, which is set up as well")


async def _server(choices: ArrChoices, kind: MediaType, *, clock: Clock) -> Finding:
    opened = Radarr if kind is MediaType.MOVIE else Sonarr
    async with opened.open(choices, clock=clock) as server:
        try:
            await server.check()
        except MediaNestError as error:
            return bad(
                choices.system, error.detail or error.title, f"Look at the settings {choices.variables}_…"
            )
    return good(
        choices.system, "answers, accepts the key and has the profile, folder and tags that are chosen"
    )
