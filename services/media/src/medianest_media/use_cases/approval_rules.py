"""The list of rules by which requests approve themselves, as administrators keep it."""

from collections.abc import Sequence
from typing import Any

from medianest_common.bus import require
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.media import allowing
from medianest_common.contracts.media.allowing import (
    AddRule,
    ApprovalRules,
    ChangeRule,
    OrderRules,
    RemoveRule,
)
from medianest_common.db import Transaction
from medianest_common.errors import Conflict, FieldError, Invalid, NotFound
from medianest_media.app import MediaApp
from medianest_media.auditing import decided
from medianest_media.models import ApprovalRule
from medianest_media.repository import People, Rules

MOST_RULES = 200
_FIELDS = (
    "name",
    "action",
    "enabled",
    "role",
    "user_id",
    "media_type",
    "is_4k",
    "genres",
    "year_from",
    "year_to",
    "min_seasons",
    "max_seasons",
)


class TooManyRules(Conflict):
    title = "There are too many rules already"


class RulesChanged(Conflict):
    title = "The list of rules has changed meanwhile"


async def list_rules(app: MediaApp) -> ApprovalRules:
    require(Permission.DECIDE_REQUESTS)
    async with app.db.transaction() as tx:
        return _shown_all(await Rules(tx.session).in_order())


async def add_rule(app: MediaApp, command: AddRule) -> allowing.ApprovalRule:
    """At the end of the list."""
    require(Permission.DECIDE_REQUESTS)
    async with app.db.transaction() as tx:
        rules, values = Rules(tx.session), await _values(tx, command.rule)
        await rules.alone()
        there = await rules.in_order()
        if len(there) >= MOST_RULES:
            raise TooManyRules("Take one away first.")
        now = app.clock.now()
        position = max((rule.position for rule in there), default=0) + 1
        made = ApprovalRule(id=uuid7(), position=position, created_at=now, updated_at=now, **values)
        decided(tx, "approval_rule_create", f"approval_rule:{made.id}")
        return shown_rule(await rules.add(made))


async def change_rule(app: MediaApp, command: ChangeRule) -> allowing.ApprovalRule:
    """The whole of it; its place stays."""
    require(Permission.DECIDE_REQUESTS)
    async with app.db.transaction() as tx:
        values = await _values(tx, command.rule)
        rule = await Rules(tx.session).get(command.rule.id, lock=True)
        if rule is None:
            raise NotFound("There is no such rule.")
        for name, value in values.items():
            setattr(rule, name, value)
        rule.updated_at = app.clock.now()
        decided(tx, "approval_rule_change", f"approval_rule:{rule.id}")
        return shown_rule(rule)


async def remove_rule(app: MediaApp, command: RemoveRule) -> Nothing:
    """What it has approved stays approved."""
    require(Permission.DECIDE_REQUESTS)
    async with app.db.transaction() as tx:
        if not await Rules(tx.session).delete(ApprovalRule.id == command.id):
            raise NotFound("There is no such rule.")
        decided(tx, "approval_rule_delete", f"approval_rule:{command.id}")
    return Nothing()


async def order_rules(app: MediaApp, command: OrderRules) -> ApprovalRules:
    """All of them in their new order. Raises `RulesChanged` where these are not all."""
    require(Permission.DECIDE_REQUESTS)
    async with app.db.transaction() as tx:
        rules = Rules(tx.session)
        await rules.alone()
        by_id = {rule.id: rule for rule in await rules.in_order()}
        if len(command.ids) != len(by_id) or set(command.ids) != by_id.keys():
            raise RulesChanged("Load the list again.")
        for position, rule_id in enumerate(command.ids, start=1):
            by_id[rule_id].position = position
        decided(tx, "approval_rules_order", "approval_rules")
        return _shown_all([by_id[rule_id] for rule_id in command.ids])


async def _values(tx: Transaction, rule: allowing.ApprovalRule) -> dict[str, Any]:
    values = {name: getattr(rule, name) for name in _FIELDS}
    values["name"] = rule.name.strip()
    values["genres"] = list(dict.fromkeys(genre.strip() for genre in rule.genres if genre.strip()))
    if not values["name"]:
        raise Invalid(errors=[FieldError("name", "Give the rule a name.")])
    if rule.user_id is not None:
        person = await People(tx.session).get(rule.user_id, lock=True)
        if person is None or person.erased_at is not None:
            raise Invalid(errors=[FieldError("userId", "There is no such person.")])
    return values


def _shown_all(rules: Sequence[ApprovalRule]) -> ApprovalRules:
    return ApprovalRules(items=[shown_rule(rule) for rule in rules])


def shown_rule(rule: ApprovalRule) -> allowing.ApprovalRule:
    return allowing.ApprovalRule.model_validate(
        {"id": rule.id, **{name: getattr(rule, name) for name in _FIELDS}}
    )
