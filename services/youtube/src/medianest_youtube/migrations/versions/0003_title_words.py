"""Titles are found in whatever case and with or without accents, in every script."""

import sqlalchemy as sa
from alembic import op

from medianest_common.folding import fold

revision = "0003"
down_revision = "0002"

_AT_ONCE = 1_000


def upgrade() -> None:
    op.add_column("assets", sa.Column("title_words", sa.Text, nullable=False, server_default=""))
    connection = op.get_bind()
    last = None
    while rows := connection.execute(_page(last)).all():
        connection.execute(
            sa.text("update assets set title_words = :words where id = :id"),
            [{"id": row.id, "words": fold(row.title)} for row in rows],
        )
        last = rows[-1].id
    op.drop_index("ix_assets_words", "assets")
    op.create_index(
        "ix_assets_words",
        "assets",
        [sa.text("to_tsvector('simple', title_words)")],
        postgresql_using="gin",
    )


def _page(last: object) -> sa.Select[tuple[object, str]]:
    assets = sa.table("assets", sa.column("id", sa.Uuid), sa.column("title", sa.Text))
    page = sa.select(assets.c.id, assets.c.title).order_by(assets.c.id).limit(_AT_ONCE)
    return page if last is None else page.where(assets.c.id > last)
