"""Tell the plex service who somebody is at Plex, and how this person opens the server."""

from uuid import UUID

import structlog

from medianest_auth.adapters.plex_tv import PlexAccount, ServerAccess
from medianest_auth.app import AuthApp
from medianest_common.contracts.plex import RememberMember
from medianest_common.contracts.plex.watchlist import OfferAccountToken
from medianest_common.errors import MediaNestError

log = structlog.get_logger()

_TIMEOUT = 1.0


async def remember_plex_member(
    app: AuthApp, user_id: UUID, account: PlexAccount, access: ServerAccess
) -> None:
    """Best effort: the plex service may be away, and learns it at the next sign-in."""
    member = RememberMember(
        user_id=user_id,
        plex_id=account.id,
        server_token=access.token,
        restricted=account.restricted,
        owns_server=access.owned,
        machine_identifier=access.machine_identifier or None,
        account_token=access.account_token,
    )
    try:
        await app.bus.call(member, timeout=_TIMEOUT)
        if access.own_token is not None:
            offer = OfferAccountToken(user_id=user_id, account_token=access.own_token)
            await app.bus.call(offer, timeout=_TIMEOUT)
    except MediaNestError as error:
        log.warning("plex_member_not_remembered", user_id=str(user_id), reason=error.code)
