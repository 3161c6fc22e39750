"""What the tables have in common."""

from sqlalchemy import ARRAY, Integer
from sqlalchemy.orm import DeclarativeBase

from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.db import TYPES, Word, service_metadata


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = {
        **TYPES,
        list[int]: ARRAY(Integer),
        MediaType: Word(MediaType),
        RequestStatus: Word(RequestStatus),
    }
