"""Somebody who is signed in has agreed at Plex: the Plex account is one more way to sign in from now on."""

from uuid import UUID

from medianest_auth.adapters.plex_tv import PlexAccount, ServerAccess
from medianest_auth.app import AuthApp
from medianest_auth.errors import PlexSignInExpired
from medianest_auth.linking import link
from medianest_auth.repository import PlexSignIns
from medianest_auth.use_cases.remember_plex_member import remember_plex_member
from medianest_auth.use_cases.welcome_plex_account import external
from medianest_common.contracts.auth import ClientInfo


async def link_plex_account(
    app: AuthApp, sign_in_id: UUID, account: PlexAccount, access: ServerAccess, *, client: ClientInfo
) -> None:
    async with app.db.transaction() as tx:
        row = await PlexSignIns(tx.session).get(sign_in_id, lock=True)
        if row is None or row.linking_user_id is None:
            raise PlexSignInExpired("Start again.")
        if row.finished_at:
            return
        await link(
            app,
            tx,
            external(account),
            user_id=row.linking_user_id,
            session_id=row.linking_session_id,
            client=client,
        )
        row.finished_at = app.clock.now()
    await remember_plex_member(app, row.linking_user_id, account, access)
