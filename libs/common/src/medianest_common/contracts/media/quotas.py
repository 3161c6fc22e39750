"""How much somebody may ask for."""

from medianest_common.contracts.base import Contract, Query, Timestamp


class QuotaState(Contract):
    """`limit` None means unlimited. Counted in movies, or in seasons for shows."""

    limit: int | None
    days: int
    used: int
    remaining: int | None
    resets_at: Timestamp | None


class Quota(Contract):
    movie: QuotaState
    tv: QuotaState


class GetQuota(Query[Quota]):
    pass
