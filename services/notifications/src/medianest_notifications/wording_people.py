"""What people are told of their own and others' place here."""

from medianest_common.contracts.auth.standing import (
    EmailChanged,
    PersonSuspended,
    PlexAccessLost,
    RoleChanged,
)
from medianest_common.contracts.media.allowing import QuotaChanged
from medianest_common.contracts.media.events import RequestChange
from medianest_common.contracts.media.importing import ImportEnded
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.plex.watchlist import WatchlistRead
from medianest_notifications.rendering import TITLE_LENGTH, cut
from medianest_notifications.wording import Notice, request_notice

_PEOPLE = "/admin/users"
_SECURITY = "/account/security"


def about_role(event: RoleChanged, *, to_themselves: bool) -> Notice:
    return Notice(
        type=NotificationType.ROLE_CHANGED,
        link=_SECURITY if to_themselves else _PEOPLE,
        values={
            "reader": "account" if to_themselves else "admin",
            "who": cut(event.name, TITLE_LENGTH),
            "role": event.role.value,
        },
        data={"userId": str(event.user_id), "role": event.role.value},
        about=None if to_themselves else event.user_id,
    )


def about_email(event: EmailChanged) -> Notice:
    return Notice(type=NotificationType.EMAIL_CHANGED, link=_SECURITY)


def about_lost_access(event: PlexAccessLost) -> Notice:
    return Notice(
        type=NotificationType.ACCESS_LOST,
        link=_PEOPLE,
        values={"who": cut(event.name, TITLE_LENGTH), "is_out": event.is_out},
        data={"userId": str(event.user_id)},
        about=event.user_id,
    )


def about_suspension(event: PersonSuspended) -> Notice:
    return Notice(
        type=NotificationType.SUSPENDED,
        link=_PEOPLE,
        values={"who": cut(event.name, TITLE_LENGTH)},
        data={"userId": str(event.user_id)},
        about=event.user_id,
    )


def about_quota(event: QuotaChanged) -> Notice:
    movie, tv = event.quota.movie, event.quota.tv
    return Notice(
        type=NotificationType.QUOTA_CHANGED,
        link="/requests",
        values={
            "movie_limit": movie.limit,
            "movie_days": movie.days,
            "tv_limit": tv.limit,
            "tv_days": tv.days,
        },
        collapse_key="quota",
    )


def about_watchlist_request(event: RequestChange) -> Notice:
    return request_notice(event, NotificationType.REQUEST_FROM_WATCHLIST, reader="requester")


def about_watchlist(event: WatchlistRead) -> Notice:
    return Notice(
        type=NotificationType.WATCHLIST_UNREADABLE,
        link="/account/watchlist",
        values={"reason": event.problem or ""},
        collapse_key="watchlist",
    )


def about_import(event: ImportEnded) -> Notice:
    return Notice(
        type=NotificationType.IMPORT_ENDED,
        link="/admin/imports",
        values={"dry_run": event.dry_run, "problem": event.problem},
        data={"importId": str(event.import_id), "dryRun": event.dry_run},
    )
