"""Second factors, providers, invitations, personal tokens, one-time links, and the traces of deleted people."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from medianest_auth.look_alikes import name_key, name_shape

revision = "0002"
down_revision = "0001"

_WHEN = sa.DateTime(timezone=True)


def _of_user(*, primary_key: bool = False, nullable: bool = False) -> sa.Column[UUID]:
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    return sa.Column("user_id", sa.Uuid, owner, primary_key=primary_key, nullable=nullable)


def upgrade() -> None:
    _change_users()
    _change_identities()
    _create_accounts()
    _create_factors()
    _create_sign_ins()
    for column in ("actor_id", "target"):
        op.add_column("audit", sa.Column(column, sa.Uuid if column == "actor_id" else sa.Text))


def _change_users() -> None:
    for name, kind in (("locale", sa.Text), ("time_zone", sa.Text), ("permissions_changed_at", _WHEN)):
        op.add_column("users", sa.Column(name, kind))
    for name in ("name_is_own", "email_is_own"):
        op.add_column("users", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
    for name in ("name_key", "name_shape"):
        op.add_column("users", sa.Column(name, sa.Text))
    users = sa.table("users", *(sa.column(name) for name in ("id", "name", "name_key", "name_shape")))
    for user_id, name in op.get_bind().execute(sa.select(users.c.id, users.c.name)).all():
        keys = {"name_key": name_key(name), "name_shape": name_shape(name)}
        op.execute(users.update().where(users.c.id == user_id).values(keys))
    for name in ("name_key", "name_shape"):
        op.alter_column("users", name, nullable=False)
        op.create_index(f"ix_users_{name}", "users", [name])
    op.create_index("ix_users_permissions_changed_at", "users", ["permissions_changed_at"])
    op.create_index("ix_sessions_user_id_last_seen_at", "sessions", ["user_id", "last_seen_at"])


def _change_identities() -> None:
    """By issuer instead of by the name under which it is set up: a name may come to mean another issuer."""
    op.add_column("identities", sa.Column("issuer", sa.Text))
    op.execute("update identities set issuer = 'https://plex.tv' where provider = 'plex'")
    op.alter_column("identities", "issuer", nullable=False)
    op.drop_constraint("pk_identities", "identities")
    op.create_primary_key("pk_identities", "identities", ["issuer", "subject"])
    op.drop_constraint("uq_identities_user_id_provider", "identities")
    op.create_unique_constraint("uq_identities_user_id_issuer", "identities", ["user_id", "issuer"])
    op.add_column("identities", sa.Column("name", sa.Text))
    op.add_column("identities", sa.Column("last_used_at", _WHEN))
    for name in ("checked_at", "missing_since", "refused_at", "access_lost_at"):
        op.add_column("identities", sa.Column(name, _WHEN))
    op.add_column("installation", sa.Column("plex_check_due_at", _WHEN))


def _create_accounts() -> None:
    op.create_table(
        "old_passwords",
        sa.Column("id", sa.Uuid, primary_key=True),
        _of_user(),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("replaced_at", _WHEN, nullable=False),
    )
    op.create_index("ix_old_passwords_user_id_replaced_at", "old_passwords", ["user_id", "replaced_at"])
    op.create_table(
        "one_time_links",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        _of_user(),
        sa.Column("email", sa.Text),
        sa.Column("created_by", sa.Uuid),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("used_at", _WHEN),
        sa.CheckConstraint("purpose in ('password_reset', 'email_change')", name="purpose"),
    )
    op.create_index("ix_one_time_links_user_id", "one_time_links", ["user_id"])
    op.create_index("ix_one_time_links_expires_at", "one_time_links", ["expires_at"])
    op.create_table(
        "invites",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("created_by", sa.Uuid, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("accepted_at", _WHEN),
        sa.Column("accepted_by", sa.Uuid),
        sa.Column("revoked_at", _WHEN),
        sa.CheckConstraint("role in ('admin', 'user')", name="role"),
    )
    op.create_index("ix_invites_expires_at", "invites", ["expires_at"])
    op.create_table(
        "personal_tokens",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("public_id", sa.Text, nullable=False, unique=True),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        _of_user(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", JSONB, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("last_used_at", _WHEN),
        sa.Column("revoked_at", _WHEN),
    )
    op.create_index(
        "uq_personal_tokens_user_id_name",
        "personal_tokens",
        ["user_id", "name"],
        unique=True,
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.create_table(
        "erasures",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("requested_by", sa.Uuid, nullable=False),
        sa.Column("requested_at", _WHEN, nullable=False),
        sa.Column("done_at", _WHEN),
        sa.Column("removed", JSONB),
    )


def _create_factors() -> None:
    op.create_table(
        "totp",
        _of_user(primary_key=True),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("secret_sealed", sa.Text, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("confirmed_at", _WHEN),
        sa.Column("last_step", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        _of_user(primary_key=True),
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
        sa.Column("created_at", _WHEN, nullable=False),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid, primary_key=True),
        _of_user(),
        sa.Column("credential_id", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("transports", JSONB, nullable=False),
        sa.Column("backed_up", sa.Boolean, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("last_used_at", _WHEN),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])


def _create_sign_ins() -> None:
    for column in ("linking_user_id", "linking_session_id"):
        op.add_column("plex_sign_ins", sa.Column(column, sa.Uuid))
    op.create_table(
        "provider_flows",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("state_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("binding_hash", sa.LargeBinary, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("session_id", sa.Uuid),
        sa.Column("invite_id", sa.Uuid),
        sa.Column("verifier_sealed", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("return_path", sa.Text, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.CheckConstraint("purpose in ('sign_in', 'link')", name="purpose"),
    )
    op.create_index("ix_provider_flows_expires_at", "provider_flows", ["expires_at"])
    op.create_table(
        "challenges",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("binding_hash", sa.LargeBinary, nullable=False),
        _of_user(nullable=True),
        sa.Column("method", sa.Text),
        sa.Column("remember", sa.Boolean, nullable=False),
        sa.Column("question", sa.LargeBinary),
        sa.Column("tries", sa.BigInteger, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.CheckConstraint(
            "purpose in ('second_factor', 'passkey_sign_in', 'passkey_register')", name="purpose"
        ),
    )
    op.create_index("ix_challenges_user_id", "challenges", ["user_id"])
    op.create_index("ix_challenges_expires_at", "challenges", ["expires_at"])
