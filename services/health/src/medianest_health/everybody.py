"""All replicas of all services, asked at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from pydantic import ValidationError

from medianest_common.contracts.health.inside import SilentReplica
from medianest_common.contracts.platform import BreakersReset, Question, Readiness, Resilience, each_subject
from medianest_common.lifecycle import SERVICES
from medianest_health.app import HealthApp
from medianest_health.repository.replicas import known

log = structlog.get_logger()

ANSWER_SECONDS = 1.5
_LOOKING_UP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Answers[A]:
    given: Sequence[A]
    silent: Sequence[SilentReplica]
    """Those that should be there and are not among the answers."""


async def ask_everybody[A: (Readiness, Resilience, BreakersReset)](
    app: HealthApp,
    question: Question,
    body: bytes = b"",
    *,
    answer: type[A],
    service: str | None = None,
    instance: str | None = None,
) -> Answers[A]:
    """Waits for those that are heard of, and no longer than `ANSWER_SECONDS`. What is asked about a service or a
    replica that nobody knows is answered by nobody."""
    services = [name for name in SERVICES if service in (None, name)]
    present = {
        each: name for name in services for each in app.roster.present(name) if instance in (None, each)
    }
    given: list[A] = []

    def enough(bodies: Sequence[bytes]) -> bool:
        try:
            given.append(answer.model_validate_json(bodies[-1]))
        except ValidationError as error:
            log.warning("answer_not_understood", question=question, errors=error.error_count())
        return bool(present) and present.keys() <= _instances(given)

    if services:
        subjects = [each_subject(name, question) for name in services]
        await app.bus.ask_each(subjects, body, timeout=ANSWER_SECONDS, enough=enough)
    missing = {**await _missed(app), **present}
    return Answers(
        given,
        [
            SilentReplica(service=missing[each], instance=each)
            for each in sorted(missing, key=lambda each: (missing[each], each))
            if each not in _instances(given) and missing[each] in services and instance in (None, each)
        ],
    )


async def _missed(app: HealthApp) -> dict[str, str]:
    """Those that have vanished, as far as the database is there to say."""
    try:
        async with asyncio.timeout(_LOOKING_UP_SECONDS), app.db.read() as connection:
            return {place.instance: place.service for place in await known(connection) if place.is_missed}
    except Exception as error:
        log.info("missed_not_known", error=type(error).__name__)
        return {}


def _instances(given: Sequence[Readiness | Resilience | BreakersReset]) -> set[str]:
    return {each.instance for each in given}
