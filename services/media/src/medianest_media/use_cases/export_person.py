"""What the media service holds about the caller."""

from typing import Any

from sqlalchemy import Select, select

from medianest_common.bus import require_person
from medianest_common.contracts.media import ExportUserData
from medianest_common.contracts.personal import PersonalData
from medianest_common.db.personal import personal_data
from medianest_media.app import MediaApp
from medianest_media.models import (
    ApprovalRule,
    Follower,
    History,
    Issue,
    IssueComment,
    OwnQuota,
    Person,
    Request,
    Watchlist,
    WatchlistItem,
)


async def export_person(app: MediaApp, query: ExportUserData) -> PersonalData:
    me = require_person().user_id
    r, h, i, c, q = Request, History, Issue, IssueComment, OwnQuota
    tables: dict[str, Select[*tuple[Any, ...]]] = {
        "watchlists": select(
            Watchlist.enabled, Watchlist.shows, Watchlist.changed_at, Watchlist.read_at
        ).where(Watchlist.user_id == me),
        "watchlist_items": select(
            WatchlistItem.rating_key,
            WatchlistItem.media_type,
            WatchlistItem.title,
            WatchlistItem.state,
            WatchlistItem.reason,
            WatchlistItem.first_seen_at,
        )
        .where(WatchlistItem.user_id == me)
        .order_by(WatchlistItem.rating_key),
        "people": select(Person.name, Person.email, Person.role, Person.plex_id).where(Person.id == me),
        "requests": select(
            r.id,
            r.media_type,
            r.tmdb_id,
            r.is_4k,
            r.seasons,
            r.title,
            r.year,
            r.status,
            r.status_since,
            r.status_reason,
            r.note,
            r.created_at,
            r.updated_at,
        )
        .where(r.user_id == me)
        .order_by(r.id),
        "request_history": select(h.request_id, h.version, h.status, h.at, h.reason)
        .where(h.actor_id == me)
        .order_by(h.request_id, h.version),
        "issues": select(
            i.id,
            i.media_type,
            i.tmdb_id,
            i.title,
            i.kind,
            i.season,
            i.episode,
            i.message,
            i.status,
            i.status_since,
            i.created_at,
        )
        .where(i.user_id == me, i.removed.is_(False))
        .order_by(i.id),
        "issue_comments": select(c.id, c.issue_id, c.message, c.created_at)
        .where(c.user_id == me)
        .order_by(c.id),
        "followers": select(Follower.request_id, Follower.followed_at)
        .where(Follower.user_id == me)
        .order_by(Follower.request_id),
        "own_quotas": select(
            q.movie_limit, q.movie_days, q.tv_limit, q.tv_days, q.may_ask_4k, q.set_at
        ).where(q.user_id == me),
        "approval_rules": select(ApprovalRule.name, ApprovalRule.action)
        .where(ApprovalRule.user_id == me)
        .order_by(ApprovalRule.id),
    }
    async with app.db.read() as connection:
        return await personal_data(connection, tables, cursor=query.cursor)
