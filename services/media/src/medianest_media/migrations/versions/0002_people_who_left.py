"""Of somebody who has left stays that they have; what they asked for is nobody's."""

import sqlalchemy as sa
from alembic import op

from medianest_common.contracts.personal import NOBODY

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("people", sa.Column("erased_at", sa.DateTime(timezone=True)))
    people = sa.table("people", *(sa.column(name) for name in ("id", "name", "role", "version")))
    nobody = {
        "id": sa.cast(str(NOBODY), sa.Uuid),
        "name": "Somebody who has left",
        "role": "user",
        "version": 0,
    }
    op.execute(people.insert().values(nobody))
    op.create_index(
        "ix_request_history_actor_id",
        "request_history",
        ["actor_id"],
        postgresql_where=sa.text("actor_id is not null"),
    )
