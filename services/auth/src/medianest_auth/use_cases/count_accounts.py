"""How many people have an account, and as what."""

from collections import Counter

from sqlalchemy import func, select

from medianest_auth.app import AuthApp
from medianest_auth.models import User
from medianest_common.bus import require
from medianest_common.contracts.auth.people import AccountCounts, UserStatus
from medianest_common.contracts.identity import Permission, Role


async def count_accounts(app: AuthApp) -> AccountCounts:
    require(Permission.MANAGE_USERS)
    roles, statuses = Counter[str](), Counter[str]()
    async with app.db.read() as connection:
        statement = select(User.role, User.status, func.count()).group_by(User.role, User.status)
        for role, status, number in (await connection.execute(statement)).all():
            roles[role] += number
            statuses[status] += number
    return AccountCounts(
        total=roles.total(),
        active=statuses[UserStatus.ACTIVE],
        suspended=statuses[UserStatus.SUSPENDED],
        by_role={role: roles[role] for role in Role},
    )
