"""From rows to what other services see."""

from uuid import UUID

from medianest_auth.models import Session, User
from medianest_common.contracts import auth as contract
from medianest_common.contracts.identity import Role


def to_user(row: User, *, plex_linked: bool) -> contract.User:
    return contract.User(
        id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        plex_linked=plex_linked,
        avatar_url=row.avatar_url,
        created_at=row.created_at,
    )


def to_session(row: Session, *, current: UUID) -> contract.Session:
    return contract.Session(
        id=row.id,
        browser=row.browser,
        platform=row.platform,
        place=row.place,
        method=contract.SignInMethod(row.method),
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        current=row.id == current,
    )


def change_of[C: contract.UserChange](kind: type[C], row: User, *, plex_id: int | None = None) -> C:
    return kind(
        user_id=row.id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        plex_id=plex_id,
        version=row.version,
    )
