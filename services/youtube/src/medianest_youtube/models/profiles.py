"""How things are downloaded."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_youtube.models.base import Base


class Profile(Base):
    """`choices` is a `ProfileChoices` as JSON. One without a name was made by asking for another quality or format
    than a named one has; the same is not made twice.
    """

    __tablename__ = "profiles"
    __table_args__ = (
        Index(
            "uq_profiles_name",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("name is not null and deleted_at is null"),
        ),
        Index("uq_profiles_digest", "digest", unique=True, postgresql_where=text("name is null")),
        Index("uq_profiles_default", "is_default", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    digest: Mapped[str | None]
    """Of the choices, where there is no name."""
    choices: Mapped[dict[str, Any]]
    is_default: Mapped[bool] = mapped_column(server_default=false())
    deleted_at: Mapped[datetime | None]
    """Assets still show how they were made."""
    updated_at: Mapped[datetime]
