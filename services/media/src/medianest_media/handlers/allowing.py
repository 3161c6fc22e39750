"""Who may ask for how much, and what needs no approval."""

from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.media import allowing
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.approval_rules import (
    add_rule,
    change_rule,
    list_rules,
    order_rules,
    remove_rule,
)
from medianest_media.use_cases.get_request_options import get_request_options
from medianest_media.use_cases.own_quotas import get_person_quota, list_quotas, remove_quota, set_quota
from medianest_media.use_cases.try_rules import try_rules


@handlers.rpc
async def on_get_request_options(query: allowing.GetRequestOptions, app: MediaApp) -> allowing.RequestOptions:
    return await get_request_options(app, query)


@handlers.rpc
async def on_get_person_quota(query: allowing.GetPersonQuota, app: MediaApp) -> allowing.PersonQuota:
    return await get_person_quota(app, query)


@handlers.rpc
async def on_set_quota(command: allowing.SetQuota, app: MediaApp) -> allowing.PersonQuota:
    return await set_quota(app, command)


@handlers.rpc
async def on_remove_quota(command: allowing.RemoveQuota, app: MediaApp) -> Nothing:
    return await remove_quota(app, command)


@handlers.rpc
async def on_list_quotas(query: allowing.ListQuotas, app: MediaApp) -> Page[allowing.PersonQuota]:
    return await list_quotas(app, query)


@handlers.rpc
async def on_list_rules(query: allowing.ListRules, app: MediaApp) -> allowing.ApprovalRules:
    return await list_rules(app)


@handlers.rpc
async def on_add_rule(command: allowing.AddRule, app: MediaApp) -> allowing.ApprovalRule:
    return await add_rule(app, command)


@handlers.rpc
async def on_change_rule(command: allowing.ChangeRule, app: MediaApp) -> allowing.ApprovalRule:
    return await change_rule(app, command)


@handlers.rpc
async def on_remove_rule(command: allowing.RemoveRule, app: MediaApp) -> Nothing:
    return await remove_rule(app, command)


@handlers.rpc
async def on_order_rules(command: allowing.OrderRules, app: MediaApp) -> allowing.ApprovalRules:
    return await order_rules(app, command)


@handlers.rpc
async def on_try_rules(query: allowing.TryRules, app: MediaApp) -> allowing.RulesOutcome:
    return await try_rules(app, query)
