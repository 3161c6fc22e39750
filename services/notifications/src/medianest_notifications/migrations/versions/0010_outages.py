"""What comes and goes is damped where it is watched; of each monitor only the last turn is remembered here."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_GONE = (
    "name",
    "visibility",
    "state",
    "reason",
    "incident_id",
    "trouble",
    "trouble_since",
    "times",
    "told_state",
    "told_at",
    "due_at",
)


def upgrade() -> None:
    for name in _GONE:
        op.drop_column("outages", name)
    op.alter_column("outages", "since", new_column_name="told_at", existing_type=sa.DateTime(timezone=True))
