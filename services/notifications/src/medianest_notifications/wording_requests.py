"""What people read of requests that they follow, that somebody else has changed, or that nothing comes of."""

from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.changing import RequestEdited, RequestStuck
from medianest_common.contracts.media.events import RequestChange
from medianest_common.contracts.notifications import NotificationType
from medianest_notifications.wording import TYPES, Notice, describe, request_notice, request_words


def about_followed(event: RequestChange) -> Notice:
    """Neither whose it is nor what was said to them."""
    unsaid = event if event.status is RequestStatus.FAILED else event.model_copy(update={"reason": None})
    title, body = request_words(unsaid, what=describe(event), who="The")
    body = body.replace("The request", "The request you follow", 1)
    return request_notice(unsaid, TYPES[event.status], title, body, names=False)


def about_edit(event: RequestEdited) -> Notice:
    body = f"An administrator changed your request. {event.reason or ''}".rstrip()
    title = f"Changed: {describe(event)}"
    return request_notice(event, NotificationType.REQUEST_EDITED, title, body, names=False)


def about_stuck(event: RequestStuck) -> Notice:
    why = f"{event.reason.rstrip('.')}. " if event.reason else ""
    body = f"It was approved a while ago, and nothing has come of it. {why}Look at it, or try it again."
    title = f"Stuck: {describe(event)}"
    return request_notice(event, NotificationType.REQUEST_STUCK, title, body, names=False)
