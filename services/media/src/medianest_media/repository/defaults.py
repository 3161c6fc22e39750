"""What is chosen for what is asked for."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.defaults import Choice
from medianest_common.db import Repository
from medianest_media.models import RequestDefault

CHOSEN = tuple(Choice.model_fields)


class RequestDefaults(Repository[RequestDefault]):
    model = RequestDefault


async def read_defaults(
    connection: AsyncConnection, *, backend: str
) -> dict[tuple[MediaType, bool], RequestDefault]:
    columns = RequestDefault.__table__.c
    rows = (await connection.execute(select(*columns).where(columns.backend == backend))).mappings()
    found = [RequestDefault(**row) for row in rows]
    return {(row.media_type, row.is_4k): row for row in found}


def choice_in(row: RequestDefault | None) -> Choice:
    values: dict[str, Any] = {name: getattr(row, name) for name in CHOSEN} if row is not None else {}
    return Choice.model_validate(values)
