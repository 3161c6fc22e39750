"""Follow a playlist or channel, change how, look at it now, and stop."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.bus import require_caller
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.youtube.jobs import IndexList
from medianest_common.contracts.youtube.subscriptions import (
    Backfill,
    ChangeSubscription,
    CheckSubscription,
    Subscribe,
    Subscription,
    SubscriptionChoices,
)
from medianest_common.db import Transaction
from medianest_common.errors import Conflict, FieldError, Invalid, NotFound
from medianest_youtube import models
from medianest_youtube.app import YoutubeApp
from medianest_youtube.choosing import chosen_profile
from medianest_youtube.plex_collections import give_up_collection, keep_the_collection
from medianest_youtube.repository.people import People
from medianest_youtube.urls import UnsupportedUrl, VideoInList, VideoLink, parse_link
from medianest_youtube.use_cases.list_subscriptions import NO_SUCH_SUBSCRIPTION, shown_subscription

_MOST = 200


class AlreadySubscribed(Conflict):
    """`subscriptionId` says which it is."""


class TooManySubscriptions(Conflict):
    pass


async def subscribe(app: YoutubeApp, command: Subscribe) -> Subscription:
    caller, body, now = require_caller(), command.subscription, app.clock.now()
    link = parse_link(body.url)
    if isinstance(link, VideoInList):
        link = link.playlist
    if isinstance(link, VideoLink):
        raise UnsupportedUrl("A single video cannot be followed. Use the link of a channel or a playlist.")
    async with app.db.transaction() as tx:
        await People(tx.session).in_turn(caller)
        chosen = await _chosen(app, tx, body)
        await _check_count(tx, caller)
        new = {
            "id": uuid7(),
            "user_id": caller.user_id,
            "kind": link.kind,
            "url": link.url,
            "since": now,
            "next_check_at": now,
            "created_at": now,
            **chosen,
        }
        added = upsert(models.Subscription).values(new).on_conflict_do_nothing()
        found = await tx.session.execute(added.returning(models.Subscription.id))
        if found.first() is None:
            there = await _twin(tx, caller, link.url, chosen["profile_id"])
            raise AlreadySubscribed(
                "You follow this list in the same profile already.", subscriptionId=str(there)
            )
        tx.enqueue(IndexList(ticket=uuid7()))
    return await shown_subscription(app, new["id"], to=caller)


async def change_subscription(app: YoutubeApp, command: ChangeSubscription) -> Subscription:
    """Holds from the next look on, which is one to the end of the list and takes what is wanted now."""
    caller = require_caller()
    async with app.db.transaction() as tx:
        subscription = await locked_subscription(tx, command.id, by=caller)
        # Behind whatever else is changed for this person, so that no two become the same.
        owner = select(models.Person.id).where(models.Person.id == subscription.user_id)
        await tx.session.execute(owner.with_for_update(key_share=True))
        chosen = await _chosen(app, tx, command.choices)
        if command.choices.profile_id is None:
            chosen["profile_id"] = subscription.profile_id
        elif chosen["profile_id"] != subscription.profile_id:
            twin = await _twin(tx, caller, subscription.url, chosen["profile_id"], of=subscription.user_id)
            if twin is not None:
                raise AlreadySubscribed(
                    "This list is followed in that profile already.", subscriptionId=str(twin)
                )
        wants_other = any(getattr(subscription, name) != chosen[name] for name in _WHAT_IS_TAKEN)
        was_enabled, collection = subscription.enabled, subscription.collection
        for name, value in chosen.items():
            setattr(subscription, name, value)
        if wants_other:
            _begin_anew(subscription)
        if subscription.collection != collection:
            await tx.session.flush()
            await give_up_collection(
                tx, user_id=subscription.user_id, list_id=subscription.list_id, collection=collection
            )
            if subscription.list_id and subscription.collection:
                await keep_the_collection(
                    tx, list_id=subscription.list_id, collection=subscription.collection
                )
        if subscription.enabled and not was_enabled:
            subscription.next_check_at = app.clock.now()
    return await shown_subscription(app, command.id, to=caller)


async def check_subscription(app: YoutubeApp, command: CheckSubscription) -> Subscription:
    caller, now = require_caller(), app.clock.now()
    async with app.db.transaction() as tx:
        subscription = await locked_subscription(tx, command.id, by=caller)
        if subscription.lease_until is None or subscription.lease_until < now:
            subscription.asked_at = subscription.next_check_at = now
            tx.enqueue(IndexList(ticket=uuid7()))
    return await shown_subscription(app, command.id, to=caller)


async def locked_subscription(tx: Transaction, subscription_id: UUID, *, by: Caller) -> models.Subscription:
    statement = select(models.Subscription).where(models.Subscription.id == subscription_id)
    found = (await tx.session.scalars(statement.with_for_update(key_share=True))).one_or_none()
    if found is None or not (by.is_admin or found.user_id == by.user_id):
        raise NotFound(NO_SUCH_SUBSCRIPTION)
    return found


_WHAT_IS_TAKEN = (
    "profile_id",
    "backfill",
    "backfill_count",
    "title_includes",
    "title_excludes",
    "min_seconds",
    "max_seconds",
)


def _begin_anew(subscription: models.Subscription) -> None:
    """A look that is under way was for other things."""
    subscription.last_full_at = subscription.reading_since = subscription.lease_until = None
    subscription.cursor = 0
    subscription.epoch += 1


async def _chosen(app: YoutubeApp, tx: Transaction, choices: SubscriptionChoices) -> dict[str, Any]:
    """As columns. Raises `Invalid` where they contradict each other, and `NoSuchProfile`."""
    errors = []
    if choices.backfill is Backfill.LAST and choices.backfill_count is None:
        errors.append(FieldError("backfillCount", "Say how many of the newest are wanted."))
    shortest, longest = choices.min_seconds, choices.max_seconds
    if shortest is not None and longest is not None and shortest > longest:
        errors.append(FieldError("maxSeconds", "No video is longer than that and shorter than this."))
    for field, phrases in (
        ("titleIncludes", choices.title_includes),
        ("titleExcludes", choices.title_excludes),
    ):
        if any(not phrase.strip() or len(phrase) > 200 or "\x00" in phrase for phrase in phrases):
            errors.append(FieldError(field, "Each has 1 to 200 characters."))
    collection = choices.collection.strip() if choices.collection is not None else None
    if collection == "":
        errors.append(FieldError("collection", "A collection has a name."))
    if errors:
        raise Invalid(errors[0].message, errors=errors)
    profile = await chosen_profile(app, tx, profile_id=choices.profile_id)
    return {
        "profile_id": profile.id,
        "backfill": str(choices.backfill),
        "backfill_count": choices.backfill_count if choices.backfill is Backfill.LAST else None,
        "title_includes": choices.title_includes,
        "title_excludes": choices.title_excludes,
        "min_seconds": shortest,
        "max_seconds": longest,
        "keep_days": choices.retention.days,
        "keep_count": choices.retention.count,
        "keep_bytes": choices.retention.bytes,
        "interval_minutes": choices.interval_minutes,
        "collection": collection,
        "enabled": choices.enabled,
    }


async def _check_count(tx: Transaction, caller: Caller) -> None:
    statement = select(func.count()).where(models.Subscription.user_id == caller.user_id)
    if (await tx.session.execute(statement)).scalar_one() >= _MOST:
        raise TooManySubscriptions(f"Nobody follows more than {_MOST} lists. Stop following some first.")


async def _twin(
    tx: Transaction, caller: Caller, url: str, profile_id: UUID, *, of: UUID | None = None
) -> UUID | None:
    statement = select(models.Subscription.id).where(
        models.Subscription.user_id == (of or caller.user_id),
        models.Subscription.url == url,
        models.Subscription.profile_id == profile_id,
    )
    return (await tx.session.execute(statement)).scalar_one_or_none()
