from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.bus import require_caller
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.playback import HistoryMode
from medianest_common.errors import Forbidden
from medianest_plex.app import PlexApp
from medianest_plex.viewers import accounts_of


async def whose_plays(
    app: PlexApp, connection: AsyncConnection, *, mine: bool, user: UUID | None, account: int | None = None
) -> list[int] | None:
    """The accounts whose plays the caller asks for and may see; None for everybody's.

    Everyone may see their own. Others' are for those who are allowed to, and for nobody where the setting says so.
    """
    caller = require_caller()
    own = await accounts_of(connection, caller.user_id)
    sees_all = caller.may(Permission.SEE_PLAYBACK) and app.settings.plex_history is HistoryMode.ON
    if mine or (user is None and account is None and not sees_all):
        return own
    asked = None
    if user is not None:
        asked = own if user == caller.user_id else await accounts_of(connection, user)
        is_own = user == caller.user_id
    else:
        asked = None if account is None else [account]
        is_own = account in own
    if not sees_all and not is_own:
        raise Forbidden("What others have watched is not shown to you.")
    return asked
