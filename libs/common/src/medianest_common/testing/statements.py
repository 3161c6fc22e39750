"""Which statements one request or event leads to: each is a visit to the database, and costs more than what it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from medianest_common.bus.context import present


@contextmanager
def statements_of(correlation_id: str) -> Iterator[list[str]]:
    """Of all services in this process, in their order and without the beginning and the end of transactions."""
    found: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        context = present()
        if context is not None and context.correlation_id == correlation_id:
            found.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)
