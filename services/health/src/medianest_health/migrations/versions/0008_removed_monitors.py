"""Roll-ups outlive their monitor until they are cleared away, a few at a time: there may be millions of them."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_constraint("fk_rollups_monitor_id_monitors", "rollups", type_="foreignkey")
