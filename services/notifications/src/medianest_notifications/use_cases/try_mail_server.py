"""Whether a mail server lets us in. Nothing is sent."""

from medianest_common.clock import Clock
from medianest_common.contracts.integrations import TrialOutcome, TrialReport
from medianest_common.errors import MediaNestError
from medianest_notifications.adapters.smtp import Smtp
from medianest_notifications.settings import NotificationsSettings, parse_sender

_REFUSED = ("530", "534", "535")
"""RFC 4954."""


async def try_mail_server(settings: NotificationsSettings, *, clock: Clock) -> TrialReport:
    server = settings.mail_server
    assert server is not None
    started = clock.monotonic()
    try:
        await Smtp(server, hello=parse_sender(settings.mail_from).domain).check()
    except MediaNestError as error:
        detail = error.detail or error.title
        if any(f"answered {code}" in detail for code in _REFUSED):
            message = "The mail server does not accept the user name or the password."
            return TrialReport(outcome=TrialOutcome.KEY_REFUSED, message=message)
        return TrialReport(outcome=TrialOutcome.FAILED, message=f"{error.title}. {detail}")
    return TrialReport(outcome=TrialOutcome.OK, latency_ms=round((clock.monotonic() - started) * 1000, 2))
