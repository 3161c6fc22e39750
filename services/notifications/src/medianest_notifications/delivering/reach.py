"""How far a channel reaches at the moment when something is sent."""

from uuid import UUID

from sqlalchemy import select

from medianest_common.contracts.identity import Role
from medianest_common.http import AddressPolicy
from medianest_notifications.adapters.channels.port import Addressed, ChannelConfig
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Recipient

_ADMINS = (Role.OWNER, Role.ADMIN)


async def as_far_as_its_owner[C: ChannelConfig](app: NotificationsApp, config: C, user_id: UUID) -> C:
    """What an administrator has set reaches private networks for as long as they are one."""
    if not isinstance(config, Addressed) or config.reach is not AddressPolicy.ADMIN:
        return config
    async with app.db.read() as connection:
        role = (
            await connection.execute(select(Recipient.role).where(Recipient.user_id == user_id))
        ).scalar_one_or_none()
    return within(config, by_admin=role in _ADMINS)


def within[C: ChannelConfig](config: C, *, by_admin: bool) -> C:
    if by_admin or not isinstance(config, Addressed):
        return config
    return config.model_copy(update={"reach": AddressPolicy.USER})
