"""What a person has as second factors, whether a code is right, and what happens when a factor changes."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import delete, update

from medianest_auth.app import AuthApp
from medianest_auth.challenges import end_challenges
from medianest_auth.models import Passkey, RecoveryCode, Session, Totp, User
from medianest_auth.repository import Factors, Users
from medianest_auth.sessions import end_all_sessions
from medianest_common.contracts.auth import ClientInfo, RevocationReason, SecondFactor
from medianest_common.contracts.auth.second_factor import FactorChange, SecondFactorChanged
from medianest_common.db import Repository, Transaction
from medianest_common.errors import Unauthenticated
from medianest_common.security.encryption import Cell

RECOVERY_CODES = 10
FEW_LEFT = 3
MOST_PASSKEYS = 20
ENROLMENT_LASTS = timedelta(hours=1)

_SIX_DIGITS = re.compile("[0-9]{6}")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 24
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


class Totps(Repository[Totp]):
    model = Totp

    async def use_step(self, user_id: UUID, step: int) -> bool:
        """Whether this step is newer than any used so far. Of many at once one is told so."""
        statement = (
            update(Totp)
            .where(Totp.user_id == user_id, Totp.last_step < step)
            .values(last_step=step)
            .returning(Totp.user_id)
        )
        return (await self.session.execute(statement)).first() is not None


class RecoveryCodes(Repository[RecoveryCode]):
    model = RecoveryCode

    async def use(self, user_id: UUID, code: str) -> bool:
        statement = (
            delete(RecoveryCode)
            .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(code))
            .returning(RecoveryCode.user_id)
        )
        return (await self.session.execute(statement)).first() is not None

    async def left(self, user_id: UUID) -> int:
        return await self.count(RecoveryCode.user_id == user_id)

    async def renew(self, user_id: UUID, *, now: datetime) -> list[str]:
        """Ten new ones; the old ones are void."""
        await self.forget(user_id)
        codes = [
            "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES)
        ]
        self.session.add_all(
            RecoveryCode(user_id=user_id, code_hash=_hash(code), created_at=now) for code in codes
        )
        await self.session.flush()
        return ["-".join(code[at : at + 4] for at in range(0, _CODE_LENGTH, 4)) for code in codes]

    async def forget(self, user_id: UUID) -> None:
        await self.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


async def is_active(tx: Transaction, user_id: UUID) -> bool:
    return bool(await Factors(tx.session).of(user_id))


async def accept_code(app: AuthApp, tx: Transaction, user: User, code: str) -> SecondFactor | None:
    """Which factor the code shows, or None; it is used up. The user's row is locked."""
    if _SIX_DIGITS.fullmatch(code):
        totp = await Totps(tx.session).one(Totp.user_id == user.id, Totp.confirmed_at.is_not(None))
        step = step_of(app, totp, code) if totp else None
        if step is None or not await Totps(tx.session).use_step(user.id, step):
            return None
        return SecondFactor.TOTP
    codes = RecoveryCodes(tx.session)
    if not await is_active(tx, user.id) or not await codes.use(user.id, code):
        return None
    await tell(tx, user.id, FactorChange.RECOVERY_CODE_USED)
    return SecondFactor.RECOVERY_CODE


def step_of(app: AuthApp, totp: Totp, code: str) -> int | None:
    """The step of time that the code belongs to, which may be one off."""
    secret = app.totp_seal.open_text(totp.secret_sealed, cell=secret_cell(totp.id))
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(
            code, for_time=app.clock.now().timestamp(), valid_window=app.settings.totp_window
        )
    except OTPVerificationError:
        return None


def secret_cell(totp_id: UUID) -> Cell:
    return Cell("totp", "secret_sealed", totp_id)


async def changed(
    app: AuthApp,
    tx: Transaction,
    user_id: UUID,
    change: FactorChange,
    *,
    but: UUID | None,
    client: ClientInfo,
    actor_id: UUID | None = None,
    name: str | None = None,
) -> Sequence[Session]:
    """Other sessions end, sign-ins under way start anew, and the person is told. `deny` must follow the commit."""
    await end_challenges(tx, user_id)
    app.audit.record(
        tx,
        "second_factor_change",
        reason=str(change),
        user_id=user_id,
        actor_id=actor_id,
        session_id=but,
        client=client,
    )
    await tell(tx, user_id, change, name=name)
    return await end_all_sessions(app, tx, user_id, reason=RevocationReason.SECOND_FACTOR_CHANGED, but=but)


async def tell(tx: Transaction, user_id: UUID, change: FactorChange, *, name: str | None = None) -> None:
    await tx.session.flush()
    left = await RecoveryCodes(tx.session).left(user_id)
    tx.emit(SecondFactorChanged(user_id=user_id, change=change, recovery_codes_left=left, name=name))


async def remove_second_factors(tx: Transaction, user_id: UUID) -> bool:
    """All of them. Whether there was anything to remove."""
    removed = False
    for table in (Totp, Passkey, RecoveryCode):
        statement = delete(table).where(table.user_id == user_id).returning(table.user_id)
        removed = (await tx.session.execute(statement)).first() is not None or removed
    return removed


async def forget_useless_codes(tx: Transaction, user_id: UUID) -> None:
    """Recovery codes stand in for a factor; without one there is nothing to stand in for."""
    await tx.session.flush()
    if not await is_active(tx, user_id):
        await RecoveryCodes(tx.session).forget(user_id)


async def locked(tx: Transaction, user_id: UUID) -> User:
    """Changes of one person's factors take turns."""
    user = await Users(tx.session).get(user_id, lock=True)
    if user is None:
        raise Unauthenticated("This account has been deleted.")
    return user


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.upper().translate(_MISREAD).encode()).digest()
