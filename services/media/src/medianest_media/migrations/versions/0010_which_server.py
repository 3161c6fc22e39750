"""Which server an order was sent to, and on which server and in which library of it a title is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("orders", sa.Column("server", sa.Text))
    op.add_column("library_items", sa.Column("server_name", sa.Text))
    op.add_column("library_items", sa.Column("library_title", sa.Text))
