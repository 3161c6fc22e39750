"""What the auth service holds about the caller, without anything one could sign in with."""

from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from medianest_auth.app import AuthApp
from medianest_auth.models import (
    ActiveDay,
    AuditEntry,
    AuditPlace,
    Device,
    Identity,
    Invite,
    Passkey,
    Password,
    PersonalToken,
    RecoveryCode,
    Session,
    SignInAttempt,
    Totp,
    User,
)
from medianest_common.bus import require_person
from medianest_common.contracts.auth.people import ExportUserData
from medianest_common.contracts.personal import PersonalData
from medianest_common.db.personal import personal_data

_EVERYTHING_OF: dict[str, tuple[Any, tuple[str, ...]]] = {
    "passwords": (Password, ("changed_at",)),
    "identities": (
        Identity,
        ("provider", "issuer", "subject", "name", "linked_at", "last_used_at", "checked_at"),
    ),
    "totp": (Totp, ("created_at", "confirmed_at")),
    "passkeys": (Passkey, ("name", "transports", "backed_up", "created_at", "last_used_at")),
    "personal_tokens": (
        PersonalToken,
        ("name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"),
    ),
    "devices": (Device, ("last_seen_at",)),
    "sessions": (
        Session,
        (
            "method",
            "browser",
            "platform",
            "place",
            "created_at",
            "last_seen_at",
            "expires_at",
            "revoked_at",
            "revoked_reason",
        ),
    ),
    "sign_ins": (
        SignInAttempt,
        ("at", "method", "result", "reason", "network", "browser", "platform", "unusual"),
    ),
    "active_days": (ActiveDay, ("day",)),
}


async def export_user_data(app: AuthApp, query: ExportUserData) -> PersonalData:
    me = require_person().user_id
    u, a, i = User, AuditEntry, Invite
    about_me = or_(a.user_id == me, a.actor_id == me)
    tables: dict[str, Select[*tuple[Any, ...]]] = {
        "users": select(
            u.id, u.name, u.email, u.role, u.status, u.avatar_url, u.locale, u.time_zone, u.created_at
        ).where(u.id == me),
        "recovery_codes": select(func.count().label("left")).where(RecoveryCode.user_id == me),
        "invites": select(i.role, i.email, i.note, i.created_at, i.expires_at, i.accepted_at, i.revoked_at)
        .where(or_(i.created_by == me, i.accepted_by == me))
        .order_by(i.id),
        "audit": select(
            a.at, a.action, a.result, a.reason, a.method, a.target, AuditPlace.ip, AuditPlace.browser
        )
        # Not where somebody else was who did it.
        .outerjoin(AuditPlace, and_(AuditPlace.entry_id == a.id, func.coalesce(a.actor_id, me) == me))
        .where(about_me)
        .order_by(a.at, a.id),
    }
    for name, (model, columns) in _EVERYTHING_OF.items():
        table = model.__table__
        tables[name] = (
            select(*(table.c[column] for column in columns))
            .where(table.c.user_id == me)
            .order_by(*table.primary_key.columns)
        )
    async with app.db.read() as connection:
        return await personal_data(connection, tables, cursor=query.cursor)
