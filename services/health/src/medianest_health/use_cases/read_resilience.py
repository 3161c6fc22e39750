from medianest_common.contracts.health.inside import ReplicaBreaker, ResilienceView
from medianest_common.contracts.platform import BreakerCondition, Question, Resilience
from medianest_health.app import HealthApp
from medianest_health.everybody import ask_everybody

_ORDER = (BreakerCondition.OPEN, BreakerCondition.HALF_OPEN, BreakerCondition.CLOSED)


async def read_resilience(app: HealthApp) -> ResilienceView:
    answers = await ask_everybody(app, Question.RESILIENCE, answer=Resilience)
    breakers = [
        ReplicaBreaker(**breaker.model_dump(by_alias=False), service=given.service, instance=given.instance)
        for given in answers.given
        for breaker in given.breakers
    ]
    breakers.sort(
        key=lambda each: (
            _ORDER.index(each.state),
            each.service,
            each.instance,
            each.system,
            each.address or "",
        )
    )
    return ResilienceView(breakers=breakers, silent=list(answers.silent))
