"""What administrators decide about requests is told for the audit log, and what others do is not."""

from typing import Any

from medianest.testing import eventually
from medianest_common.contracts.media import (
    ApproveRequest,
    CancelRequest,
    DeclineRequest,
    RequestStatus,
    RetryRequest,
)
from medianest_common.contracts.media.decided import AdminDecided
from medianest_common.contracts.media.marking import Mark, MarkRequest
from services.media.tests.conftest import Home


async def test_only_what_an_administrator_decides_for_others_is_told(bare: Home) -> None:
    decided: list[AdminDecided] = []

    async def hear(message: Any) -> None:
        decided.append(AdminDecided.model_validate_json(message.data))

    await bare.sandbox.nats.subscribe(AdminDecided.subject, cb=hear)
    await bare.sandbox.nats.flush(timeout=5)
    frida, gustav = await bare.friend(), await bare.friend("Gustav")
    show = await frida.request_show(seasons=[1])
    await frida.call(CancelRequest(id=show.id))
    own = await bare.owner.request_show(seasons=[2])
    await bare.owner.call(CancelRequest(id=own.id))
    first, second = await gustav.request_show(seasons=[1]), await gustav.request_show(seasons=[2])
    await bare.owner.call(ApproveRequest(id=first.id))
    await bare.owner.call(ApproveRequest(id=first.id))
    await bare.owner.call(RetryRequest(id=first.id))
    marked = await bare.owner.call(MarkRequest(id=first.id, status=Mark.PROCESSING))
    assert marked.status is RequestStatus.PROCESSING
    await bare.owner.call(DeclineRequest(id=second.id, reason="no room"))
    await bare.owner.call(CancelRequest(id=first.id))

    async def told() -> bool:
        of_first = ("request_approve", "request_cancel", "request_mark", "request_retry")
        return sorted((event.about, event.action) for event in decided) == [
            *((f"request:{first.id}", action) for action in of_first),
            (f"request:{second.id}", "request_decline"),
        ]

    await eventually(told)
    assert {event.actor_id for event in decided} == {bare.owner.id}
    assert "room" not in str(decided)
