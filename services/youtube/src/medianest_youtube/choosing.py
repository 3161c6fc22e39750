"""Which profile somebody means: one by its id, the default one, or one that is made of another quality or format."""

import hashlib
import json
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.clock import uuid7
from medianest_common.contracts.youtube.profiles import MediaFormat, ProfileChoices, Quality
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Profile
from medianest_youtube.profiles import adapted, check


class NoSuchProfile(Invalid):
    """Take one from the list of profiles."""

    title = "There is no such profile"


async def chosen_profile(
    app: YoutubeApp,
    tx: Transaction,
    *,
    profile_id: UUID | None = None,
    quality: Quality | None = None,
    format: MediaFormat | None = None,
) -> Profile:
    """Nobody deletes it before the transaction is through. Raises `NoSuchProfile`, `ImpossibleProfile`."""
    wanted = Profile.is_default if profile_id is None else Profile.id == profile_id
    statement = select(Profile).where(wanted, Profile.deleted_at.is_(None))
    base = (await tx.session.scalars(statement.with_for_update(read=True, key_share=True))).one_or_none()
    if base is None:
        message = "There is no such profile. See the list of profiles."
        raise NoSuchProfile(message, errors=[FieldError("profileId", message)])
    before = ProfileChoices.model_validate(base.choices)
    choices = adapted(before, quality=quality, format=format)
    if choices == before:
        return base
    check(choices)
    return await _unnamed(app, tx, choices)


async def _unnamed(app: YoutubeApp, tx: Transaction, choices: ProfileChoices) -> Profile:
    stored = choices.model_dump(mode="json", by_alias=False)
    digest = hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()
    made = upsert(Profile).values(
        id=uuid7(), name=None, digest=digest, choices=stored, is_default=False, updated_at=app.clock.now()
    )
    await tx.session.execute(
        made.on_conflict_do_nothing(index_elements=["digest"], index_where=text("name is null"))
    )
    found = select(Profile).where(Profile.digest == digest, Profile.name.is_(None))
    return (await tx.session.scalars(found)).one()
