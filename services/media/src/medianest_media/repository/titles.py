"""What titles are called."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, literal_column
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.db import Repository
from medianest_media.models import SeenTitle


class SeenTitles(Repository[SeenTitle]):
    model = SeenTitle

    async def remember(self, rows: Sequence[dict[str, Any]]) -> None:
        """What a list says never erases what a title's own page has told."""
        if not rows:
            return
        distinct = {(row["tmdb_id"], row["media_type"]): row for row in rows}
        made = upsert(SeenTitle).values([distinct[key] for key in sorted(distinct)])
        changes: dict[str, Any] = {
            name: made.excluded[name] for name in ("title", "year", "poster_path", "seen_at")
        }
        for name in ("seasons", "tvdb_id", "imdb_id"):
            changes[name] = func.coalesce(made.excluded[name], getattr(SeenTitle, name))
        # What is not known comes as the null of JSON, which is a value to SQL.
        told = func.nullif(made.excluded.episodes, literal_column("'null'::jsonb"))
        changes["episodes"] = func.coalesce(told, SeenTitle.episodes)
        await self.session.execute(
            made.on_conflict_do_update(index_elements=["tmdb_id", "media_type"], set_=changes)
        )
