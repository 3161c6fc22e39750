from medianest_common.clock import uuid7
from medianest_common.contracts.health.decided import InternalsDecision
from medianest_common.contracts.health.inside import Recovery, RecoveryKind, ResetBreakersBody, ResetDone
from medianest_common.contracts.platform import BreakersReset, Question, ResetBreakersHere
from medianest_health.app import HealthApp
from medianest_health.auditing import internals_decided
from medianest_health.everybody import ask_everybody
from medianest_health.repository.recoveries import RecoveryLog


async def reset_breakers(app: HealthApp, asked: ResetBreakersBody) -> ResetDone:
    """In every replica that can be reached. Who asked is in the audit log, and not here."""
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
    async with app.db.transaction() as tx:
        internals_decided(tx, InternalsDecision.BREAKERS_RESET, f"breakers:{asked.service or 'all'}")
        if done.reset:
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
