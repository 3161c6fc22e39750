"""Reads and writes of the auth service that have a meaning of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, false, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_auth.models import (
    Challenge,
    Device,
    Erasure,
    Identity,
    Installation,
    OldPassword,
    OneTimeLink,
    Passkey,
    Password,
    PersonalToken,
    PlexSignIn,
    RecoveryCode,
    RefreshToken,
    Session,
    Totp,
    User,
)
from medianest_common.contracts.auth import SecondFactor
from medianest_common.db import Repository

PLEX_ISSUER = "https://plex.tv"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is needed to judge a password, read in one query whether or not there is anything to find."""

    user_id: UUID | None = None
    active: bool = False
    hash: str | None = None
    changed_at: datetime | None = None
    known_device: bool = False


class Users(Repository[User]):
    model = User

    async def owner_exists(self) -> bool:
        return await self.count(User.role == "owner") > 0

    async def by_identity(self, issuer: str, subject: str) -> User | None:
        """Locked, and so is the identity even if there is none yet: two first sign-ins of one person take turns."""
        name = f"{issuer}:{subject}"
        await self.session.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:name, 7316))"), {"name": name}
        )
        statement = (
            select(User)
            .join(Identity, Identity.user_id == User.id)
            .where(Identity.issuer == issuer, Identity.subject == subject)
            .with_for_update(of=User, key_share=True)
        )
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def email_taken(self, email_key: str, *, by_other_than: UUID | None = None) -> bool:
        """Waits for whoever is about to take the same address."""
        await self.session.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:name, 7317))"), {"name": email_key}
        )
        taken_by = await self.one(User.email_key == email_key)
        return taken_by is not None and taken_by.id != by_other_than

    async def has_password(self, user_id: UUID) -> bool:
        statement = select(Password.user_id).where(Password.user_id == user_id)
        return (await self.session.execute(statement)).first() is not None

    async def has_plex(self, user_id: UUID) -> bool:
        statement = select(Identity.user_id).where(
            Identity.user_id == user_id, Identity.issuer == PLEX_ISSUER
        )
        return (await self.session.execute(statement)).first() is not None

    async def plex_id(self, user_id: UUID) -> int | None:
        statement = select(Identity.subject).where(
            Identity.user_id == user_id, Identity.issuer == PLEX_ISSUER
        )
        subject = (await self.session.execute(statement)).scalar_one_or_none()
        return int(subject) if subject else None

    async def upgrade_hash(self, user_id: UUID, *, old: str, new: str) -> None:
        """Of several sign-ins at once only the first replaces the hash."""
        await self.session.execute(
            update(Password).where(Password.user_id == user_id, Password.hash == old).values(hash=new)
        )


async def find_credentials(
    connection: AsyncConnection, *, email_key: str, device: bytes, owner_only: bool = False
) -> Credentials:
    """With `owner_only` nobody else has a password, as far as this says."""
    passwords = and_(
        Password.user_id == User.id, or_(false() if owner_only else true(), User.role == "owner")
    )
    statement = (
        select(User.id, User.status, Password.hash, Password.changed_at, Device.token_hash)
        .outerjoin(Password, passwords)
        .outerjoin(Device, and_(Device.user_id == User.id, Device.token_hash == device))
        .where(User.email_key == email_key)
    )
    row = (await connection.execute(statement)).first()
    if row is None:
        return Credentials()
    return Credentials(
        row.id, row.status == "active", row.hash, row.changed_at, known_device=row.token_hash is not None
    )


class Passwords(Repository[Password]):
    model = Password


class OldPasswords(Repository[OldPassword]):
    model = OldPassword

    async def latest(self, user_id: UUID, *, most: int) -> Sequence[OldPassword]:
        statement = (
            select(OldPassword)
            .where(OldPassword.user_id == user_id)
            .order_by(OldPassword.replaced_at.desc(), OldPassword.id.desc())
            .limit(most)
        )
        return (await self.session.execute(statement)).scalars().all()

    async def forget_all_but(self, user_id: UUID, *, most: int) -> None:
        kept = [each.id for each in await self.latest(user_id, most=most)]
        await self.delete(OldPassword.user_id == user_id, OldPassword.id.not_in(kept))


class OneTimeLinks(Repository[OneTimeLink]):
    model = OneTimeLink

    async def by_hash(self, token_hash: bytes, *, purpose: str) -> OneTimeLink | None:
        return await self.one(OneTimeLink.token_hash == token_hash, OneTimeLink.purpose == purpose)

    async def void(self, user_id: UUID, purpose: str, *, now: datetime, only_mailed: bool = False) -> None:
        """Use up all of somebody's links for one purpose; `only_mailed` spares those that were handed to somebody."""
        statement = update(OneTimeLink).where(
            OneTimeLink.user_id == user_id, OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_(None)
        )
        if only_mailed:
            statement = statement.where(OneTimeLink.created_by.is_(None))
        await self.session.execute(statement.values(used_at=now))


