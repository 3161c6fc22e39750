"""What the plex service does by the clock: see whether the server is there, and keep copies of what everybody sees."""

from medianest_common.errors import MediaNestError
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience
from medianest_plex.sync import Sync
from medianest_plex.use_cases.list_recently_added import newest_of

LOOK_SECONDS = 30.0
KEEP_SECONDS = 300.0
SYNC_SECONDS = 5.0


async def look_at_server(app: PlexApp) -> None:
    if app.set_up:
        await app.set_up.watch.look(patience=10.0, again_after=1.0)


async def keep_index(app: PlexApp) -> None:
    if app.set_up:
        await Sync(app).beat_if_due()


async def keep_copies(app: PlexApp) -> None:
    """So that there is something to show when Plex goes down before anybody has looked."""
    if app.set_up is None:
        return
    try:
        await newest_of(app, Audience(app.set_up.token))
    except MediaNestError:
        return  # The client has logged it, and the next time comes soon.
