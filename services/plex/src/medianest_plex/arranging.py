"""Collections that other services ask for by their title."""

from sqlalchemy import text

from medianest_common.db import Transaction
from medianest_plex.adapters import changing
from medianest_plex.adapters.changing import Described
from medianest_plex.app import PlexApp
from medianest_plex.folding import fold

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:about, 0))")


async def alone_with(tx: Transaction, section: str, title: str) -> None:
    """Two who change the same one wait for each other."""
    await tx.session.execute(_ONE_AT_A_TIME, {"about": f"collection:{section}:{fold(title)}"})


async def collection_called(app: PlexApp, section: str, title: str) -> Described | None:
    there = await changing.collections_of(app.plex.pms, section, token=app.plex.token)
    return next((each for each in there if fold(each.title) == fold(title) and not each.smart), None)
