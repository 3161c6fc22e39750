"""Taking over what an Overseerr has from before: each run, and what it found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.media.importing import FindingKind, ImportState, ImportStep
from medianest_common.db import one_of
from medianest_media.models.base import Base


class Import(Base):
    """One run. Its work is done in turns, each of which knows its number, so that none is done twice."""

    __tablename__ = "imports"
    __table_args__ = (
        one_of("state", ImportState),
        one_of("step", ImportStep),
        Index("uq_imports_running", "state", unique=True, postgresql_where=text("state = 'running'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dry_run: Mapped[bool]
    state: Mapped[str]
    step: Mapped[str]
    turn: Mapped[int]
    skip: Mapped[int]
    """How far the present list has been read."""
    passes: Mapped[int]
    """How often the list of requests has been read to its end."""
    failures: Mapped[int]
    """Turns in a row that did not get an answer."""
    total: Mapped[int | None]
    """How many requests Overseerr says it has."""
    unreadable: Mapped[int]
    """Rows without so much as a number."""
    problem: Mapped[str | None]
    started_by: Mapped[UUID | None]
    """None for whoever runs the installation."""
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportFinding(Base):
    """Somebody or a request over there; `outcome` None until it has been judged."""

    __tablename__ = "import_findings"
    __table_args__ = (
        one_of("kind", FindingKind),
        Index(
            "ix_import_findings_unjudged",
            "import_id",
            "rank",
            "their_id",
            postgresql_where=text("outcome is null"),
        ),
        Index("ix_import_findings_outcome", "import_id", "kind", "outcome", "their_id"),
        Index("ix_import_findings_plex_id", "plex_id", postgresql_where=text("plex_id is not null")),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    their_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int]
    """What is still waited for is judged first, so that it has what it asks for before what is history."""
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
    odd: Mapped[str | None]
    """A value that nobody knows the meaning of."""
    plex_id: Mapped[int | None]
    """Of a person."""
    said: Mapped[dict[str, Any]]
    """What Overseerr says of it, as far as it is used."""
