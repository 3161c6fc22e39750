"""PostgreSQL: typed tables, transactions with an outbox, and one role and schema per service."""

from medianest_common.db.base import TYPES, create_bus_tables, service_metadata
from medianest_common.db.database import Database, open_database
from medianest_common.db.repository import Repository
from medianest_common.db.transaction import Transaction
from medianest_common.db.words import Word, one_of

__all__ = [
    "TYPES",
    "Database",
    "Repository",
    "Transaction",
    "Word",
    "create_bus_tables",
    "one_of",
    "open_database",
    "service_metadata",
]
