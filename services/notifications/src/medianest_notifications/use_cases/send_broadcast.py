"""An administrator tells everybody, a role, or some people something."""

import json
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from medianest_common.bus import require
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Caller, Permission
from medianest_common.contracts.notifications.broadcasts import (
    Addressees,
    BroadcastAudience,
    BroadcastSent,
    BroadcastState,
    SendBroadcast,
    SpreadBroadcast,
)
from medianest_common.contracts.notifications.broadcasts import Broadcast as Shown
from medianest_common.errors import FieldError, Invalid
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Broadcast
from medianest_notifications.repository.broadcasts import Broadcasts, reach_of
from medianest_notifications.use_cases.list_broadcasts import shown_broadcast

_SECOND_CLICK = timedelta(minutes=1)


async def send_broadcast(app: NotificationsApp, command: SendBroadcast) -> Shown:
    """The same by the same person within a minute is a second click and sends nothing; it answers like the first."""
    by, now = require(Permission.BROADCAST), app.clock.now()
    title, body = " ".join(command.title.split()), command.body.strip()
    errors = [
        FieldError(name, "Write something.") for name, text in (("title", title), ("body", body)) if not text
    ]
    if command.expires_at is not None and command.expires_at <= now:
        errors.append(FieldError("expiresAt", "Name a time that is still to come."))
    if errors:
        raise Invalid(errors=errors)
    async with app.db.transaction() as tx:
        broadcasts = Broadcasts(tx.session)
        fingerprint = _fingerprint(command, by)
        sent = await broadcasts.same_as(fingerprint, since=now - _SECOND_CLICK)
        if sent is not None:
            return shown_broadcast(sent, read=0)
        to = Addressees(audience=command.audience, role=command.role, user_ids=_people(command))
        if not await reach_of(tx.session, to):
            raise Invalid(
                errors=[FieldError("audience", "Nobody would get it: choose somebody who is here.")]
            )
        broadcast = await broadcasts.add(
            Broadcast(
                id=uuid7(),
                author_id=by.user_id,
                author_name=by.name,
                title=title,
                body=body,
                link=command.link,
                audience=to.audience,
                role=to.role,
                user_ids=[str(user_id) for user_id in to.user_ids],
                urgency=command.urgency,
                pinned=command.pinned,
                fingerprint=fingerprint,
                state=BroadcastState.SENDING,
                reached=0,
                reached_up_to=None,
                created_at=now,
                expires_at=command.expires_at,
            )
        )
        tx.enqueue(SpreadBroadcast(broadcast_id=broadcast.id))
        tx.emit(BroadcastSent(broadcast_id=broadcast.id, actor_id=by.user_id))
        return shown_broadcast(broadcast, read=0)


def _people(command: SendBroadcast) -> list[UUID]:
    return sorted(set(command.user_ids)) if command.audience is BroadcastAudience.PEOPLE else []


def _fingerprint(command: SendBroadcast, by: Caller) -> str:
    said = command.model_dump(mode="json") | {"by": str(by.user_id)}
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
