"""The numbers by which TMDB knows what is on watchlists, each looked up once for everybody."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_plex.adapters.discover import ListedTitle
from medianest_plex.app import PlexApp
from medianest_plex.models import WatchlistTitle

_LOOK_UPS = 40
"""Titles whose numbers are looked up in one reading; the others' turn comes with the next."""
_NUMBERLESS = timedelta(days=1)
"""After so long a title that had no number is looked up again: what was announced only now gets one later."""


async def numbers_of(
    app: PlexApp, token: str, titles: Sequence[ListedTitle]
) -> tuple[dict[str, int | None], bool]:
    """TMDB's numbers by Plex's keys, and whether all have been looked for."""
    known = {title.rating_key: title.tmdb_id for title in titles if title.tmdb_id is not None}
    wanted = [title.rating_key for title in titles if title.rating_key not in known]
    lately = WatchlistTitle.looked_up_at > app.clock.now() - _NUMBERLESS
    async with app.db.read() as connection:
        rows = await connection.execute(
            select(WatchlistTitle.rating_key, WatchlistTitle.tmdb_id).where(
                WatchlistTitle.rating_key.in_(wanted), or_(WatchlistTitle.tmdb_id.is_not(None), lately)
            )
        )
        numbers: dict[str, int | None] = {row.rating_key: row.tmdb_id for row in rows}
    missing = [key for key in wanted if key not in numbers]
    for key in missing[:_LOOK_UPS]:
        numbers[key] = await app.discover.tmdb_id(token, key)
        await _remember(app, key, numbers[key])
    return {**numbers, **known}, len(missing) <= _LOOK_UPS


async def _remember(app: PlexApp, rating_key: str, tmdb_id: int | None) -> None:
    async with app.db.transaction() as tx:
        made = upsert(WatchlistTitle).values(
            rating_key=rating_key, tmdb_id=tmdb_id, looked_up_at=app.clock.now()
        )
        found = {name: made.excluded[name] for name in ("tmdb_id", "looked_up_at")}
        await tx.session.execute(
            made.on_conflict_do_update(
                index_elements=["rating_key"], set_=found, where=WatchlistTitle.tmdb_id.is_(None)
            )
        )
