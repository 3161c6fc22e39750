"""What stands in the file. Everything is called by its name, because ids belong to one installation."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from medianest_common.contracts.base import Body
from medianest_common.contracts.health.maintenance import LocalTime
from medianest_common.contracts.health.managing import MOST_DEPENDENCIES, Name, NewMonitorBody
from medianest_common.contracts.health.pages import MOST_ON_A_PAGE, Slug
from medianest_common.contracts.integrations import IntegrationKind, Option
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.allowing import OwnQuotaBody, RuleBody
from medianest_common.contracts.media.defaults import MinimumAvailability
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.templates import Language, TemplateChannel
from medianest_common.contracts.youtube.queue import DownloadLimitsBody

Label = Annotated[str, Field(min_length=1, max_length=200)]
Email = Annotated[str, Field(min_length=3, max_length=254)]


class IntegrationEntry(Body):
    """`secret` is never written here; who enters it by hand has it set with every import."""

    kind: IntegrationKind = Field(strict=False)
    url: str = Field(default="", max_length=2000)
    enabled: bool = True
    options: dict[str, Option] = Field(default={}, max_length=20)
    secret: str | None = Field(default=None, min_length=1, max_length=4000, repr=False)
    secret_missing: bool = False
    """Whether it had one where the file was made."""


class DefaultEntry(Body):
    """What is called by a number over there is called by its name here."""

    media_type: MediaType = Field(strict=False)
    is_4k: bool = False
    server: Label | None = None
    """None is the one that the backend has for its default."""
    quality_profile: Label | None = None
    root_folder: str | None = Field(default=None, min_length=1, max_length=1_000)
    tags: list[Label] | None = Field(default=None, max_length=100)
    language_profile: Label | None = None
    minimum_availability: MinimumAvailability | None = Field(default=None, strict=False)
    season_folders: bool | None = None


class RuleEntry(RuleBody):
    """`person` in place of `userId`."""

    person: Email | None = None

    @model_validator(mode="after")
    def _by_name(self) -> Self:
        if self.user_id is not None:
            raise ValueError("name whom it is for by the e-mail address, as person")
        return self


class QuotaEntry(OwnQuotaBody):
    person: Email


class DownloadLimitEntry(DownloadLimitsBody):
    person: Email


class GroupEntry(Body):
    name: Name


class MonitorEntry(NewMonitorBody):
    """Names in place of `groupId` and `dependsOn`."""

    group: Name | None = None
    needs: Annotated[list[Name], Field(max_length=MOST_DEPENDENCIES)] = []
    """While one of these is down, nobody is told that this one is."""
    needs_automatic: Annotated[list[str], Field(max_length=MOST_DEPENDENCIES)] = []
    """The same, of what is watched without anybody having made it, by its key."""
    secrets: list[Annotated[str, Field(max_length=200)]] = Field(default=[], max_length=30)
    """Those it had where the file was made."""

    @model_validator(mode="after")
    def _by_name(self) -> Self:
        if self.group_id is not None or self.depends_on:
            raise ValueError(
                "ids belong to one installation: name the group as group, and the others in needs"
            )
        return self


class MaintenanceEntry(Body):
    title: Name
    public_title: Name | None = None
    description: str | None = Field(default=None, max_length=2000)
    zone: str = Field(min_length=1, max_length=64)
    starts_at_local: LocalTime
    duration_seconds: int = Field(ge=60)
    rule: str | None = Field(default=None, min_length=1, max_length=300)
    everything: bool = False
    monitors: list[Name] = []
    groups: list[Name] = []

    @model_validator(mode="after")
    def _about_something(self) -> Self:
        if self.everything == bool(self.monitors or self.groups):
            raise ValueError("it is for everything, or for monitors and groups")
        return self


class PageMonitorEntry(Body):
    monitor: Name
    shown_as: Name | None = None
    heading: Name | None = None


class PageEntry(Body):
    slug: Slug
    title: Name
    description: str | None = Field(default=None, max_length=1000)
    published: bool = False
    monitors: Annotated[list[PageMonitorEntry], Field(max_length=MOST_ON_A_PAGE)] = []

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({each.monitor for each in self.monitors}) != len(self.monitors):
            raise ValueError("a monitor stands on a page once")
        return self


class TemplateEntry(Body):
    type: NotificationType = Field(strict=False)
    locale: Language = Field(strict=False)
    channel: TemplateChannel = Field(strict=False)
    title: str = Field(min_length=1, max_length=500)
    body: str = Field(min_length=1, max_length=4000)


NO_ID = UUID(int=0)
