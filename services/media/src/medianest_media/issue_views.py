"""How issues and comments become JSON, which PostgreSQL does."""

from medianest_media.mapping import json_moment, json_object
from medianest_media.titles import POSTERS

SHOWN_COMMENTS = 50


def _author(row: str, person: str) -> str:
    name = f"coalesce({person}.name, {row}.foreign_name, 'Somebody in Overseerr')"
    return json_object({"id": f"{row}.user_id", "name": name})


COMMENT = json_object(
    {
        "id": "c.id",
        "author": _author("c", "cp"),
        "message": "c.message",
        "createdAt": json_moment("c.created_at"),
    }
)
"""Of a row `c` of issue_comments and its row `cp` of people."""

_COMMENTS = f"""(
    select coalesce(json_agg({COMMENT} order by c.id), '[]'::json)
    from (select * from issue_comments n where n.issue_id = i.id order by n.id desc limit {SHOWN_COMMENTS}) c
    left join people cp on cp.id = c.user_id
)"""  # noqa: S608


def _issue(comments: str) -> str:
    return json_object(
        {
            "id": "i.id",
            "mediaType": "i.media_type",
            "tmdbId": "i.tmdb_id",
            "title": "i.title",
            "year": "i.year",
            "posterUrl": f"'{POSTERS}' || i.poster_path",
            "kind": "i.kind",
            "season": "i.season",
            "episode": "i.episode",
            "status": "i.status",
            "statusSince": json_moment("i.status_since"),
            "reportedBy": _author("i", "p"),
            "message": "i.message",
            "commentCount": "i.comment_count",
            "waitingReason": "i.waiting_reason",
            "createdAt": json_moment("i.created_at"),
            "updatedAt": json_moment("i.updated_at"),
            "comments": comments,
        }
    )


ISSUE_IN_LIST = _issue("null::json")
"""Of a row `i` of issues and its row `p` of people, which there need not be."""

ISSUE_WITH_COMMENTS = _issue(_COMMENTS)
