"""The queues between the services, and what could not be handled."""

from typing import Annotated

from fastapi import Path, Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.health import queues
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/admin/queues", tags=["Administration"], responses=problems(401, 403, 422, 429, 503, 504)
)

LOOK_SECONDS = 8.0
MANY_SECONDS = 10.0

Seq = Annotated[int, Path(ge=1, lt=queues.HIGHEST)]


@router.get("", response_model=queues.Queues)
async def read_queues(gateway: Gateway) -> Response:
    """Streams and who reads them, what waits in the outboxes, and how many dead letters there are, at this moment."""
    return await passed_through(gateway.bus, queues.ReadQueues(), timeout=LOOK_SECONDS)


@router.get("/dead-letters", response_model=Page[queues.DeadLetter], responses=problems(400))
async def list_dead_letters(gateway: Gateway, query: Annotated[queues.ListDeadLetters, Query()]) -> Response:
    """The newest first. Those that were settled are known for 30 days more."""
    return await passed_through(gateway.bus, query)


@router.post("/dead-letters/retry", response_model=queues.DeadLettersSettled)
async def retry_dead_letters(gateway: Gateway, body: queues.DeadLetterFilter) -> Response:
    """Those that wait and fit, 200 at a time from the oldest on: go on with `after` while there is a `nextAfter`."""
    return await passed_through(gateway.bus, queues.RetryDeadLetters(which=body), timeout=MANY_SECONDS)


@router.post("/dead-letters/drop", response_model=queues.DeadLettersSettled)
async def drop_dead_letters(gateway: Gateway, body: queues.DeadLetterFilter) -> Response:
    """Likewise, for those that nobody needs."""
    return await passed_through(gateway.bus, queues.DropDeadLetters(which=body), timeout=MANY_SECONDS)


@router.get("/dead-letters/{seq:int}", response_model=queues.DeadLetterDetails, responses=problems(404))
async def get_dead_letter(gateway: Gateway, seq: Seq) -> Response:
    """With what it says, as far as that is nobody's secret."""
    return await passed_through(gateway.bus, queues.GetDeadLetter(seq=seq))


@router.post("/dead-letters/{seq:int}/retry", response_model=queues.DeadLetter, responses=problems(404, 409))
async def retry_dead_letter(gateway: Gateway, seq: Seq) -> Response:
    """Given to its handler once more, and to nobody else. Twice the same is one effect; 409 for one that was dropped,
    or that nobody can handle any more."""
    return await passed_through(gateway.bus, queues.RetryDeadLetter(seq=seq))


@router.delete("/dead-letters/{seq:int}", status_code=204, responses=problems(404, 409))
async def drop_dead_letter(gateway: Gateway, seq: Seq) -> None:
    """It is not handled any more. 409 for one that was retried."""
    await gateway.bus.call(queues.DropDeadLetter(seq=seq))
