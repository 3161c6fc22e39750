"""The tables of the notifications service."""

from medianest_notifications.models.base import Base
from medianest_notifications.models.broadcasts import Broadcast
from medianest_notifications.models.channels import Channel
from medianest_notifications.models.codes import CodeSend
from medianest_notifications.models.deliveries import Delivery
from medianest_notifications.models.inbox import Entry, Epoch, Head
from medianest_notifications.models.integrations import Integration
from medianest_notifications.models.news import Arrival, LibraryAccess, Telling
from medianest_notifications.models.outages import Outage
from medianest_notifications.models.people import LAST_VERSION, Recipient
from medianest_notifications.models.preferences import Choice, Mute, Preference
from medianest_notifications.models.requests import FollowedRequest
from medianest_notifications.models.templates import ANY_CHANNEL, TemplateOverride

__all__ = [
    "ANY_CHANNEL",
    "LAST_VERSION",
    "Arrival",
    "Base",
    "Broadcast",
    "Channel",
    "Choice",
    "CodeSend",
    "Delivery",
    "Entry",
    "Epoch",
    "FollowedRequest",
    "Head",
    "Integration",
    "LibraryAccess",
    "Mute",
    "Outage",
    "Preference",
    "Recipient",
    "Telling",
    "TemplateOverride",
]
