"""What a service counts against the systems outside."""

from medianest.testing import Sandbox
from medianest_common.contracts.platform import Question, Resilience, each_subject


async def failures_of(sandbox: Sandbox, service: str) -> dict[str, int]:
    """By the names of the systems; a breaker that is not closed counts as well."""
    answer = await sandbox.bus.ask(each_subject(service, Question.RESILIENCE), timeout=30)
    seen = Resilience.model_validate_json(answer)
    return {each.system: each.failures + (each.state != "closed") for each in seen.breakers}
