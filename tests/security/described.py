"""schemathesis at the HTTP API: by whom and how it is asked, what is let through, and what was found."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis.strategies import SearchStrategy, just
from schemathesis import AuthContext, Case, HookContext
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from tests.security.conftest import House
from tests.security.more_than_a_schema import MORE_THAN_A_SCHEMA
from tests.world import Person

_KNOWN = ["2xx", "3xx", "4xx", "503", "504"]
_REFUSED = ["400", "401", "403", "404", "405", "406", "409", "413", "414", "415", "422", "428", "429", "5xx"]
"""A text that is too long may make the body or the address too large before anybody reads it."""
_ACCEPTED = ["2xx", "401", "403", "404", "409", "410", "429", "503", "504"]
_STAY = frozenset(
    {
        "/media/requests/{id}",
        "/notifications/{id}/deliveries",
        "/youtube/batches/{id}",
        "/admin/broadcasts/{id}",
    }
)
"""A request, a list or a message to everybody that is deleted is called off, a notification is put away: all are still
shown."""
_LINKS = {
    ("post", "/admin/monitors", "201", "id"): (
        "getService",
        "getMonitorHistory",
        "listMonitorIncidents",
        "getMonitorBadge",
    ),
    ("get", "/admin/users", "200", "items/0/id"): ("getUser", "listTokensOf", "changeUser", "signOutUser"),
}
_MAY_END_A_SESSION = ("/auth/logout", "/auth/devices/", "/users/{id}")


@dataclass
class Found:
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)
    followed: Counter[str] = field(default_factory=Counter)
    """Scenarios in which what an earlier answer named was there, by the operation that was asked for it."""
    scenarios: int = 0

    def __str__(self) -> str:
        return "\n\n".join(f"{what}\n{how}" for what, how in self.wrong.items())

    def add(self, recorder: ScenarioRecorder) -> None:
        self.scenarios += 1
        there: set[str] = set()
        for key, one in recorder.interactions.items():
            if not one.response:
                continue
            self.statuses[one.response.status_code] += 1
            asked = recorder.cases[key]
            operation = asked.value.operation.label
            if asked.is_transition_applied and one.response.status_code < 300 and "{" in operation:
                there.add(operation)
        self.followed.update(there)
        for nodes in recorder.checks.values():
            for node in nodes:
                if node.status is Status.FAILURE and node.failure_info:
                    failure = node.failure_info.failure
                    said = f"{failure.message}\n{node.failure_info.code_sample}"
                    self.wrong[f"{failure.operation}: {failure.title}"] = said


def config(examples: int, *, phases: dict[str, Any], seed: int = 7) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "suppress-health-check": ["all"],
            "cache": {"enabled": False},
            "continue-on-failure": True,
            "request-timeout": 60,
            # Characters that no text of ours may hold are tried in test_hostile_text.py.
            "generation": {
                "mode": "all",
                "max-examples": examples,
                "deterministic": True,
                "no-shrink": True,
                "allow-x00": False,
            },
            "checks": {
                "not_a_server_error": {"expected-statuses": _KNOWN},
                "negative_data_rejection": {"expected-statuses": _REFUSED},
            },
            "phases": phases,
            "operations": [_allowing(path) for path in sorted(MORE_THAN_A_SCHEMA.keys() | _STAY)],
        }
    )


def _allowing(path: str) -> dict[str, Any]:
    found = MORE_THAN_A_SCHEMA.get(path, ())
    statuses = [str(each) for each in (found if isinstance(found, tuple) else (found,))]
    return {
        "include-path": f"/api/v1{path}",
        "checks": {
            "positive_data_acceptance": {"expected-statuses": [*_ACCEPTED, *statuses]},
            "not_a_server_error": {"expected-statuses": [*_KNOWN, *statuses]},
            "use_after_free": {"enabled": path not in _STAY},
        },
    }


def ask(
    house: House,
    person: Person,
    config: SchemathesisConfig,
    *,
    at: Callable[[str, str], bool] | None = None,
    bodies: Mapping[str, Any] | None = None,
) -> Found:
    """`at` is asked which operations are meant, by method and path. `bodies` are right ones, of which every other is
    sent where they are given; what is wrong is not tried there.
    """
    # Whoever asks first waits until it is made.
    answer = house.do(house.olive.get("/openapi.json", timeout=120), within=150)
    whole = schemathesis.openapi.from_dict(_with_links(answer.json()), config=config)
    whole.config.update(base_url=house.world.product.url)
    # `include` adds to what the settings of single operations include, and that is all of them.
    description = whole.exclude(
        lambda context: at is not None and not at(context.operation.method.upper(), context.operation.path)
    )
    description.auth(refresh_interval=None)(_credentials(house, person))

    @description.hook
    def filter_case(context: HookContext, case: Case[Any]) -> bool:
        """JSON Schema calls 1.0 an integer; we do not."""
        return not _holds_whole_float(case.body)

    @description.hook
    def before_generate_body(context: HookContext, strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
        assert context.operation is not None
        known = (bodies or {}).get(context.operation.label)
        return strategy if known is None else strategy | just(known)

    found = Found()
    for event in from_schema(description).execute():
        if isinstance(event, events.ScenarioFinished):
            found.add(event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.wrong[repr(event)] = ""
    return found


def _with_links(description: dict[str, Any]) -> dict[str, Any]:
    """Where an id leads that stands under another path; of those below one path schemathesis knows it by itself."""
    for (method, path, status, where), operations in _LINKS.items():
        answer = description["paths"][f"/api/v1{path}"][method]["responses"][status]
        answer["links"] = {
            each: {"operationId": each, "parameters": {"id": f"$response.body#/{where}"}}
            for each in operations
        }
    return description


def _credentials(house: House, person: Person) -> type:
    class Credentials:
        # Another test may have ended the session.
        leaving = True

        def get(self, case: Case[Any], context: AuthContext) -> str:
            if person.token and Credentials.leaving and not house.do(_is_signed_in(person)):
                house.do(house.back(person))
            Credentials.leaving = case.method != "GET" and any(
                part in case.operation.path for part in _MAY_END_A_SESSION
            )
            return person.token

        def set(self, case: Case[Any], data: str, context: AuthContext) -> None:
            if data:
                case.headers["Authorization"] = f"Bearer {data}"
            else:
                case.headers["X-CSRF-Token"] = person.csrf
                case.cookies = dict(person.http.cookies)

    return Credentials


async def _is_signed_in(person: Person) -> bool:
    answer = await person.get("/auth/session", headers={"Authorization": f"Bearer {person.token}"})
    return answer.status_code == 200


def _holds_whole_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_whole_float, value.values()))
    if isinstance(value, list):
        return any(map(_holds_whole_float, value))
    return isinstance(value, float) and value.is_integer()
