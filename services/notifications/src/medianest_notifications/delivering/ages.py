"""For how long a message is worth sending. Later it is not sent at all."""

from datetime import timedelta

from medianest_common.contracts.notifications import NotificationType

_T = NotificationType
_USUAL = timedelta(days=2)

MOST: dict[NotificationType, timedelta] = {
    # Who has to decide can still do so days later.
    _T.REQUEST_CREATED: timedelta(days=7),
    _T.REQUEST_STUCK: timedelta(days=3),
    _T.ISSUE_CREATED: timedelta(days=7),
    _T.DOWNLOADS_PAUSED: timedelta(hours=12),
    _T.DOWNLOADS_RESUMED: timedelta(hours=12),
    _T.LIST_INDEXED: timedelta(hours=12),
    # What is down tells nobody anything when it has long been up again.
    _T.SERVICE_DOWN: timedelta(hours=6),
    _T.SERVICE_DEGRADED: timedelta(hours=6),
    _T.SERVICE_RECOVERED: timedelta(hours=6),
    _T.SERVICE_STILL_DOWN: timedelta(hours=6),
    # Somebody who was away has to hear of it, however late.
    _T.NEW_SIGN_IN: timedelta(days=7),
    _T.SESSION_REUSED: timedelta(days=7),
    _T.SESSION_LIMIT: timedelta(days=7),
    _T.PASSWORD_CHANGED: timedelta(days=7),
    _T.SECOND_FACTOR_CHANGED: timedelta(days=7),
    _T.IDENTITY_LINKED: timedelta(days=7),
    _T.IDENTITY_UNLINKED: timedelta(days=7),
    _T.SECOND_FACTOR_BLOCKED: timedelta(days=7),
    _T.TOKEN_CREATED: timedelta(days=7),
}
"""Of what is not named here, `_USUAL`."""


def max_age(type: NotificationType) -> timedelta:
    """From when it was planned to go out, so that what waits for a digest does not grow old waiting."""
    return MOST.get(type, _USUAL)
