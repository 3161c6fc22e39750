from medianest_common.clock import uuid7
from medianest_common.contracts.health.inside import Recovery, RecoveryKind, ResetBreakersBody, ResetDone
from medianest_common.contracts.platform import BreakersReset, Question, ResetBreakersHere
from medianest_health.app import HealthApp
from medianest_health.everybody import ask_everybody
from medianest_health.repository.recoveries import RecoveryLog


async def reset_breakers(app: HealthApp, asked: ResetBreakersBody) -> ResetDone:
    """In every replica that can be reached. Who asked is nobody's business a month later, so it is not written down."""
    here = ResetBreakersHere(system=asked.system, instance=asked.instance)
    answers = await ask_everybody(
        app,
        Question.RESET_BREAKERS,
        here.model_dump_json().encode(),
        answer=BreakersReset,
        service=asked.service,
        instance=asked.instance,
    )
    done = ResetDone(
        matched=sum(each.matched for each in answers.given),
        reset=sum(each.reset for each in answers.given),
        silent=list(answers.silent),
    )
    if done.reset:
        async with app.db.transaction() as tx:
            await RecoveryLog(tx.session).note(
                Recovery(
                    id=uuid7(),
                    at=app.clock.now(),
                    service=asked.service or "all",
                    instance=asked.instance,
                    kind=RecoveryKind.BREAKER_RESET,
                    about=asked.system or "all",
                    detail=f"{done.reset} reset by an administrator.",
                )
            )
    return done
