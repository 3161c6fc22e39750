"""What each type of notification is, who hears of it, and how it reaches people who have chosen nothing.

A type that is not in the table cannot be told: a test holds the two together.
"""

from datetime import timedelta

from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.preferences import Mode
from medianest_notifications.planning.meaning import Group, Hearers, Meaning

_ADMINS = "Administrators"
_WHO_MAY_SEE_IT = "Administrators at once, even in quiet hours; everyone else who may see that service"
_REQUESTER = "Whoever asked for it, and those who follow it"
_T = NotificationType


def _security(title: str, meaning: str) -> Meaning:
    return Meaning(Group.SECURITY, title, meaning, "Whose account it is", always_in_inbox=True, urgent=True)


MEANINGS: dict[NotificationType, Meaning] = {
    _T.REQUEST_CREATED: Meaning(
        Group.REQUESTS,
        "New request",
        "Somebody asks for a film or a show, and it waits for a decision.",
        _ADMINS,
        Hearers.ADMINS,
    ),
    _T.REQUEST_APPROVED: Meaning(
        Group.REQUESTS, "Request approved", "A request was approved.", _REQUESTER, mail=Mode.OFF
    ),
    _T.REQUEST_DECLINED: Meaning(
        Group.REQUESTS, "Request declined", "A request was declined, and why.", _REQUESTER
    ),
    _T.REQUEST_PROCESSING: Meaning(
        Group.REQUESTS, "Request on its way", "A request is being fetched.", _REQUESTER, elsewhere=Mode.OFF
    ),
    _T.REQUEST_PARTIALLY_AVAILABLE: Meaning(
        Group.REQUESTS,
        "Partly ready",
        "The first parts of what was asked for can be watched.",
        _REQUESTER,
        mail=Mode.OFF,
    ),
    _T.REQUEST_AVAILABLE: Meaning(
        Group.REQUESTS, "Ready to watch", "What was asked for is in the library.", _REQUESTER
    ),
    _T.REQUEST_FAILED: Meaning(
        Group.REQUESTS,
        "Request failed",
        "A request could not be carried out.",
        f"{_REQUESTER}; {_ADMINS.lower()}",
    ),
    _T.REQUEST_CANCELLED: Meaning(
        Group.REQUESTS,
        "Request withdrawn",
        "A request was withdrawn by somebody else.",
        f"{_REQUESTER}; {_ADMINS.lower()}",
        mail=Mode.OFF,
        admins=Mode.OFF,
    ),
    _T.REQUEST_EDITED: Meaning(
        Group.REQUESTS,
        "Request changed",
        "Somebody else changed what a request asks for.",
        "Whoever asked for it",
        mail=Mode.OFF,
    ),
    _T.REQUEST_STUCK: Meaning(
        Group.REQUESTS,
        "Request stuck",
        "A request was approved a while ago, and nothing has come of it.",
        _ADMINS,
        Hearers.ADMINS,
        elsewhere=Mode.DAILY,
    ),
    _T.REQUEST_FROM_WATCHLIST: Meaning(
        Group.REQUESTS,
        "Requested from your watchlist",
        "What you put on your watchlist was asked for.",
        "Whose watchlist it is",
        mail=Mode.OFF,
    ),
    _T.WATCHLIST_UNREADABLE: Meaning(
        Group.REQUESTS,
        "Watchlist not read",
        "Your watchlist cannot be read any more, so nothing on it is asked for.",
        "Whose watchlist it is",
    ),
    _T.QUOTA_CHANGED: Meaning(
        Group.REQUESTS,
        "Other limits",
        "How much you may ask for was changed.",
        "Whom it concerns",
        mail=Mode.OFF,
    ),
    _T.IMPORT_ENDED: Meaning(
        Group.REQUESTS,
        "Import ended",
        "Requests have been taken over from elsewhere, or that failed.",
        _ADMINS,
        Hearers.ADMINS,
    ),
    _T.ISSUE_CREATED: Meaning(
        Group.ISSUES,
        "New issue",
        "Somebody says that something is wrong with a title.",
        "Administrators, and whoever reported it",
    ),
    _T.ISSUE_COMMENTED: Meaning(
        Group.ISSUES,
        "New comment on an issue",
        "Somebody wrote something about an issue.",
        "Administrators, and whoever reported it",
    ),
    _T.ISSUE_RESOLVED: Meaning(
        Group.ISSUES,
        "Issue resolved",
        "What was wrong with a title is solved.",
        "Administrators, and whoever reported it",
    ),
    _T.ISSUE_REOPENED: Meaning(
        Group.ISSUES,
        "Issue opened again",
        "What was wrong with a title is not solved after all.",
        "Administrators, and whoever reported it",
    ),
    _T.DOWNLOAD_READY: Meaning(
        Group.DOWNLOADS,
        "Download ready",
        "A video that was asked for can be watched.",
        "Whoever asked for it",
        mail=Mode.OFF,
    ),
    _T.DOWNLOAD_FAILED: Meaning(
        Group.DOWNLOADS,
        "Download failed",
        "A video that was asked for could not be downloaded.",
        "Whoever asked for it",
        mail=Mode.OFF,
    ),
    _T.DOWNLOADS_PAUSED: Meaning(
        Group.DOWNLOADS,
        "Downloads paused",
        "No video is downloaded for now, and why.",
        _ADMINS,
        Hearers.ADMINS,
        flaps=True,
    ),
    _T.DOWNLOADS_RESUMED: Meaning(
        Group.DOWNLOADS,
        "Downloads go on",
        "Videos are downloaded again.",
        _ADMINS,
        Hearers.ADMINS,
        flaps=True,
    ),
    _T.LIST_INDEXED: Meaning(
        Group.DOWNLOADS,
        "List read",
        "What is in a list of videos is known now.",
        "Whoever asked for it",
        elsewhere=Mode.OFF,
    ),
    _T.LIST_FAILED: Meaning(
        Group.DOWNLOADS,
        "List not read",
        "A list of videos could not be read.",
        "Whoever asked for it",
        mail=Mode.OFF,
    ),
    _T.SUBSCRIPTION_FAILED: Meaning(
        Group.DOWNLOADS,
        "Followed list not read",
        "A list or channel that is followed cannot be read any more.",
        "Whoever follows it",
    ),
    _T.LIBRARY_ADDED: Meaning(
        Group.LIBRARY,
        "New in the library",
        "Films, shows, seasons and episodes that can be watched now.",
        "Everyone who can see the library",
        elsewhere=Mode.DAILY,
        settles=timedelta(minutes=5),
    ),
    _T.SERVICE_DOWN: Meaning(
        Group.SERVICES,
        "Something is down",
        "A part of the portal, or Plex and its like, does not answer.",
        _WHO_MAY_SEE_IT,
        elsewhere=Mode.OFF,
        admins=Mode.NOW,
        urgent_for_admins=True,
        flaps=True,
    ),
    _T.SERVICE_DEGRADED: Meaning(
        Group.SERVICES,
        "Something is slow",
        "A part of the portal answers, but not as it should.",
        _ADMINS,
        Hearers.ADMINS,
        elsewhere=Mode.DIGEST,
        mail=Mode.OFF,
        flaps=True,
    ),
    _T.SERVICE_RECOVERED: Meaning(
        Group.SERVICES,
        "Works again",
        "What was down or slow works again.",
        _WHO_MAY_SEE_IT,
        elsewhere=Mode.OFF,
        admins=Mode.NOW,
        flaps=True,
    ),
    _T.SERVICE_STILL_DOWN: Meaning(
        Group.SERVICES,
        "Something is still down",
        "A reminder, for monitors where one is asked for.",
        _ADMINS,
        Hearers.ADMINS,
        reminds=True,
    ),
    _T.CERTIFICATE_EXPIRING: Meaning(
        Group.SERVICES,
        "Certificate expires",
        "The certificate that a service shows has to be renewed soon.",
        _ADMINS,
        Hearers.ADMINS,
    ),
    _T.DEAD_LETTERS: Meaning(
        Group.SERVICES,
        "Work that could not be done",
        "A part of the portal gave up on a message, which waits for somebody to try it again or to drop it.",
        _ADMINS,
        Hearers.ADMINS,
    ),
    _T.SERVICE_COMPLAINED: Meaning(
        Group.SERVICES,
        "Something complains",
        "Sonarr, Radarr or Prowlarr say that something is wrong with them.",
        _ADMINS,
        Hearers.ADMINS,
        flaps=True,
    ),
    _T.SERVICE_COMPLAINTS_ENDED: Meaning(
        Group.SERVICES,
        "Complaints are over",
        "What Sonarr, Radarr or Prowlarr complained of has been mended.",
        _ADMINS,
        Hearers.ADMINS,
        flaps=True,
    ),
    _T.DOWNLOAD_STUCK: Meaning(
        Group.SERVICES,
        "Download needs somebody",
        "Sonarr or Radarr has downloaded something that it cannot put into the library by itself.",
        _ADMINS,
        Hearers.ADMINS,
    ),
    _T.NEW_SIGN_IN: _security("New sign-in", "Your account was used on a device for the first time."),
    _T.SESSION_REUSED: _security(
        "Device signed out", "One of your devices was signed out, because its sign-in may have been stolen."
    ),
    _T.SESSION_LIMIT: _security(
        "Oldest device signed out",
        "You were signed in on too many devices, and the one you had not used for longest was signed out.",
    ),
    _T.PASSWORD_CHANGED: _security("Password changed", "The password of your account was changed."),
    _T.SECOND_FACTOR_CHANGED: _security(
        "Second factor changed", "How your account is protected at sign-in was changed."
    ),
    _T.IDENTITY_LINKED: _security("Account linked", "Another account can be used to sign in to yours."),
    _T.IDENTITY_UNLINKED: _security(
        "Account unlinked", "Another account can no longer be used to sign in to yours."
    ),
    _T.SECOND_FACTOR_BLOCKED: _security(
        "Wrong codes", "Somebody got past your password and showed too many wrong codes."
    ),
    _T.TOKEN_CREATED: _security("Personal token made", "A token that can be used instead of you was made."),
    _T.ROLE_CHANGED: _security("Other role", "What you may do here was changed."),
    _T.EMAIL_CHANGED: _security("E-mail address changed", "The e-mail address of your account was changed."),
    _T.INVITE_ACCEPTED: Meaning(
        Group.PEOPLE,
        "Invitation accepted",
        "Somebody whom you have invited has an account now.",
        "Whoever invited them",
    ),
    _T.ACCESS_LOST: Meaning(
        Group.PEOPLE,
        "Access lost",
        "Somebody can no longer see the library at Plex.",
        _ADMINS,
        Hearers.ADMINS,
    ),
    _T.SUSPENDED: Meaning(
        Group.PEOPLE, "Account suspended", "Somebody’s account was suspended.", _ADMINS, Hearers.ADMINS
    ),
    _T.CHANNEL_DISABLED: Meaning(
        Group.PORTAL,
        "Channel turned off",
        "One of your channels takes no messages any more.",
        "Whose channel it is",
        always_in_inbox=True,
    ),
    _T.BROADCAST: Meaning(
        Group.PORTAL,
        "Message to everybody",
        "What those who run the portal want people to know.",
        "Whom it was written for",
        always_in_inbox=True,
    ),
}
