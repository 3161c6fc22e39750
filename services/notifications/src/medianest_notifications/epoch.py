"""The name of this history of inboxes. A restored copy gets another, so that no client takes it for the old one."""

from secrets import token_hex

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.db import Database
from medianest_notifications.models import Epoch

# A restore makes the tables anew or lies in another cluster or on another time line; a restart changes none of these.
_ORIGIN = text("""
    select concat_ws('.', system.system_identifier, checkpoint.timeline_id, 'entries'::regclass::oid)
    from pg_control_system() as system, pg_control_checkpoint() as checkpoint
""")


async def settle_epoch(db: Database) -> None:
    """Keep the epoch, or begin a new one where these tables have been restored from a copy."""
    async with db.transaction() as tx:
        origin = (await tx.session.execute(_ORIGIN)).scalar_one()
        statement = upsert(Epoch).values(id=1, value=token_hex(8), origin=origin)
        await tx.session.execute(
            statement.on_conflict_do_update(
                index_elements=["id"],
                set_={"value": statement.excluded.value, "origin": statement.excluded.origin},
                where=Epoch.origin != statement.excluded.origin,
            )
        )
