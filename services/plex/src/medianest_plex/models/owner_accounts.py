"""The token of the owner's account, as it was given last."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.db.sealed import sealed
from medianest_plex.models.base import Base


class GivenAccount(Base):
    """One row at most. `instead_of` is a digest of the settings as they were then: others given later come first."""

    __tablename__ = "owner_accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    machine_identifier: Mapped[str]
    """The server it was given for, which this account owns."""
    token: Mapped[str] = mapped_column(info=sealed("plex-owner-token"))
    instead_of: Mapped[str]
    user_id: Mapped[UUID | None]
    """Who signed in with Plex, if it came that way; it goes with this person."""
    given_at: Mapped[datetime]
