"""Who may ask for how much, and what needs no approval."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from medianest_common.contracts.base import Body, Command, Contract, Event, Nothing, Page, Query, Timestamp
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType, Quota, QuotaState, Requester, SeasonChoice
from medianest_common.contracts.media.defaults import Choice

_Year = Annotated[int, Field(ge=1800, le=2200)]
_Seasons = Annotated[int, Field(ge=1, le=500)]


class Limit(Contract):
    """`limit` None is no limit, 0 is nothing at all. Films, or seasons of shows."""

    limit: int | None
    days: int


class LimitBody(Body):
    limit: int | None = Field(ge=0, le=10_000)
    days: int = Field(ge=1, le=365)


class OwnQuotaBody(Body):
    """The whole of it. What is null is as for the person's role."""

    movie: LimitBody | None = None
    tv: LimitBody | None = None
    may_ask_4k: bool | None = None


class PersonQuota(Contract):
    """What holds for one person, and what of it was laid down for them alone (None: as for the role)."""

    user: Requester
    movie: Limit | None
    tv: Limit | None
    may_ask_4k: bool | None
    set_at: Timestamp | None
    quota: Quota | None = None
    """What is used and left; only where one person was asked for."""


class SetQuota(Command[PersonQuota]):
    user_id: UUID
    movie: Limit | None = None
    tv: Limit | None = None
    may_ask_4k: bool | None = None


class QuotaChanged(Event):
    """What holds for this person from now on, by an administrator's hand."""

    user_id: UUID
    quota: Quota
    actor_id: UUID


class GetPersonQuota(Query[PersonQuota]):
    user_id: UUID


class RemoveQuota(Command[Nothing]):
    user_id: UUID


class ListQuotas(Query[Page[PersonQuota]]):
    """People with a quota of their own."""

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class QualityOptions(Contract):
    """What the caller may ask for of a title in one quality."""

    requestable: bool
    reason: str | None
    """Why not, in words."""
    seasons: list[int]
    """Those nobody has and nobody has asked for; empty for a film."""
    fits_quota: bool
    """Whether all of it fits into what is left."""
    preselected: Choice | None = None
    """What is chosen by default, for the eyes of administrators; None where the backend's own settings hold."""


class RequestOptions(Contract):
    standard: QualityOptions
    four_k: QualityOptions
    quota: QuotaState
    specials_offered: bool
    specials_reason: str | None


class GetRequestOptions(Query[RequestOptions]):
    media_type: MediaType
    tmdb_id: int


class RuleAction(StrEnum):
    APPROVE = "approve"
    ASK = "ask"
    """An administrator decides."""


class RuleBody(Body):
    """What is null or empty fits everything."""

    name: str = Field(min_length=1, max_length=100)
    action: RuleAction = Field(default=RuleAction.APPROVE, strict=False)
    enabled: bool = True
    role: Role | None = Field(default=None, strict=False)
    user_id: UUID | None = Field(default=None, strict=False)
    media_type: MediaType | None = Field(default=None, strict=False)
    is_4k: bool | None = None
    genres: list[Annotated[str, Field(min_length=1, max_length=50)]] = Field(default=[], max_length=50)
    """Any of them, in upper or lower case."""
    year_from: _Year | None = None
    year_to: _Year | None = None
    min_seasons: _Seasons | None = None
    max_seasons: _Seasons | None = None

    @model_validator(mode="after")
    def _ranges(self) -> "RuleBody":
        for low, high in ((self.year_from, self.year_to), (self.min_seasons, self.max_seasons)):
            if low is not None and high is not None and low > high:
                raise ValueError("a range begins with the smaller number")
        return self


class ApprovalRule(Contract):
    id: UUID
    name: str
    action: RuleAction
    enabled: bool = True
    role: Role | None = None
    user_id: UUID | None = None
    media_type: MediaType | None = None
    is_4k: bool | None = None
    genres: list[str] = []
    year_from: int | None = None
    year_to: int | None = None
    min_seasons: int | None = None
    max_seasons: int | None = None


class ApprovalRules(Contract):
    """In the order in which they are looked at: the first that fits decides."""

    items: list[ApprovalRule]


class RuleOrderBody(Body):
    ids: list[Annotated[UUID, Field(strict=False)]] = Field(max_length=200)


class TryRulesBody(Body):
    user_id: UUID = Field(strict=False)
    media_type: MediaType = Field(strict=False)
    tmdb_id: int = Field(ge=1, le=2_147_483_647)
    seasons: (
        Annotated[list[Annotated[int, Field(ge=0, le=9_999)]], Field(min_length=1, max_length=200)]
        | Literal["all"]
        | None
    ) = None
    is_4k: bool = False


class Fit(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """It asks for something about the title that nobody can say right now."""


class RuleTried(Contract):
    id: UUID
    name: str
    fits: Fit
    because: str | None = None
    """The first condition that does not fit, or cannot be told."""


class RulesOutcome(Contract):
    """`outcome` UNKNOWN: the request would wait, and the rules would be looked at again once the title is known."""

    outcome: Literal["approve", "ask", "unknown"]
    rule: ApprovalRule | None
    """The one that decides; None where none does, which means that an administrator is asked."""
    tried: list[RuleTried]
    refused: str | None = None
    """Why the request would not even be taken, as where the quota is used up."""


class ListRules(Query[ApprovalRules]):
    pass


class AddRule(Command[ApprovalRule]):
    rule: ApprovalRule


class ChangeRule(Command[ApprovalRule]):
    rule: ApprovalRule


class RemoveRule(Command[Nothing]):
    id: UUID


class OrderRules(Command[ApprovalRules]):
    ids: list[UUID]


class TryRules(Query[RulesOutcome]):
    user_id: UUID
    media_type: MediaType
    tmdb_id: int
    seasons: SeasonChoice | None = None
    is_4k: bool = False
