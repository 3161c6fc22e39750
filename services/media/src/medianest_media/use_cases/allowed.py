"""Whether a person may ask for that much, and for 4K. The person's row is locked, so that of many requests at once no
two find room for the last one."""

from medianest_common.contracts.media import MediaType
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.errors import FourKNotAllowed, QuotaExceeded
from medianest_media.models import OwnQuota, Person, Request
from medianest_media.quotas import Allowance, allowance, fits, may_ask_4k, quota_state
from medianest_media.repository import OwnQuotas, Requests


def demand_4k(app: MediaApp, person: Person, own: OwnQuota | None) -> None:
    if not may_ask_4k(app.settings, person.role, own):
        raise FourKNotAllowed("Ask an administrator, or ask for it without 4K.")


async def demand_room(
    app: MediaApp, tx: Transaction, person: Person, request: Request, *, own: OwnQuota | None, more: int
) -> None:
    """`more` films or seasons than now; `own` is what was laid down for the person alone. Raises `QuotaExceeded`."""
    allowed = allowance(app.settings, request.media_type, person.role, own)
    if allowed.limit is None or more <= 0:
        return
    usage = await Requests(tx.session).usage(
        person.id, request.media_type, since=allowed.since(app.clock.now())
    )
    if not fits(allowed, usage, more=more):
        state = quota_state(allowed, usage)
        what = "films" if request.media_type is MediaType.MOVIE else "seasons"
        raise QuotaExceeded(
            f"The quota is {allowed.limit} {what} in {allowed.days} days; {state.remaining} left.",
            quota=state.model_dump(mode="json"),
        )


async def allowance_of(app: MediaApp, tx: Transaction, person: Person, media_type: MediaType) -> Allowance:
    return allowance(app.settings, media_type, person.role, await own_quota(tx, person))


async def own_quota(tx: Transaction, person: Person) -> OwnQuota | None:
    return await OwnQuotas(tx.session).get(person.id)


def weight(request: Request) -> int:
    """What it counts for: a film is one, a show as many as its seasons, and one while nobody can name them."""
    return 1 if request.media_type is MediaType.MOVIE else max(1, len(request.seasons))
