"""What one replica knows of itself and tells: that it is there, how its circuit breakers stand, and what was mended."""

from datetime import datetime
from typing import NamedTuple

from nats.aio.msg import Msg

from medianest_common.bus.client import Bus
from medianest_common.bus.rpc import Answer, Reply, RpcServer
from medianest_common.clock import Clock
from medianest_common.contracts.health.inside import RecoveryKind
from medianest_common.contracts.platform import Question, ResetBreakersHere, Resilience, each_subject
from medianest_common.http.breaker import CircuitBreaker
from medianest_common.http.breakers import Breakers
from medianest_common.presence import Announcer
from medianest_common.recoveries import Recoveries


class Crash(NamedTuple):
    error: str
    at: float
    """By the monotonic clock."""

    @classmethod
    def by(cls, error: Exception, *, clock: Clock) -> "Crash":
        return cls(type(error).__name__, clock.monotonic())


class Inside:
    def __init__(self, *, service: str, instance: str, clock: Clock) -> None:
        self._service = service
        self._instance = instance
        self._clock = clock
        self._after_crash = False
        self.recoveries = Recoveries(service=service, instance=instance, clock=clock)
        self.breakers = Breakers(clock=clock, turned=self._turned)

    def announcer(self, bus: Bus, *, started_at: datetime) -> Announcer:
        return Announcer(
            bus,
            service=self._service,
            instance=self._instance,
            started_at=started_at,
            after_crash=self._after_crash,
        )

    def bus_lost(self) -> None:
        self.recoveries.broke(RecoveryKind.BUS_RESTORED)

    def bus_back(self) -> None:
        self.recoveries.mended(RecoveryKind.BUS_RESTORED, "NATS")

    def database_lost(self) -> None:
        self.recoveries.broke(RecoveryKind.DATABASE_RESTORED)

    def database_back(self) -> None:
        self.recoveries.mended(RecoveryKind.DATABASE_RESTORED, "PostgreSQL")

    def up_again(self, crash: Crash) -> None:
        """Before it is announced."""
        self._after_crash = True
        self.recoveries.note(
            RecoveryKind.SERVICE_RESTARTED,
            self._service,
            seconds=self._clock.monotonic() - crash.at,
            detail=f"It had ended with {crash.error}.",
        )

    async def serve(self, answers: RpcServer, *, readiness: Answer) -> None:
        """What all replicas are asked at once, and each has to answer."""
        for question, answer in (
            (Question.READINESS, readiness),
            (Question.RESILIENCE, self._resilience),
            (Question.RESET_BREAKERS, self._reset_breakers),
        ):
            await answers.serve(each_subject(self._service, question), answer, each=True)

    async def _resilience(self, _: Msg) -> Reply:
        view = Resilience(service=self._service, instance=self._instance, breakers=self.breakers.look())
        return Reply(view.model_dump_json().encode())

    async def _reset_breakers(self, question: Msg) -> Reply:
        asked = ResetBreakersHere.model_validate_json(question.data)
        return Reply(self.breakers.reset(asked, instance=self._instance).model_dump_json().encode())

    def _turned(self, breaker: CircuitBreaker, seconds: float | None) -> None:
        if seconds is not None:
            self.recoveries.note(RecoveryKind.BREAKER_CLOSED, breaker.system, seconds=seconds)
            return
        detail = f"After {breaker.failures} failures in a row."
        self.recoveries.note(RecoveryKind.BREAKER_OPENED, breaker.system, detail=detail)
