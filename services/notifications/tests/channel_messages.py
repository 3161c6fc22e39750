"""Messages to send, and what senders need to be made."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from medianest_common.clock import SystemClock, uuid7
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.testing.fake_channels.site import Fake
from medianest_notifications.adapters.channels.clients import AllowedHosts, Clients
from medianest_notifications.adapters.channels.marks import Fingerprints
from medianest_notifications.adapters.channels.port import Message, Part

PORTAL = "https://nest.example.org"
INBOX = f"{PORTAL}/notifications"
MARKS = Fingerprints(b"k" * 32)
AT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
FAMILY = "👨‍👩‍👧‍👦"
SIGNS = "🎬 é e\u0301 日本語 العربية עברית 🇩🇪 👍🏽 " + FAMILY
"""What breaks: beyond 16 bits, composed and decomposed, wide, right to left, in pairs, with a tone, joined."""
HOSTILE = "<b>&amp;</b> **x** _y_ [a](http://e.example) @everyone @here <@123> <!channel> {{ 7*7 }} `c`\r\nBcc: e@x.y"


def message(**changes: Any) -> Message:
    values: dict[str, Any] = {
        "delivery_id": uuid7(),
        "type": NotificationType.REQUEST_AVAILABLE,
        "title": "Dune (2021) is ready",
        "body": "Frida’s request can be watched now.",
        "link": f"{PORTAL}/requests/1",
        "urgency": Urgency.NORMAL,
        "collapse_key": None,
        "at": AT,
        "locale": "en",
    }
    return Message(**(values | changes))


def digest(count: int = 3, **changes: Any) -> Message:
    parts = tuple(
        Part(f"Film {number} {SIGNS}", f"It is ready. {HOSTILE}", f"{PORTAL}/requests/{number}")
        for number in range(count)
    )
    return message(title=f"{count} new messages", body="", link=None, parts=parts, **changes)


def clients(system: str, *fakes: Fake) -> Clients:
    """As if the operator vouched for these servers."""
    allowed = AllowedHosts.parse(",".join(urlsplit(fake.url).netloc for fake in fakes))
    return Clients(system, clock=SystemClock(), allowed=allowed)
