"""Which library a place on the media server's disk belongs to."""

from medianest_plex.adapters import changing
from medianest_plex.adapters.changing import Place
from medianest_plex.app import PlexApp
from medianest_plex.use_cases.scan_library import lies_below


async def library_above(app: PlexApp, path: str, *, key: str | None = None) -> Place | None:
    """The one of this key, else the one whose folder lies closest above."""
    found = await changing.places(app.plex.pms, token=app.plex.token)
    above = [
        (len(folder), place)
        for place in found
        for folder in place.folders
        if lies_below(path, folder) and key in (None, place.key)
    ]
    return max(above, key=lambda pair: pair[0])[1] if above else None
