"""A browser that somebody else uses now is found by its address."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("ix_channels_fingerprint", "channels", ["fingerprint"])
