"""What a dead letter says, for whoever looks for the cause."""

import json
from typing import Any

from medianest_common.bus.dead_letters import DeadLetter, read_letter
from medianest_common.contracts.health.queues import DeadLetterDetails
from medianest_common.security.redaction import is_cut, redact, redact_text
from medianest_health.app import HealthApp
from medianest_health.errors import DeadLetterNotFound
from medianest_health.repository.dead_letters import letter

LONGEST_BODY = 16_000
_DEEPEST = 8


async def get_dead_letter(app: HealthApp, seq: int) -> DeadLetterDetails:
    async with app.db.read() as connection:
        known = await letter(connection, seq)
    if known is None:
        raise DeadLetterNotFound("It may have been cleared away: dead letters are kept for 30 days.")
    found = await read_letter(app.bus.js, seq=seq, buried_at=known.buried_at)
    about = known.model_dump(by_alias=False)
    if found is None:
        return DeadLetterDetails(**about, headers={}, body=None, is_json=False, is_cut=False)
    text, is_json, is_shortened = _written_out(found)
    return DeadLetterDetails(
        **about,
        headers=redact(dict(found.headers)),
        body=text[:LONGEST_BODY],
        is_json=is_json,
        is_cut=is_shortened or len(text) > LONGEST_BODY,
    )


def _written_out(found: DeadLetter) -> tuple[str, bool, bool]:
    """The text, whether it is JSON, and whether there was more than secrets that is not in it."""
    try:
        value = _opened(json.loads(found.body))
        text = json.dumps(redact(value), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        raw = found.body.decode(errors="replace")
        return redact_text(raw, keep_lines=True), False, is_cut(raw, keep_lines=True)
    return text, True, is_cut(value)


def _opened(value: Any, depth: int = 0) -> Any:
    """JSON within JSON is opened as well: secrets are found by the names beside them."""
    if depth > _DEEPEST:
        return value
    if isinstance(value, dict):
        return {name: _opened(member, depth + 1) for name, member in value.items()}
    if isinstance(value, list):
        return [_opened(member, depth + 1) for member in value]
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return _opened(json.loads(value), depth + 1)
        except (ValueError, RecursionError):
            return value
    return value
