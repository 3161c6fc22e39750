"""A span for each statement within a trace: its text, which holds places for values and not the values."""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from medianest_common import tracing

_LONGEST = 2000
_KEPT = "medianest_span"


def follow(engine: Engine, *, schema: str) -> None:
    def before(connection: Connection, _: Any, statement: str, *__: Any) -> None:
        operation = statement.lstrip(" \n(").partition(" ")[0].strip().upper()[:20]
        connection.info[_KEPT] = tracing.begin(
            f"{operation} {schema}",
            "client",
            {
                "db.system.name": "postgresql",
                "db.namespace": schema,
                "db.operation.name": operation,
                "db.query.text": statement[:_LONGEST],
            },
        )

    def after(connection: Connection, *_: Any) -> None:
        if span := connection.info.pop(_KEPT, None):
            span.end(failure=None, is_ours=True)

    def failed(error: ExceptionContext) -> None:
        if error.connection is not None and (span := error.connection.info.pop(_KEPT, None)):
            span.end(failure=type(error.original_exception).__name__, is_ours=True)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", failed)
