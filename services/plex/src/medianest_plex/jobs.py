"""What the plex service does by the clock: see whether the server is there, follow what happens on it, keep copies."""

import structlog

from medianest_common.errors import MediaNestError
from medianest_plex import following
from medianest_plex import read_history as server_history
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience
from medianest_plex.plays import Plays
from medianest_plex.sync import Sync
from medianest_plex.use_cases.list_recently_added import newest_of

log = structlog.get_logger()

LOOK_SECONDS = 30.0
BEAT_SECONDS = 1.0
FOLLOW_SECONDS = 50.0
HISTORY_SECONDS = 15.0
SETTLE_SECONDS = 60.0
FORGET_SECONDS = 3600.0
KEEP_SECONDS = 300.0
SYNC_SECONDS = 5.0
ACCOUNT_SECONDS = 600.0
WATCHLIST_SECONDS = 2.0
ACCESS_SECONDS = 15.0


async def look_at_server(app: PlexApp) -> None:
    await app.reached.connection.account.read_once()
    if app.set_up:
        await app.set_up.watch.look(patience=10.0, again_after=1.0)


async def keep_account(app: PlexApp) -> None:
    await app.reached.connection.keep_account()


async def keep_index(app: PlexApp) -> None:
    """Reading a large library takes longer than the clock has patience; it goes on in between."""
    if app.set_up:
        await app.indexing.go_on(lambda: Sync(app).beat_if_due(), seconds=FOLLOW_SECONDS)


async def follow(app: PlexApp) -> None:
    """Comes back before the clock loses patience; the work itself goes on."""
    if app.set_up:
        await app.lead.go_on(lambda: following.follow(app), seconds=FOLLOW_SECONDS)


async def read_history(app: PlexApp) -> None:
    if app.set_up is None:
        return
    try:
        await server_history.read_history_if_due(app)
    except MediaNestError as error:
        log.info("plex_history_put_off", reason=error.code)


async def settle_plays(app: PlexApp) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        await Plays(tx.session).settle(now=now)


async def forget_plays(app: PlexApp) -> None:
    since = server_history.kept_since(app)
    if since is None:
        return
    async with app.db.transaction() as tx:
        await Plays(tx.session).forget(before=since, day=since.date())


async def keep_copies(app: PlexApp) -> None:
    """So that there is something to show when Plex goes down before anybody has looked."""
    if app.set_up is None:
        return
    try:
        await newest_of(app, Audience(app.set_up.token))
    except MediaNestError:
        return  # The client has logged it, and the next time comes soon.
