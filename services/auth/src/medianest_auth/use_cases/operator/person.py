"""Whom the operator means."""

from sqlalchemy import select

from medianest_auth.models import User
from medianest_auth.normalising import email_key
from medianest_common.db import Transaction
from medianest_common.errors import NotFound


async def person(tx: Transaction, email: str) -> User:
    """Locked. Raises `NotFound`."""
    statement = select(User).where(User.email_key == email_key(email)).with_for_update(key_share=True)
    user = (await tx.session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise NotFound("Nobody here has this address. `medianest admin users` lists everybody.")
    return user
