"""What the tables have in common."""

from datetime import time

from sqlalchemy import Time
from sqlalchemy.orm import DeclarativeBase

from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.notifications.broadcasts import BroadcastAudience, BroadcastState
from medianest_common.contracts.notifications.channels import ChannelKind, ChannelState
from medianest_common.contracts.notifications.deliveries import DeliveryState, HeldFor, SuppressedFor, Urgency
from medianest_common.contracts.notifications.preferences import Mode
from medianest_common.db import TYPES, Word, service_metadata

_WORDS = (
    BroadcastAudience,
    BroadcastState,
    ChannelKind,
    ChannelState,
    DeliveryState,
    HeldFor,
    MediaType,
    Mode,
    Role,
    SuppressedFor,
    Urgency,
)


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = {**TYPES, time: Time(), **{kind: Word(kind) for kind in _WORDS}}
