"""From rows to what other services see."""

from datetime import datetime
from uuid import UUID

from medianest_auth.browser import UNKNOWN
from medianest_auth.models import PersonalToken, Session, User
from medianest_common.contracts import auth as contract
from medianest_common.contracts.auth import tokens
from medianest_common.contracts.identity import Role
from medianest_common.security.personal_tokens import PREFIX


def to_user(row: User, *, plex_linked: bool) -> contract.User:
    return contract.User(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        plex_linked=plex_linked,
        avatar_url=row.avatar_url,
        locale=row.locale,
        time_zone=row.time_zone,
        created_at=row.created_at,
    )


def to_session(row: Session, *, current: UUID, known_device: bool) -> contract.Session:
    return contract.Session(
        id=row.id,
        name=_session_name(row),
        browser=row.browser,
        browser_version=row.browser_version,
        platform=row.platform,
        place=row.place,
        method=contract.SignInMethod(row.method),
        created_at=row.created_at,
        last_seen_at=_five_minutes(row.last_seen_at),
        signed_in_at=row.auth_time,
        current=row.id == current,
        known_device=known_device,
    )


def to_personal_token(row: PersonalToken) -> tokens.PersonalToken:
    return tokens.PersonalToken(
        id=row.id,
        name=row.name,
        hint=f"{PREFIX}{row.public_id}",
        scopes=row.scopes,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def _session_name(row: Session) -> str:
    browser = "A browser" if row.browser == UNKNOWN else f"{row.browser} {row.browser_version}".strip()
    return browser if row.platform == UNKNOWN else f"{browser} on {row.platform}"


def _five_minutes(moment: datetime) -> datetime:
    """Closer than that is nobody's business, and not known any better."""
    return moment.replace(minute=moment.minute - moment.minute % 5, second=0, microsecond=0)


def change_of[C: contract.UserChange](kind: type[C], row: User, *, plex_id: int | None = None) -> C:
    return kind(
        user_id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        plex_id=plex_id,
        suspended=row.status == "suspended",
        locale=row.locale,
        time_zone=row.time_zone,
        version=row.version,
    )
