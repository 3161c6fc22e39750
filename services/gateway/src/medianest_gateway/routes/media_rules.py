"""The rules by which requests approve themselves."""

from uuid import UUID

from fastapi import Response

from medianest_common.clock import uuid7
from medianest_common.contracts.media import allowing
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through
from medianest_gateway.routes.media import UPSTREAM_SECONDS

router = Router(
    prefix="/media/rules", tags=["Media requests"], responses=problems(401, 403, 422, 429, 502, 503, 504)
)


@router.get("", response_model=allowing.ApprovalRules)
async def list_rules(gateway: Gateway) -> Response:
    """In their order: the first that fits decides, and where none fits an administrator is asked."""
    return await passed_through(gateway.bus, allowing.ListRules())


@router.post("", status_code=201, response_model=allowing.ApprovalRule, responses=problems(409))
async def add_rule(gateway: Gateway, body: allowing.RuleBody, once: Idempotent) -> Response:
    """At the end of the list."""
    message = allowing.AddRule(rule=_rule(uuid7(), body))
    return await once(lambda: passed_through(gateway.bus, message, status=201))


@router.put("/order", response_model=allowing.ApprovalRules, responses=problems(409))
async def order_rules(gateway: Gateway, body: allowing.RuleOrderBody) -> Response:
    """All of them in their new order; 409 where these are not all."""
    return await passed_through(gateway.bus, allowing.OrderRules(ids=body.ids))


@router.post("/try", response_model=allowing.RulesOutcome, responses=problems(404, 409))
async def try_rules(gateway: Gateway, body: allowing.TryRulesBody) -> Response:
    """What would become of this request, without making it."""
    message = allowing.TryRules.model_validate(body.model_dump(by_alias=False))
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)


@router.put("/{id:uuid}", response_model=allowing.ApprovalRule, responses=problems(404))
async def change_rule(gateway: Gateway, id: UUID, body: allowing.RuleBody) -> Response:
    """The whole of it; its place in the list stays."""
    return await passed_through(gateway.bus, allowing.ChangeRule(rule=_rule(id, body)))


@router.delete("/{id:uuid}", status_code=204, responses=problems(404))
async def remove_rule(gateway: Gateway, id: UUID) -> None:
    """The others keep their order."""
    await gateway.bus.call(allowing.RemoveRule(id=id))


def _rule(rule_id: UUID, body: allowing.RuleBody) -> allowing.ApprovalRule:
    return allowing.ApprovalRule.model_validate({**body.model_dump(by_alias=False), "id": rule_id})
