"""A new request with its history is saved and shown, and what is told of it stored, in one prepared statement; the unit
of work would take four."""

from functools import cache

from sqlalchemy import ARRAY, Select, Text, bindparam, func, insert, literal_column, select, text

from medianest_common.db import Transaction
from medianest_common.db.transaction import STORE
from medianest_media.mapping import REQUEST_JUST_MADE
from medianest_media.models import History, Request

_REQUEST = Request.__table__
_HISTORY = History.__table__


async def save_new(tx: Transaction, request: Request) -> bytes:
    """What was noted down about a request that is not saved yet is saved with it, and what was told. Returns it as
    JSON."""
    session = tx.session
    lines = sorted(
        (row for row in session.new if isinstance(row, History) and row.request is request),
        key=lambda line: line.version,
    )
    for row in (*lines, request):
        session.expunge(row)
    set_here = vars(request)
    names = tuple(column.name for column in _REQUEST.c if column.name in set_here)
    values = {name: set_here[name] for name in names}
    for column in _HISTORY.c:
        told = [getattr(line, column.name) for line in lines]
        values[f"line_{column.name}"] = [request.id] * len(lines) if column.name == "request_id" else told
    connection = await session.connection()
    shown: str = (await connection.execute(_saving(names), values | tx.to_store())).scalar_one()
    return shown.encode()


@cache
def _saving(names: tuple[str, ...]) -> Select[str]:
    """Columns that are not named get their defaults."""
    request = insert(Request).values({name: bindparam(name, type_=_REQUEST.c[name].type) for name in names})
    arrays = func.unnest(
        *(bindparam(f"line_{column.name}", type_=ARRAY(column.type)) for column in _HISTORY.c)
    )
    lines = arrays.table_valued(*(column.name for column in _HISTORY.c)).render_derived()
    history = insert(History).from_select([column.name for column in _HISTORY.c], select(*lines.c))
    return (
        select(literal_column(f"{REQUEST_JUST_MADE}::text", Text))
        .select_from(text("r join people p on p.id = r.user_id"))
        .add_cte(
            request.returning(*_REQUEST.c).cte("r"),
            history.returning(*_HISTORY.c).cte("lines"),
            STORE.columns().cte("told"),
        )
    )
