from medianest_common.bus import require_caller
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.notifications.channels import DeleteChannel
from medianest_notifications.app import NotificationsApp
from medianest_notifications.errors import ChannelNotFound
from medianest_notifications.models import Channel
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.channels import Channels


async def delete_channel(app: NotificationsApp, command: DeleteChannel) -> Nothing:
    """With what was sent to it and what was chosen for it. What is on its way at this moment may still arrive."""
    user_id = require_caller().user_id
    async with app.db.transaction() as tx:
        # What was chosen for a channel goes with it, and for who leaves before it: not both at once.
        await Recipients(tx.session).has_left(user_id)
        deleted = await Channels(tx.session).delete(Channel.id == command.id, Channel.user_id == user_id)
    if not deleted:
        raise ChannelNotFound()
    return Nothing()
