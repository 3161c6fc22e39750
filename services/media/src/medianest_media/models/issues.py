"""Issues: what is wrong with something in the library, and what is said about it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, false, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.issues import IssueKind, IssueStatus
from medianest_common.db import Word, one_of
from medianest_media.models.base import Base

ISSUE_FILTERS = (
    (),
    ("status",),
    ("kind",),
    ("status", "kind"),
    ("user_id",),
    ("user_id", "status"),
    ("tmdb_id", "media_type"),
)
"""The ways in which the list of issues is mostly filtered; each has an index in each order."""


def _list_indexes() -> list[Index]:
    """One that is removed is in none of them, and the first filter by creation is the primary key."""
    there = text("not removed")
    by_creation = [
        Index(f"ix_issues_{'_'.join(names)}_id", *names, "id", postgresql_where=there)
        for names in ISSUE_FILTERS
        if names
    ]
    by_change = [
        Index(
            f"ix_issues_{'_'.join((*names, 'updated_at'))}",
            *names,
            "updated_at",
            "id",
            postgresql_where=there,
        )
        for names in ISSUE_FILTERS
    ]
    return by_creation + by_change


class Issue(Base):
    """`backend_id` is Overseerr's number for it, `in_line` whether it has been told of the issue as it stands."""

    __tablename__ = "issues"
    __table_args__ = (
        one_of("media_type", MediaType),
        one_of("kind", IssueKind),
        one_of("status", IssueStatus),
        *_list_indexes(),
        Index(
            "uq_issues_backend_id", "backend_id", unique=True, postgresql_where=text("backend_id is not null")
        ),
        Index("ix_issues_owed", "attempted_at", postgresql_where=text("not in_line")),
        Index("ix_issues_checked_at", "checked_at", postgresql_where=text("status = 'open'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    foreign_name: Mapped[str | None]
    """What Overseerr calls whoever reported it there and is nobody of ours."""
    media_type: Mapped[MediaType]
    tmdb_id: Mapped[int]
    title: Mapped[str]
    year: Mapped[int | None]
    poster_path: Mapped[str | None]
    kind: Mapped[IssueKind] = mapped_column(Word(IssueKind))
    season: Mapped[int | None] = mapped_column(Integer)
    episode: Mapped[int | None] = mapped_column(Integer)
    message: Mapped[str]

    status: Mapped[IssueStatus] = mapped_column(Word(IssueStatus))
    status_since: Mapped[datetime]
    comment_count: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int]
    removed: Mapped[bool] = mapped_column(server_default=false())
    """Deleted by a person; the row goes once Overseerr has been told."""

    in_line: Mapped[bool]
    status_owed: Mapped[bool] = mapped_column(server_default=false())
    """Resolved or opened again here, which Overseerr does not know yet."""
    backend_id: Mapped[int | None]
    waiting_reason: Mapped[str | None]
    attempted_at: Mapped[datetime]
    resumes: Mapped[int] = mapped_column(server_default=text("0"))
    checked_at: Mapped[datetime]

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class IssueComment(Base):
    """One of ours without a `backend_id` has still to be passed on."""

    __tablename__ = "issue_comments"
    __table_args__ = (
        Index("ix_issue_comments_issue_id_id", "issue_id", "id"),
        Index("ix_issue_comments_user_id_id", "user_id", "id"),
        Index(
            "uq_issue_comments_backend_id",
            "issue_id",
            "backend_id",
            unique=True,
            postgresql_where=text("backend_id is not null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issues.id", ondelete="CASCADE"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    foreign_name: Mapped[str | None]
    message: Mapped[str]
    backend_id: Mapped[int | None]
    created_at: Mapped[datetime]
