"""The table in which a service keeps the integrations that administrators have set."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import false, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.integrations import IntegrationKind
from medianest_common.db.sealed import sealed
from medianest_common.security.encryption import Cell

PURPOSE = "integration"
TABLE = "integrations"


class IntegrationColumns:
    """To be mixed into a class of the service's own: `class Integration(IntegrationColumns, Base)`.

    A row stays when what it says was taken back, so that versions go on and a server that was known before is known
    to be another.
    """

    __tablename__ = TABLE

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    secret_sealed: Mapped[str | None] = mapped_column(info=sealed(PURPOSE))
    options: Mapped[dict[str, Any]]
    enabled: Mapped[bool]
    removed: Mapped[bool] = mapped_column(server_default=false())
    """What the variables say counts."""
    origin: Mapped[str] = mapped_column(server_default=text("''"))
    """Scheme, host and port of the server that was used last."""
    place: Mapped[int] = mapped_column(server_default=text("0"))
    """Grows with each other server: what one calls `7` means nothing to the next."""
    version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID]


def row_id(kind: IntegrationKind) -> UUID:
    return uuid5(NAMESPACE_OID, f"medianest integration {kind}")


def cell_of(kind: IntegrationKind) -> Cell:
    return Cell(TABLE, "secret_sealed", row_id(kind))


def transit_of(kind: IntegrationKind) -> Cell:
    """For what one service hands to another."""
    return Cell(TABLE, "handed over", row_id(kind))
