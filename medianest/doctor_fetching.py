"""Where titles are looked up and who fetches them: whether they answer, accept our keys and have what is chosen."""

import asyncio

from medianest.finding import Finding, bad, good
from medianest_common.clock import Clock
from medianest_common.contracts.media import MediaType
from medianest_common.errors import MediaNestError
from medianest_media.adapters.radarr import Radarr
from medianest_media.adapters.sonarr import Sonarr
from medianest_media.adapters.tmdb import Tmdb
from medianest_media.catalogues import open_catalogue
from medianest_media.settings import MediaSettings
from medianest_media.settings_arr import ArrChoices


async def fetching(settings: MediaSettings, *, clock: Clock) -> list[Finding]:
    servers = settings.arr_servers
    if settings.overseerr_url and settings.overseerr_api_key is not None:
        return [_not_used(choices) for choices in servers.values()]
    titles = await _titles(settings, clock=clock)
    if not servers:
        text = (
            "by hand; MEDIANEST_OVERSEERR_URL, or MEDIANEST_RADARR_URL and MEDIANEST_SONARR_URL, each with "
            "its _API_KEY, name who fetches them"
        )
        return [titles, good("requests", text)]
    found = (_server(choices, kind, clock=clock) for (kind, _), choices in servers.items())
    return [titles, *await asyncio.gather(*found)]


async def _titles(settings: MediaSettings, *, clock: Clock) -> Finding:
    async with open_catalogue(settings, clock=clock) as catalogue:
        if not isinstance(catalogue, Tmdb):
            return good("titles", "are looked up nowhere; MEDIANEST_TMDB_API_KEY lets TMDB be asked")
        try:
            await catalogue.check()
        except MediaNestError as error:
            return bad("TMDB", error.detail or error.title, "Look at the setting MEDIANEST_TMDB_API_KEY")
    return good("TMDB", "answers and accepts the key")


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
