"""Change the keys that sign access tokens before their thirty days are over."""

from datetime import timedelta

from medianest_auth.app import AuthApp
from medianest_common.bus import require_operator
from medianest_common.contracts.auth.operator import (
    OPERATOR,
    OperatorNoteKeyRotation,
    OperatorRotateSigningKeys,
    SigningKeysRotated,
)
from medianest_common.contracts.base import Nothing
from medianest_common.errors import Conflict

_ANNOUNCED_FOR = timedelta(minutes=1)
"""Long enough for every gateway to know the next key before anything is signed with it."""


async def rotate_signing_keys(app: AuthApp, command: OperatorRotateSigningKeys) -> SigningKeysRotated:
    require_operator()
    if command.revoke:
        key_id: str | None = await app.signing.replace()
    else:
        key_id = await app.signing.rotate(older_than=timedelta(), announced_for=_ANNOUNCED_FOR)
    if key_id is None:
        raise Conflict("The next key was made a moment ago. Wait a minute, so that everybody knows it.")
    async with app.db.transaction() as tx:
        reason = "revoked" if command.revoke else None
        app.audit.record(tx, "signing_keys_rotate", actor_id=OPERATOR, target=f"key:{key_id}", reason=reason)
    return SigningKeysRotated(key_id=key_id)


async def note_key_rotation(app: AuthApp, command: OperatorNoteKeyRotation) -> Nothing:
    require_operator()
    async with app.db.transaction() as tx:
        app.audit.record(tx, "keyring_rotate", actor_id=OPERATOR, target=f"key:{command.key_id}")
    return Nothing()
