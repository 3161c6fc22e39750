from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.changes import GetScan, Scan
from medianest_plex.adapters import changing
from medianest_plex.adapters.coercion import to_float, to_text
from medianest_plex.app import PlexApp
from medianest_plex.collecting import asking_plex
from medianest_plex.use_cases.scan_library import the_place


async def get_scan(app: PlexApp, query: GetScan) -> Scan:
    require(Permission.MANAGE_LIBRARY)
    async with asking_plex():
        place = await the_place(app, query.library_key)
        activity = await changing.scanning(app.plex.pms, place.key, token=app.plex.token)
    if activity is None:
        return Scan(library_key=place.key, running=place.is_scanning)
    progress = to_float(activity.get("progress"))
    return Scan(
        library_key=place.key,
        running=True,
        # -1 says that nobody knows.
        progress=round(progress) if progress is not None and 0 <= progress <= 100 else None,
        title=to_text(activity.get("title")),
    )