class Sessions(Repository[Session]):
    model = Session

    async def live_of(self, user_id: UUID, *, now: datetime, lock: bool = False) -> Sequence[Session]:
        """The most recently used first."""
        statement = (
            select(Session)
            .where(
                Session.user_id == user_id,
                Session.revoked_at.is_(None),
                Session.idle_expires_at > now,
                Session.expires_at > now,
            )
            .order_by(Session.last_seen_at.desc(), Session.id.desc())
        )
        if lock:
            statement = statement.with_for_update()
        return (await self.session.execute(statement)).scalars().all()


class Devices(Repository[Device]):
    model = Device

    async def is_of(self, user_id: UUID, token_hash: bytes) -> bool:
        return await self.count(Device.user_id == user_id, Device.token_hash == token_hash) > 0

    async def hashes_of(self, user_id: UUID) -> set[bytes]:
        statement = select(Device.token_hash).where(Device.user_id == user_id)
        return set((await self.session.scalars(statement)).all())

    async def rename(self, user_id: UUID, old: bytes, new: bytes) -> bool:
        """Whether the old one was known."""
        statement = (
            update(Device)
            .where(Device.user_id == user_id, Device.token_hash == old)
            .values(token_hash=new)
            .returning(Device.user_id)
        )
        return (await self.session.execute(statement)).first() is not None

    async def is_ours(self, token_hash: bytes) -> bool:
        return await self.count(Device.token_hash == token_hash) > 0


class RefreshTokens(Repository[RefreshToken]):
    model = RefreshToken

    async def by_hash(self, token_hash: bytes) -> RefreshToken | None:
        return await self.one(RefreshToken.token_hash == token_hash)

    async def time_of_refresh(self, session_id: UUID, *, back: int) -> datetime | None:
        """When the refresh before the last `back` ones was; None if there were not that many."""
        statement = (
            select(RefreshToken.created_at)
            .where(RefreshToken.session_id == session_id, RefreshToken.parent_id.is_not(None))
            .order_by(RefreshToken.created_at.desc())
            .offset(back)
            .limit(1)
        )
        return (await self.session.scalars(statement)).first()

    async def successor_of(self, token: RefreshToken) -> RefreshToken | None:
        return await self.one(RefreshToken.parent_id == token.id)


class PlexSignIns(Repository[PlexSignIn]):
    model = PlexSignIn

    async def may_poll(self, sign_in_id: UUID, *, now: datetime, not_since: datetime) -> bool:
        """Whether nobody has asked Plex about this one since; if so, whoever asked us now is the one who does."""
        statement = (
            update(PlexSignIn)
            .where(
                PlexSignIn.id == sign_in_id,
                PlexSignIn.session_id.is_(None),
                or_(PlexSignIn.polled_at.is_(None), PlexSignIn.polled_at <= not_since),
            )
            .values(polled_at=now)
            .returning(PlexSignIn.id)
        )
        return (await self.session.execute(statement)).first() is not None


class Challenges(Repository[Challenge]):
    model = Challenge


class Factors:
    """Second factors of a person, whatever tables they are in."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, user_id: UUID) -> list[SecondFactor]:
        """Those that can be asked for, the strongest first; empty when there is no second factor."""
        app = exists().where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None))
        key = exists().where(Passkey.user_id == user_id)
        code = exists().where(RecoveryCode.user_id == user_id)
        has_app, has_key, has_code = (await self._session.execute(select(app, key, code))).one()
        methods = [SecondFactor.PASSKEY] * has_key + [SecondFactor.TOTP] * has_app
        return methods + [SecondFactor.RECOVERY_CODE] * (bool(methods) and has_code)


class PersonalTokens(Repository[PersonalToken]):
    model = PersonalToken

    async def not_revoked(self, user_id: UUID) -> Sequence[PersonalToken]:
        """The newest first; expired ones are among them, so that their holder sees why something stopped working."""
        statement = (
            select(PersonalToken)
            .where(PersonalToken.user_id == user_id, PersonalToken.revoked_at.is_(None))
            .order_by(PersonalToken.id.desc())
        )
        return (await self.session.execute(statement)).scalars().all()

    async def count_live(self, user_id: UUID, *, now: datetime) -> int:
        return await self.count(
            PersonalToken.user_id == user_id,
            PersonalToken.revoked_at.is_(None),
            PersonalToken.expires_at > now,
        )

    async def note_use(self, token_id: UUID, at: datetime, *, not_since: datetime) -> None:
        """Unless a use was noted since."""
        await self.session.execute(
            update(PersonalToken)
            .where(
                PersonalToken.id == token_id,
                or_(PersonalToken.last_used_at.is_(None), PersonalToken.last_used_at <= not_since),
            )
            .values(last_used_at=at)
        )


class Erasures(Repository[Erasure]):
    model = Erasure


class Installations(Repository[Installation]):
    model = Installation
