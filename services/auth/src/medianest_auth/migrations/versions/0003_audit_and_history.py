"""An audit log that only grows and is chained, and what people and administrators see of sign-ins."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_WHEN = sa.DateTime(timezone=True)
_NETWORK = (
    "host(network(set_masklen(ip::inet, case family(ip::inet) when 4 then 24 else 48 end)))"
    " || case family(ip::inet) when 4 then '/24' else '/48' end"
)


def upgrade() -> None:
    _split_off_places()
    _create_chain()
    _let_it_only_grow()
    _create_history()
    op.add_column("sessions", sa.Column("browser_version", sa.Text, nullable=False, server_default=""))
    op.alter_column("sessions", "browser_version", server_default=None)
    op.drop_index("ix_refresh_tokens_session_id", "refresh_tokens")
    op.create_index("ix_refresh_tokens_session_id_created_at", "refresh_tokens", ["session_id", "created_at"])
    op.create_index(
        "ix_sessions_live", "sessions", ["idle_expires_at"], postgresql_where="revoked_at is null"
    )


def _split_off_places() -> None:
    """What may be forgotten stands apart from what may not be changed."""
    op.create_table(
        "audit_places",
        sa.Column("entry_id", sa.Uuid, sa.ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("ip", sa.Text, nullable=False),
        sa.Column("browser", sa.Text, nullable=False),
    )
    op.execute(
        "insert into audit_places select id, at, ip, browser from audit where ip <> '' or browser <> ''"
    )
    op.create_index(
        "ix_audit_places_whole",
        "audit_places",
        ["at"],
        postgresql_where="ip <> '' and ip not like '%/%'",
    )


def _create_chain() -> None:
    op.create_table("audit_unchained", sa.Column("entry_id", sa.Uuid, primary_key=True))
    op.create_table(
        "audit_chain",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit_anchor",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    for name in ("ix_audit_user_id_at", "ix_audit_at"):
        op.drop_index(name, "audit")
    op.create_index("ix_audit_at_id", "audit", ["at", "id"])
    op.create_index("ix_audit_action_at_id", "audit", ["action", "at", "id"])
    op.create_index("ix_audit_user_id_at_id", "audit", ["user_id", "at", "id"])
    op.create_index(
        "ix_audit_actor_id_at_id",
        "audit",
        ["actor_id", "at", "id"],
        postgresql_where="actor_id is not null",
    )
    op.execute("insert into audit_unchained select id from audit")


def _let_it_only_grow() -> None:
    """Refused to everybody, the service's own role included: it would have to change the schema first."""
    op.drop_column("audit", "ip")
    op.drop_column("audit", "browser")
    bodies = {
        "audit_enqueue": "insert into audit_unchained values (new.id); return null;",
        "audit_refuse": "raise insufficient_privilege using message = 'the audit log only grows';",
        "audit_entry_cut": """
            if not exists (
                select from audit_chain c join audit_anchor a on c.seq <= a.seq where c.entry_id = old.id
            ) then
                raise insufficient_privilege using message = 'the audit log only grows';
            end if;
            return old;""",
        "audit_link_cut": """
            if old.seq > (select coalesce(max(seq), 0) from audit_anchor) then
                raise insufficient_privilege using message = 'the audit log only grows';
            end if;
            return old;""",
        # Whatever the retention is set to, nothing younger than this, seen from the newest entry, is cut off.
        "audit_anchor_moved": """
            if not exists (
                select from audit_chain c join audit e on e.id = c.entry_id
                where c.seq = new.seq and c.hash = new.hash
                    and e.at <= (select max(at) from audit) - interval '30 days'
            ) or (tg_op = 'UPDATE' and new.seq <= old.seq) then
                raise insufficient_privilege using message = 'only the oldest part of the log can be cut off';
            end if;
            return new;""",
    }
    for name, body in bodies.items():
        # The tables are found in this schema, whatever the search path of whoever writes.
        op.execute(
            f"create function {name}() returns trigger language plpgsql set search_path from current"
            f" as $$ begin {body} end $$"
        )
    triggers = [
        ("after insert", "audit", "row", "audit_enqueue"),
        ("before update", "audit", "row", "audit_refuse"),
        ("before delete", "audit", "row", "audit_entry_cut"),
        ("before truncate", "audit", "statement", "audit_refuse"),
        ("before update", "audit_chain", "row", "audit_refuse"),
        ("before delete", "audit_chain", "row", "audit_link_cut"),
        ("before truncate", "audit_chain", "statement", "audit_refuse"),
        ("before insert or update", "audit_anchor", "row", "audit_anchor_moved"),
        ("before delete or truncate", "audit_anchor", "statement", "audit_refuse"),
    ]
    for when, table, level, function in triggers:
        moment = when.split()[1]
        op.execute(
            f"create trigger {table}_{moment} {when} on {table} for each {level} execute function {function}()"
        )


def _create_history() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id", ondelete="CASCADE")),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("session_id", sa.Uuid),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("browser", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("unusual", JSONB, nullable=False),
    )
    op.execute(
        "insert into sign_ins"  # noqa: S608
        " select a.id, a.at, a.user_id, coalesce(a.method, ''), a.result, a.reason, a.session_id,"
        f" coalesce((select case when ip = '' or ip like '%/%' then ip else {_NETWORK} end"
        " from audit_places where entry_id = a.id), ''),"
        " coalesce((select browser from audit_places where entry_id = a.id), ''), '', '[]'"
        " from audit a where a.action = 'sign_in' and (a.user_id is null or a.user_id in (select id from users))"
    )
    op.create_index("ix_sign_ins_user_id_at", "sign_ins", ["user_id", "at"])
    op.create_index(
        "ix_sign_ins_user_id_network",
        "sign_ins",
        ["user_id", "network"],
        postgresql_where="result = 'ok'",
    )
    op.create_index(
        "ix_sign_ins_user_id_unusual",
        "sign_ins",
        ["user_id", "at"],
        postgresql_where="unusual <> '[]'::jsonb",
    )
    op.create_index("ix_sign_ins_at", "sign_ins", ["at"])
    # A try that fails may end after the account was deleted that it was meant for.
    op.execute("""
        create function sign_in_of_somebody() returns trigger language plpgsql set search_path from current as $$
        begin
            perform from users where id = new.user_id for key share;
            if not found then
                new.user_id := null;
            end if;
            return new;
        end $$
    """)
    op.execute(
        "create trigger sign_ins_insert before insert on sign_ins for each row"
        " when (new.user_id is not null) execute function sign_in_of_somebody()"
    )
    op.create_table(
        "active_days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("ix_active_days_user_id", "active_days", ["user_id"])
    op.create_table(
        "sign_in_days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("measure", sa.Text, primary_key=True),
        sa.Column("label", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
