"""What a service counts against the systems outside."""

from collections import Counter

from medianest_common.bus import Bus
from medianest_common.contracts.platform import Question, Resilience, each_subject


async def failures_of(bus: Bus, service: str) -> Counter[str]:
    """By the names of the systems; a breaker that is not closed counts as well."""
    answer = await bus.ask(each_subject(service, Question.RESILIENCE), timeout=30)
    seen = Resilience.model_validate_json(answer)
    counted = Counter[str]()
    for each in seen.breakers:
        counted[each.system] += each.failures + (each.state != "closed")
    return counted
