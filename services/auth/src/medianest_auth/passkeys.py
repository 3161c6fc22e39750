"""Whose passkey it is, and whether what it signed is right."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from medianest_auth.adapters.relying_party import credential_id_of, user_handle_of
from medianest_auth.app import AuthApp
from medianest_auth.errors import PasskeyRefused
from medianest_auth.models import Passkey, User
from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.auth.second_factor import Assertion
from medianest_common.contracts.auth.second_factor import Passkey as View
from medianest_common.db import Repository, Transaction

_REFUSED = "Use a passkey that belongs to this account, and start again."


class Passkeys(Repository[Passkey]):
    model = Passkey

    async def of(self, user_id: UUID) -> Sequence[Passkey]:
        statement = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)
        return (await self.session.scalars(statement)).all()

    async def owner_of(self, assertion: Assertion) -> UUID | None:
        statement = select(Passkey.user_id).where(Passkey.credential_id == credential_id_of(assertion))
        return (await self.session.execute(statement)).scalar_one_or_none()


async def accept_passkey(
    app: AuthApp,
    tx: Transaction,
    user: User,
    assertion: Assertion,
    *,
    question: bytes | None,
    client: ClientInfo,
) -> None:
    """For a user whose row is locked. Raises `PasskeyRefused`.

    A counter that did not rise may mean a copy of the key: noted, and no more, since many authenticators count in their
    own way.
    """
    passkey = await Passkeys(tx.session).one(
        Passkey.credential_id == credential_id_of(assertion), Passkey.user_id == user.id, lock=True
    )
    if passkey is None or question is None or user_handle_of(assertion) not in (None, user.id.bytes):
        raise PasskeyRefused(_REFUSED)
    answered = app.relying_party.answered(assertion, passkey, question=question)
    count = answered.new_sign_count
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        app.audit.record(
            tx,
            "passkey_counter",
            result="suspicious",
            reason="not_risen",
            user_id=user.id,
            target=f"passkey:{passkey.id}",
            client=client,
        )
    passkey.sign_count, passkey.backed_up = count, answered.credential_backed_up
    passkey.last_used_at = app.clock.now()


def to_passkey(row: Passkey) -> View:
    return View(
        id=row.id,
        name=row.name,
        transports=row.transports,
        backed_up=row.backed_up,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
