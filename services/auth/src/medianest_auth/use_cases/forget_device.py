"""Stop knowing this browser: it has to be told from a stranger's again at its next sign-in."""

from medianest_auth.app import AuthApp
from medianest_auth.models import Device
from medianest_auth.repository import Devices
from medianest_common.bus import require_person
from medianest_common.contracts.auth.history import ForgetDevice
from medianest_common.contracts.base import Nothing
from medianest_common.security.tokens import hash_token


async def forget_device(app: AuthApp, command: ForgetDevice) -> Nothing:
    """The session goes on. Forgetting what is not known is no error."""
    caller = require_person()
    async with app.db.transaction() as tx:
        known = await Devices(tx.session).delete(
            Device.user_id == caller.user_id, Device.token_hash == hash_token(command.device_token)
        )
        if known:
            app.audit.record(tx, "device_forget", user_id=caller.user_id, session_id=caller.session_id)
    return Nothing()
