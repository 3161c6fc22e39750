"""What is being downloaded for requests, and figures about requests that nobody has to count."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _create_downloads()
    _create_statistics()
    _keep_statistics()
    _count_what_there_is()


def _create_downloads() -> None:
    """May be lost: the next look at the queue fills it again."""
    op.create_table(
        "request_downloads",
        sa.Column("request_id", sa.Uuid, sa.ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("percent", sa.Integer),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("left_bytes", sa.BigInteger, nullable=False),
        sa.Column("eta", sa.DateTime(timezone=True)),
        sa.Column("items", sa.BigInteger, nullable=False),
        sa.Column("trouble", sa.Text),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )


def _create_statistics() -> None:
    op.create_table(
        "request_months",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("media_type", sa.Text, primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "request_waits",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("n", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "title_requests",
        sa.Column("media_type", sa.Text, primary_key=True),
        sa.Column("tmdb_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("n", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_title_requests_n", "title_requests", ["n"])


def _keep_statistics() -> None:
    """Waits are sorted into steps of five per cent; of what was imported nobody knows when it arrived.

    Titles come last, so that who counts two waits in one order.
    """
    op.execute(
        """
        create function wait_step(wait interval) returns int language sql immutable as $$
            select floor(ln(greatest(extract(epoch from wait), 1)) / ln(1.05))::int
        $$
        """
    )
    op.execute(
        """
        create function note_request() returns trigger language plpgsql as $$
        declare
            change int := case tg_op when 'DELETE' then -1 else 1 end;
            r requests := case tg_op when 'DELETE' then old else new end;
        begin
            insert into request_months as m (user_id, month, media_type, n)
            values (r.user_id, date_trunc('month', r.created_at at time zone 'UTC')::date, r.media_type, change)
            on conflict (user_id, month, media_type) do update set n = m.n + excluded.n;
            insert into title_requests as t (media_type, tmdb_id, n) values (r.media_type, r.tmdb_id, change)
            on conflict (media_type, tmdb_id) do update set n = t.n + excluded.n;
            return null;
        end
        $$
        """
    )
    op.execute(
        """
        create function note_wait() returns trigger language plpgsql as $$
        begin
            insert into request_waits as w (user_id, step, n)
            values (new.user_id, wait_step(new.status_since - new.created_at), 1)
            on conflict (user_id, step) do update set n = w.n + 1;
            return null;
        end
        $$
        """
    )
    op.execute(
        "create trigger note_request_made after insert or delete on requests"
        " for each row execute function note_request()"
    )
    op.execute(
        "create trigger note_wait_over after update of status on requests for each row"
        " when (new.status = 'available' and old.status <> 'available' and new.source <> 'import')"
        " execute function note_wait()"
    )


def _count_what_there_is() -> None:
    op.execute(
        """
        insert into request_months (user_id, month, media_type, n)
        select user_id, date_trunc('month', created_at at time zone 'UTC')::date, media_type, count(*)
        from requests group by 1, 2, 3
        """
    )
    op.execute(
        "insert into title_requests (media_type, tmdb_id, n)"
        " select media_type, tmdb_id, count(*) from requests group by 1, 2"
    )
    op.execute(
        """
        insert into request_waits (user_id, step, n)
        select user_id, wait_step(status_since - created_at), count(*)
        from requests where status = 'available' group by 1, 2
        """
    )
