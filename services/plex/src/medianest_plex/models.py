"""The tables of the plex service. What Plex says is copied here only to be shown while Plex is down."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from medianest_common.db import TYPES, service_metadata
from medianest_common.db.sealed import sealed


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = TYPES


class Server(Base):
    """`machine_identifier` is what makes it this server: address, name and token may all change."""

    __tablename__ = "servers"

    machine_identifier: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[str | None]
    platform: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class Member(Base):
    """Somebody who signs in with Plex. `sections` are the keys of the libraries their own token was shown."""

    __tablename__ = "members"
    __table_args__ = (Index("ix_members_plex_id", "plex_id"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    plex_id: Mapped[int]
    server_token: Mapped[str | None] = mapped_column(info=sealed("plex-member-tokens", row="user_id"))
    """Sealed; None until the first sign-in has told it, and after Plex refused it."""
    restricted: Mapped[bool]
    sections: Mapped[list[Any] | None]
    sections_checked_at: Mapped[datetime | None]
    remembered_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """When they left. The row is then empty, and stays so whatever comes late."""


class Copy(Base):
    """The last good answer of a server to one question, as one audience saw it."""

    __tablename__ = "copies"

    machine_identifier: Mapped[str] = mapped_column(
        ForeignKey("servers.machine_identifier", ondelete="CASCADE"), primary_key=True
    )
    audience: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    taken_at: Mapped[datetime]
