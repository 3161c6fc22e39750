from sqlalchemy import Double
from sqlalchemy.orm import DeclarativeBase

from medianest_common.db import TYPES, service_metadata


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = {**TYPES, float: Double()}
