"""What all tables of the plex service are made from."""

from datetime import date

from sqlalchemy import ARRAY, Date, Float, Text
from sqlalchemy.orm import DeclarativeBase

from medianest_common.db import TYPES, service_metadata


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = {**TYPES, list[str]: ARRAY(Text()), date: Date(), float: Float()}
