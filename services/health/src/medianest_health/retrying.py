"""What has to be true of a dead letter that is sent again, and how that is done."""

from medianest_common.bus.dead_letters import DeadLetter, is_handled
from medianest_common.db import Transaction
from medianest_health.app import HealthApp


async def obstacle(app: HealthApp, letter: DeadLetter) -> str | None:
    """Why it cannot be sent again, in words."""
    if letter.text() is None:
        return "It is nothing that could ever be understood. Drop it."
    if not await is_handled(app.bus.js, subject=letter.subject, handler=letter.handler):
        return "Nobody handles such messages any more. Drop it."
    return None


def send_again(tx: Transaction, letter: DeadLetter) -> None:
    text = letter.text()
    assert text is not None
    tx.resend(subject=letter.subject, headers=letter.once_more(), body=text)
