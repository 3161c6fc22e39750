"""Addresses and keys that administrators have set."""

from alembic import op

from medianest_common.integrations.migrating import create_integrations

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    create_integrations(op)
