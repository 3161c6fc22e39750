"""Profiles are made, changed and given up by administrators."""

from uuid import UUID

from sqlalchemy import exists, func, select, update

from medianest_common.bus import require
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.youtube.profiles import (
    ChangeProfile,
    CreateProfile,
    DeleteProfile,
    ProfileBody,
    ProfileChoices,
)
from medianest_common.contracts.youtube.profiles import Profile as ProfileView
from medianest_common.db import Transaction
from medianest_common.errors import Conflict, FieldError, Invalid, NotFound
from medianest_youtube.app import YoutubeApp
from medianest_youtube.auditing import decided
from medianest_youtube.models import Profile, Subscription
from medianest_youtube.naming import InvalidTemplate, check_template
from medianest_youtube.profiles import check
from medianest_youtube.use_cases.list_profiles import shown_profiles

_MOST = 50
_ALONE = func.pg_advisory_xact_lock(func.hashtextextended("youtube profiles", 0))


class ProfileNotFound(NotFound):
    pass


class ProfileNameTaken(Conflict):
    """Choose another name."""

    title = "Another profile has this name"


class ProfileInUse(Conflict):
    title = "This profile is still needed"


class TooManyProfiles(Conflict):
    pass


async def create_profile(app: YoutubeApp, command: CreateProfile) -> ProfileView:
    require(Permission.MANAGE_DOWNLOADS)
    name, choices = _name(command.profile), _checked(command.profile)
    profile = Profile(id=uuid7(), name=name, choices=choices)
    async with app.db.transaction() as tx:
        await _alone(tx, name, is_default=command.profile.is_default, besides=profile.id)
        living = select(func.count()).where(Profile.name.is_not(None), Profile.deleted_at.is_(None))
        if (await tx.session.execute(living)).scalar_one() >= _MOST:
            raise TooManyProfiles(f"There can be {_MOST} profiles. Delete one that nobody needs.")
        profile.is_default = command.profile.is_default
        profile.updated_at = app.clock.now()
        tx.session.add(profile)
        decided(tx, "download_profile_create", f"download_profile:{profile.id}")
    return (await shown_profiles(app, only=profile.id))[0]


async def change_profile(app: YoutubeApp, command: ChangeProfile) -> ProfileView:
    require(Permission.MANAGE_DOWNLOADS)
    name, choices = _name(command.profile), _checked(command.profile)
    async with app.db.transaction() as tx:
        await _alone(tx, name, is_default=command.profile.is_default, besides=command.id)
        profile = await _living(tx, command.id)
        if profile.is_default and not command.profile.is_default:
            raise ProfileInUse("One profile has to be the default one. Make another one the default instead.")
        profile.name, profile.choices = name, choices
        profile.is_default, profile.updated_at = command.profile.is_default, app.clock.now()
        decided(tx, "download_profile_change", f"download_profile:{profile.id}")
    return (await shown_profiles(app, only=command.id))[0]


async def delete_profile(app: YoutubeApp, command: DeleteProfile) -> Nothing:
    """The row stays, since assets show how they were made; its name is free again."""
    require(Permission.MANAGE_DOWNLOADS)
    async with app.db.transaction() as tx:
        await tx.session.execute(select(_ALONE))
        profile = await _living(tx, command.id)
        if profile.is_default:
            raise ProfileInUse("The default profile can't be deleted. Make another one the default first.")
        followed = select(exists().where(Subscription.profile_id == command.id))
        if (await tx.session.execute(followed)).scalar_one():
            raise ProfileInUse("Subscriptions download with this profile. Give them another one first.")
        profile.deleted_at = app.clock.now()
        decided(tx, "download_profile_delete", f"download_profile:{profile.id}")
    return Nothing()


async def _living(tx: Transaction, profile_id: UUID) -> Profile:
    statement = select(Profile).where(
        Profile.id == profile_id, Profile.name.is_not(None), Profile.deleted_at.is_(None)
    )
    profile = (await tx.session.scalars(statement.with_for_update())).one_or_none()
    if profile is None:
        raise ProfileNotFound("There is no such profile. See the list of profiles.")
    return profile


async def _alone(tx: Transaction, name: str, *, is_default: bool, besides: UUID) -> None:
    """One administrator at a time; whichever was the default is it no more where this one becomes it."""
    await tx.session.execute(select(_ALONE))
    others = (Profile.id != besides, Profile.name.is_not(None), Profile.deleted_at.is_(None))
    same = exists().where(*others, func.lower(Profile.name) == func.lower(name))
    if (await tx.session.execute(select(same))).scalar_one():
        message = "There is a profile of this name already."
        raise ProfileNameTaken(message, errors=[FieldError("name", message)])
    if is_default:
        await tx.session.execute(update(Profile).where(*others).values(is_default=False))


def _name(body: ProfileBody) -> str:
    name = " ".join(body.name.split())
    if not name:
        raise Invalid("A profile has a name.", errors=[FieldError("name", "A name is more than blanks.")])
    return name


def _checked(body: ProfileBody) -> dict[str, object]:
    """Raises `ImpossibleProfile` for what contradicts itself, and for a template that names what nobody knows."""
    choices = ProfileChoices.model_validate(body.model_dump(by_alias=False, exclude={"name", "is_default"}))
    check(choices)
    if choices.naming is not None:
        try:
            check_template(choices.naming, layout=choices.layout)
        except InvalidTemplate as error:
            error.errors = error.errors or [FieldError("naming", error.detail)]
            raise
    return choices.model_dump(mode="json", by_alias=False)
