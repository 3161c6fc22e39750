"""What the tables have in common."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Integer, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.db import TYPES, service_metadata


class Word(TypeDecorator[StrEnum]):
    """A member of an enumeration, stored as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Any) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Any) -> StrEnum | None:
        return None if value is None else self.kind(value)


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = {
        **TYPES,
        list[int]: ARRAY(Integer),
        MediaType: Word(MediaType),
        RequestStatus: Word(RequestStatus),
    }


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({', '.join(f"'{value}'" for value in values)})", name=column)
