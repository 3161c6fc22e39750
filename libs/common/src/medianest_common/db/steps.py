"""What migrations do to tables that are in use."""

from typing import Any

from medianest_common.db.migrate import LOCK_TIMEOUT, STATEMENT_TIMEOUT


def create_index_beside(op: Any, name: str, table: str, columns: list[Any], **options: Any) -> None:
    """Like `op.create_index`, and everybody goes on writing meanwhile. Not for partitioned tables, which cannot.

    Comes first in its migration: what stands before it is committed on its own.
    """
    with op.get_context().autocommit_block():
        # It waits for whoever is at work on the table, and nobody waits for it.
        op.execute("set lock_timeout = 0")
        # Broken off, it would have to begin anew at the next start.
        op.execute("set statement_timeout = 0")
        # What an attempt that was broken off has left is of no use.
        op.execute(f"drop index concurrently if exists {name}")
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)
        op.execute(f"set lock_timeout = '{LOCK_TIMEOUT}'")
        op.execute(f"set statement_timeout = '{STATEMENT_TIMEOUT}'")
