"""Choose a new password with a reset link. It ends every session and starts none: who resets signs in after it, with
the second factor if there is one."""

from medianest_auth.app import AuthApp
from medianest_auth.attempts import RESET_TRIES
from medianest_auth.browser import limited_network
from medianest_auth.new_password import Passphrases, hash_new, replace_password
from medianest_auth.reset_links import find_account, use_up
from medianest_auth.sessions import deny
from medianest_common.contracts.auth.passwords import ResetPassword
from medianest_common.contracts.base import Nothing


async def reset_password(app: AuthApp, command: ResetPassword) -> Nothing:
    tried = await app.attempts.begin({f"reset-try:{limited_network(command.client.ip)}": RESET_TRIES})
    async with app.db.transaction() as tx:
        user = await find_account(app, tx, command.token)
        known = await Passphrases.of(tx, user.id)
    hashed = await hash_new(app, user, known, command.new_password)
    async with app.db.transaction() as tx:
        user = await use_up(app, tx, command.token)
        ended = await replace_password(app, tx, user, hashed, action="password_reset", client=command.client)
    await deny(app, ended)
    await app.attempts.forgive(tried)
    return Nothing()
