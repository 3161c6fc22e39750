"""Who asked, why, and until when: carried along every call and message without being passed as an argument."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Caller, Permission
from medianest_common.errors import Forbidden, Unauthenticated

CORRELATION = "mn-correlation"
CAUSATION = "mn-causation"
CALLER = "mn-caller"
DEADLINE = "mn-deadline"
TRACEPARENT = "traceparent"

FRESH_FOR = timedelta(minutes=10)


class ReauthRequired(Forbidden):
    title = "This needs a fresh sign-in"


@dataclass(frozen=True, slots=True)
class Context:
    """`causation_id` is the id of the message that led here; `deadline` is when the asker stops waiting."""

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    caller: Caller | None = None
    deadline: datetime | None = None

    def headers(self) -> dict[str, str]:
        headers = {CORRELATION: self.correlation_id}
        if self.causation_id:
            headers[CAUSATION] = self.causation_id
        if self.traceparent:
            headers[TRACEPARENT] = self.traceparent
        if self.caller:
            headers[CALLER] = self.caller.model_dump_json(exclude_none=True)
        if self.deadline:
            headers[DEADLINE] = str(int(self.deadline.timestamp() * 1000))
        return headers

    def trail(self) -> dict[str, str]:
        """By which what passes, and is asked for by nobody, can be followed."""
        headers = {CORRELATION: self.correlation_id}
        if self.traceparent:
            headers[TRACEPARENT] = self.traceparent
        return headers

    @classmethod
    def from_headers(cls, headers: Mapping[str, str], *, causation_id: str | None = None) -> "Context":
        caller = headers.get(CALLER)
        deadline = headers.get(DEADLINE)
        return cls(
            correlation_id=headers.get(CORRELATION) or str(uuid7()),
            causation_id=causation_id or headers.get(CAUSATION),
            traceparent=headers.get(TRACEPARENT),
            caller=Caller.model_validate_json(caller) if caller else None,
            deadline=datetime.fromtimestamp(int(deadline) / 1000, UTC) if deadline else None,
        )


_current: ContextVar[Context | None] = ContextVar("medianest_context", default=None)


def current() -> Context:
    """The present context; work that nobody asked for (a timer, start-up) gets a correlation id of its own."""
    context = _current.get()
    if context is None:
        context = Context(correlation_id=str(uuid7()))
        _current.set(context)
    return context


def present() -> Context | None:
    """As `current`, where there is one."""
    return _current.get()


class use:  # noqa: N801
    """`with use(context):`; a class, because a generator would cost twice as much on the hottest path."""

    __slots__ = ("_context", "_token")

    def __init__(self, context: Context) -> None:
        self._context = context

    def __enter__(self) -> Context:
        self._token = _current.set(self._context)
        return self._context

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def with_caller(caller: Caller | None) -> Context:
    return replace(current(), caller=caller)


def deadline_in(seconds: float, *, now: datetime) -> datetime:
    """The earlier of now + seconds and the deadline already in force."""
    own = now + timedelta(seconds=seconds)
    inherited = current().deadline
    return min(own, inherited) if inherited else own


def require_caller() -> Caller:
    caller = current().caller
    if caller is None:
        raise Unauthenticated("Sign in to do this.")
    return caller


def require(permission: Permission) -> Caller:
    caller = require_caller()
    if not caller.may(permission):
        who = "the owner" if permission is Permission.MANAGE_ADMINS else "an administrator"
        raise Forbidden(f"Only {who} may do this.")
    return caller


def require_person() -> Caller:
    """For what a personal token can never do: everything about the account itself."""
    caller = require_caller()
    if caller.scopes is not None:
        raise Forbidden("A personal token cannot do this. Sign in yourself.")
    return caller


def require_fresh(*, now: datetime) -> Caller:
    """For sensitive actions: the person has proved who they are within the last ten minutes."""
    caller = require_person()
    if now - caller.auth_time > FRESH_FOR:
        raise ReauthRequired("Confirm that it is you, then try again.")
    return caller


def require_operator() -> None:
    """For what only the command line asks: it acts for nobody, while a gateway names whom it asks for. That no gateway
    asks in the name of nobody either is kept by there being no route."""
    if current().caller is not None:
        raise Forbidden("Only whoever runs the installation can do this, with `medianest admin`.")


def log_fields() -> dict[str, Any]:
    context = _current.get()
    return {"correlation_id": context.correlation_id} if context else {}
