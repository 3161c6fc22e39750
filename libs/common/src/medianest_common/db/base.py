"""What every service's tables have in common."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

TYPES: dict[Any, Any] = {
    datetime: DateTime(timezone=True),
    UUID: Uuid(),
    str: Text(),
    int: BigInteger(),
    dict[str, Any]: JSONB(),
    list[Any]: JSONB(),
}
"""For `type_annotation_map`: aware times, real UUIDs, text without invented limits."""

_NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def service_metadata() -> MetaData:
    """Metadata of one service, with the outbox and inbox that every service has.

    No schema is named anywhere: the role's search path puts the tables into the service's own schema.
    """
    metadata = MetaData(naming_convention=_NAMES)
    Table(
        "outbox",
        metadata,
        Column("seq", BigInteger, Identity(always=True)),
        Column("id", Uuid, nullable=False),
        Column("subject", Text, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", Text, nullable=False),
        Column("not_before", DateTime(timezone=True), nullable=False, server_default=func.now()),
        PrimaryKeyConstraint("seq"),
    )
    Table(
        "inbox",
        metadata,
        Column("consumer", Text, nullable=False),
        Column("event_id", Uuid, nullable=False),
        Column("claimed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        PrimaryKeyConstraint("consumer", "event_id"),
        Index("ix_inbox_claimed_at", "claimed_at"),
    )
    return metadata


def create_bus_tables(op: Any) -> None:
    """The outbox and inbox, for a service's first migration."""
    for table in service_metadata().sorted_tables:
        op.create_table(table.name, *(column._copy() for column in table.columns), *_keys(table))
        for index in table.indexes:
            op.create_index(index.name, table.name, [column.name for column in index.columns])


def _keys(table: Table) -> list[PrimaryKeyConstraint]:
    return [PrimaryKeyConstraint(*(column.name for column in table.primary_key), name=f"pk_{table.name}")]
