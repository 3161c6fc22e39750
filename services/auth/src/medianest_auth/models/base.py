"""What all tables of the auth service are made from."""

from typing import Annotated
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import DeclarativeBase, mapped_column

from medianest_common.db import TYPES, service_metadata


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = {**TYPES, bytes: LargeBinary()}


OfUser = Annotated[UUID, mapped_column(ForeignKey("users.id", ondelete="CASCADE"))]
"""Goes with its user."""
