"""What the plex service holds about the caller; the token for the server is theirs, and no business of a file's."""

from typing import Any

from sqlalchemy import Select, select

from medianest_common.bus import require_person
from medianest_common.contracts.personal import PersonalData
from medianest_common.contracts.plex import ExportUserData
from medianest_common.db.personal import personal_data
from medianest_plex.app import PlexApp
from medianest_plex.models import Copy, GivenAccount, Member, Play, Watchlist
from medianest_plex.viewers import accounts_of


async def export_member(app: PlexApp, query: ExportUserData) -> PersonalData:
    me, m = require_person().user_id, Member
    tables: dict[str, Select[*tuple[Any, ...]]] = {
        "members": select(m.plex_id, m.restricted, m.sections, m.sections_checked_at, m.remembered_at).where(
            m.user_id == me, m.erased_at.is_(None)
        ),
        "owner_accounts": select(GivenAccount.machine_identifier, GivenAccount.given_at).where(
            GivenAccount.user_id == me
        ),
        "watchlists": select(Watchlist.wanted, Watchlist.switched_at, Watchlist.read_at).where(
            Watchlist.user_id == me
        ),
        "copies": select(Copy.name, Copy.taken_at).where(Copy.audience == me.hex).order_by(Copy.name),
    }
    async with app.db.read() as connection:
        accounts = await accounts_of(connection, me)
        tables["plays"] = (
            select(
                Play.type,
                Play.title,
                Play.top_title,
                Play.started_at,
                Play.stopped_at,
                Play.player,
                Play.platform,
            )
            .where(Play.account_id.in_(accounts))
            .order_by(Play.started_at, Play.id)
        )
        return await personal_data(connection, tables, cursor=query.cursor)
