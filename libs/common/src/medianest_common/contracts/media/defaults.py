"""What is chosen for what is asked for: on which server, in which quality, into which folder."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Event, Query, Timestamp
from medianest_common.contracts.media import MediaType

_Number = Annotated[int, Field(ge=0, le=2_147_483_647)]


class MinimumAvailability(StrEnum):
    """From when on Radarr looks for a film."""

    ANNOUNCED = "announced"
    IN_CINEMAS = "inCinemas"
    RELEASED = "released"


class Choice(Contract):
    """By the ids that `Offer` tells. None is as the backend's own settings have it; no tags are an empty list."""

    server: str | None = None
    quality_profile: int | None = None
    root_folder: str | None = None
    tags: list[int] | None = None
    language_profile: int | None = None
    minimum_availability: MinimumAvailability | None = None
    """Of films."""
    season_folders: bool | None = None
    """Of shows."""


class ChoiceBody(Body):
    """The whole of it. What is null is as the backend's own settings have it."""

    server: str | None = Field(default=None, min_length=1, max_length=100)
    quality_profile: _Number | None = None
    root_folder: str | None = Field(default=None, min_length=1, max_length=1_000)
    tags: list[_Number] | None = Field(default=None, max_length=100)
    language_profile: _Number | None = None
    minimum_availability: MinimumAvailability | None = Field(default=None, strict=False)
    season_folders: bool | None = None


class DefaultsBody(Body):
    standard: ChoiceBody
    four_k: ChoiceBody


class Option(Contract):
    id: int
    name: str


class OfferedServer(Contract):
    """One server of the backend and what can be chosen there. `language_profiles` is empty where there are none."""

    id: str
    name: str
    is_default: bool
    quality_profiles: list[Option] = []
    root_folders: list[str] = []
    tags: list[Option] = []
    language_profiles: list[Option] = []


class Offer(Contract):
    """What there is to choose from in one quality, and of what the backend says itself how it is done."""

    servers: list[OfferedServer] = []
    minimum_availability: bool = False
    season_folders: bool = False


class QualityDefaults(Contract):
    choice: Choice
    offer: Offer | None
    """None where the backend does not say right now."""
    problems: list[str]
    """What was chosen and is not offered any more; requests wait until something else is chosen."""
    set_at: Timestamp | None


class TypeDefaults(Contract):
    media_type: MediaType
    standard: QualityDefaults
    four_k: QualityDefaults


class MediaDefaults(Contract):
    """Of the backend that is set up. Another one has defaults of its own."""

    items: list[TypeDefaults]


class GetDefaults(Query[MediaDefaults]):
    pass


class SetDefaults(Command[TypeDefaults]):
    media_type: MediaType
    standard: Choice
    four_k: Choice


class DefaultsChanged(Event):
    media_type: MediaType
    actor_id: UUID
