"""Addresses and keys that administrators have set."""

from alembic import op

from medianest_common.integrations.migrating import create_integrations

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    create_integrations(op)
