"""Ids that stay the same, and mean the same wherever they are shown."""

from hashlib import blake2b

_SAME_AS = {
    "Account": "User",
    "Profile": "User",
    "Requester": "User",
    "DownloadRequester": "User",
    "IssueAuthor": "User",
    "Somebody": "User",
    "RequestRef": "MediaRequest",
    "MonitorStatus": "Monitor",
    "PublicMonitor": "Monitor",
    "ServiceLine": "Monitor",
    "TryMonitorBody": "Monitor",
    "OpenIncident": "Incident",
    "PublicIncident": "Incident",
    "PublicMaintenance": "Maintenance",
    "ProfileRef": "DownloadProfile",
    "NewInvite": "Invite",
    "NewPersonalToken": "PersonalToken",
    "ErrorSummary": "ErrorDetails",
}
_NAMED = {
    "userId": "User",
    "changedBy": "Owner",
    "sessionId": "Session",
    "requestId": "MediaRequest",
    "issueId": "Issue",
    "batchId": "Batch",
    "downloadId": "Download",
    "profileId": "DownloadProfile",
    "subscriptionId": "Subscription",
    "channelId": "Channel",
    "notificationId": "Notification",
    "deliveryId": "DeliveryReport",
    "broadcastId": "Broadcast",
    "monitorId": "Monitor",
    "groupId": "MonitorGroup",
    "incidentId": "Incident",
    "noteId": "IncidentNote",
    "tokenId": "PersonalToken",
    "ref": "Monitor",
}
_LISTS = {
    "userIds": "User",
    "monitorIds": "Monitor",
    "groupIds": "MonitorGroup",
    "dependsOn": "OtherMonitor",
    "ids": "MediaRequest",
}


def id_of(thing: str) -> str:
    mark = blake2b(_SAME_AS.get(thing, thing).encode(), digest_size=9).hexdigest()
    return f"0195a1b2-7c3d-7{mark[:3]}-8{mark[3:6]}-{mark[6:18]}"


EXAMPLES = {name: id_of(thing) for name, thing in _NAMED.items()} | {
    name: [id_of(thing)] for name, thing in _LISTS.items()
}
