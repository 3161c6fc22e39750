"""What is told of requests that people follow, that somebody else has changed, or that nothing comes of."""

from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.changing import RequestEdited, RequestStuck
from medianest_common.contracts.media.events import RequestChange
from medianest_common.contracts.notifications import NotificationType
from medianest_notifications.wording import TYPES, Notice, request_notice


def about_followed(event: RequestChange) -> Notice:
    """Neither whose it is nor what was said to them."""
    unsaid = event if event.status is RequestStatus.FAILED else event.model_copy(update={"reason": None})
    return request_notice(unsaid, TYPES[event.status], reader="follower")


def about_edit(event: RequestEdited) -> Notice:
    return request_notice(event, NotificationType.REQUEST_EDITED, reader="requester")


def about_stuck(event: RequestStuck) -> Notice:
    return request_notice(event, NotificationType.REQUEST_STUCK, reader="follower")
