"""What the notifications service can do, one idea a file."""

from medianest_notifications.use_cases.announce_complaints import (
    announce_complaints,
    announce_stuck_download,
)
from medianest_notifications.use_cases.announce_download import (
    announce_download,
    announce_list,
    announce_queue,
)
from medianest_notifications.use_cases.announce_edit import announce_edit, announce_stuck
from medianest_notifications.use_cases.announce_incident import (
    announce_certificate,
    announce_dead_letters,
    announce_incident,
)
from medianest_notifications.use_cases.announce_issue import announce_issue
from medianest_notifications.use_cases.announce_request import announce_requests
from medianest_notifications.use_cases.announce_standing import (
    announce_email,
    announce_import,
    announce_lost_access,
    announce_quota,
    announce_role,
    announce_suspension,
    announce_watchlist,
)
from medianest_notifications.use_cases.count_notifications import count_notifications
from medianest_notifications.use_cases.erase_person import erase_person
from medianest_notifications.use_cases.export_person import export_person
from medianest_notifications.use_cases.hear_of_item import hear_of_item
from medianest_notifications.use_cases.learn_access import learn_access
from medianest_notifications.use_cases.learn_person import learn_person
from medianest_notifications.use_cases.list_notifications import list_notifications
from medianest_notifications.use_cases.mark_read import (
    dismiss_notification,
    mark_all_read,
    mark_read,
    mark_unread,
)
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.use_cases.pin_notification import pin_notification, unpin_notification
from medianest_notifications.use_cases.read_inbox_heads import read_inbox_heads
from medianest_notifications.use_cases.replay_inbox import replay_inbox
from medianest_notifications.use_cases.send_mail import send_mail
from medianest_notifications.use_cases.tell_arrivals import tell_arrivals
from medianest_notifications.use_cases.tell_many import tell_many

__all__ = [
    "announce_certificate",
    "announce_complaints",
    "announce_dead_letters",
    "announce_download",
    "announce_edit",
    "announce_email",
    "announce_import",
    "announce_incident",
    "announce_issue",
    "announce_list",
    "announce_lost_access",
    "announce_queue",
    "announce_quota",
    "announce_requests",
    "announce_role",
    "announce_stuck",
    "announce_stuck_download",
    "announce_suspension",
    "announce_watchlist",
    "count_notifications",
    "dismiss_notification",
    "erase_person",
    "export_person",
    "hear_of_item",
    "learn_access",
    "learn_person",
    "list_notifications",
    "mark_all_read",
    "mark_read",
    "mark_unread",
    "notify",
    "pin_notification",
    "read_inbox_heads",
    "replay_inbox",
    "send_mail",
    "tell_arrivals",
    "tell_many",
    "unpin_notification",
]
