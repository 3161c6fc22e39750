"""A webhook about an issue is a hint which title's issues to look at, and nothing else of it is believed."""

from contextlib import suppress

from sqlalchemy import select

from medianest_common.contracts.media import MediaType
from medianest_media.app import MediaApp
from medianest_media.errors import TitleUnknown
from medianest_media.models import Issue
from medianest_media.use_cases.look_at_issues import look_at_issues
from medianest_media.webhook_bodies import document, either, number, part

_LARGEST_TMDB_ID = 2_147_483_647


async def hear_of_issue(app: MediaApp, body: str) -> bool:
    """Whether it was about an issue. Our own words come back in this way too; the look finds nothing new then."""
    found = document(body)
    issue_id = number(either(part(found, "issue"), "issue_id", "issueId"))
    if issue_id is None:
        return False
    title = _title(found) or await _title_of(app, issue_id)
    if title is not None:
        # A title that there is not has no issues either.
        with suppress(TitleUnknown):
            await look_at_issues(app, *title)
    return True


def _title(found: object) -> tuple[MediaType, int] | None:
    media = part(found, "media")
    tmdb_id, kind = number(either(media, "tmdbId", "tmdb_id")), either(media, "media_type", "mediaType")
    if tmdb_id is None or not 0 < tmdb_id <= _LARGEST_TMDB_ID or kind not in ("movie", "tv"):
        return None
    return MediaType(kind), tmdb_id


async def _title_of(app: MediaApp, issue_id: int) -> tuple[MediaType, int] | None:
    statement = select(Issue.media_type, Issue.tmdb_id).where(Issue.backend_id == issue_id)
    async with app.db.read() as connection:
        row = (await connection.execute(statement)).one_or_none()
    return (MediaType(row.media_type), row.tmdb_id) if row else None
