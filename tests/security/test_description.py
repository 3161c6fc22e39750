"""Every answer of the HTTP API, to sensible and to senseless questions, is one that its description promises."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from schemathesis import AuthContext, Case, HookContext
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from medianest_common.web import DESCRIPTION_SECONDS
from tests.security.conftest import House
from tests.world import Person

_KNOWN = ["2xx", "3xx", "4xx", "503", "504"]
_REFUSED = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]
"""A text that is too long may make the body too large before anybody reads it."""
_ACCEPTED = ["2xx", "401", "403", "404", "409", "410", "429", "503", "504"]
# What may be wrong here lies between two fields, in a cookie or in an opaque text, where a schema cannot say it.
_MORE_THAN_A_SCHEMA: dict[str, int | tuple[int, ...]] = {
    "/media/request": 422,
    "/auth/plex/pin": 400,
    "/auth/password/change": 422,
    "/auth/password/reset": 410,
    "/auth/passkeys/login/options": 400,
    "/auth/2fa/totp/verify": 422,
    "/auth/2fa": 410,
    "/auth/2fa/recovery-codes": 410,
    "/auth/login/mfa": 410,
    "/auth/passkeys": 410,
    "/auth/passkeys/login": 410,
    "/auth/step-up": 410,
    "/auth/invites": (400, 422),
    "/auth/invites/accept": 422,
    "/auth/invites/look": 410,
    "/auth/tokens": 422,
    "/auth/forward": 400,
    "/admin/services/{kind}": 422,
    "/admin/services/{kind}/test": 422,
    "/notifications": 400,
    "/notifications/preferences": 422,
    "/notifications/preferences/preview": 422,
    "/notifications/mutes": 400,
    "/notifications/channels": 422,
    "/notifications/channels/{id}": 422,
    "/notifications/channels/{id}/verify": 422,
    "/admin/notifications/deliveries": 400,
    "/admin/queues/dead-letters": 400,
    "/admin/queues/dead-letters/retry": 422,
    "/admin/queues/dead-letters/drop": 422,
    "/admin/notifications/templates/preview": 422,
    "/admin/notifications/templates/{type}/{locale}/{channel}": 422,
    "/admin/broadcasts": (400, 422),
    "/admin/broadcasts/reach": 422,
    "/notifications/mutes/{media_type}/{tmdb_id}": 422,
    "/admin/webhooks": 400,
    "/media/requests": 400,
    "/media/watchlist": 400,
    "/media/watchlists": 400,
    "/media/import": 422,
    "/youtube/batches": 400,
    "/youtube/subscriptions": (400, 422),
    "/youtube/subscriptions/{id}": 422,
    "/youtube/tools/update": 422,
    "/plex/libraries/{library_key}/scan": 422,
    "/media/import/{id}/findings": 400,
    "/media/issues": (400, 422),
    "/media/issues/{id}/comments": (400, 422),
    "/media/requests/followed": 400,
    "/media/requests/bulk": 422,
    "/media/requests/{id}": 422,
    "/media/requests/{id}/mark": 422,
    "/media/quotas": 400,
    "/media/import/people": 400,
    "/media/defaults/{media_type}": 422,
    "/media/rules": 422,
    "/media/rules/{id}": 422,
    "/media/rules/try": 422,
    "/media/search": 422,
    "/media/discover/{shelf}": 422,
    "/youtube/download": 422,
    "/youtube/downloads": 400,
    "/youtube/metadata": 422,
    "/youtube/profiles": 422,
    "/youtube/profiles/{id}": 422,
    "/youtube/cookies": 422,
    "/youtube/cookies/test": 422,
    "/users/me": 422,
    "/auth/email/confirm": 410,
    "/admin/users": 400,
    "/admin/plex/reconnect": 422,
    "/plex/collections": (400, 422),
    "/plex/collections/{rating_key}": 400,
    "/plex/collections/{rating_key}/items": 422,
    "/plex/history": 400,
    "/plex/items/{rating_key}/children": 400,
    "/plex/libraries/{library_key}/items": 400,
    "/admin/audit": 400,
    "/admin/recoveries": 400,
    "/admin/errors": 400,
    "/admin/monitors": (400, 422),
    "/admin/monitors/maintenance": (400, 422),
    "/admin/monitors/maintenance/{id}": 422,
    "/admin/incidents": 400,
    "/admin/incidents/{id}/notes": 422,
    "/services/{id}/incidents": 400,
    "/admin/monitors/{id}": 422,
    "/admin/monitors/test": 422,
    "/admin/monitors/bulk": 422,
    "/admin/monitors/import": 422,
    "/admin/monitors/import/uptime-kuma": (422, 502),
    "/admin/monitors/groups": 422,
    "/admin/monitors/groups/{id}": 422,
    "/admin/status-pages": 422,
    "/admin/status-pages/{id}": 422,
}


def _config(examples: int, *, boundaries: bool) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": 7,
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
            "phases": {"stateful": {"enabled": False}, "coverage": {"enabled": boundaries}},
            "operations": [
                {
                    "include-path": f"/api/v1{path}",
                    "checks": {
                        "positive_data_acceptance": {"expected-statuses": [*_ACCEPTED, *statuses]},
                        "not_a_server_error": {"expected-statuses": [*_KNOWN, *statuses]},
                    },
                }
                for path, found in _MORE_THAN_A_SCHEMA.items()
                for statuses in [[str(each) for each in (found if isinstance(found, tuple) else (found,))]]
            ],
        }
    )


@pytest.mark.parametrize("who", ["nobody", "frida", "olive"])
@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(2, marks=pytest.mark.timeout(600)),
        pytest.param(150, marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
def test_answers_are_as_described(house: House, who: str, examples: int) -> None:
    """In the short form the boundaries of everything are tried by the owner alone: what is wrong with a question is so
    whoever asks it."""
    short = examples == 2
    url = f"{house.world.product.url}/api/v1/openapi.json"
    config = _config(examples, boundaries=who == "olive" or not short)
    # Whoever asks first waits until it is made, and schemathesis waits for ten seconds at most.
    house.do(house.olive.get("/openapi.json", timeout=120), within=150)
    description = schemathesis.openapi.from_url(url, config=config, timeout=DESCRIPTION_SECONDS)
    description.auth(refresh_interval=None)(_credentials(house, getattr(house, who)))

    @description.hook
    def filter_case(context: HookContext, case: Case[Any]) -> bool:
        """JSON Schema calls 1.0 an integer; we do not."""
        return not _holds_whole_float(case.body)

    statuses: Counter[int] = Counter()
    wrong: dict[str, str] = {}
    for event in from_schema(description).execute():
        if isinstance(event, events.ScenarioFinished):
            statuses.update(_statuses(event.recorder))
            wrong |= _failures(event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            wrong[repr(event)] = ""
    assert not wrong, "\n\n".join(f"{what}\n{how}" for what, how in wrong.items())
    # The tests reached what is behind the door, and not only the door.
    assert statuses.total() > (1000 if who == "olive" or not short else 200), statuses
    assert statuses[200] > (5 if who == "nobody" else 20 if who == "frida" and short else 150), statuses


def _credentials(house: House, person: Person) -> type:
    class Credentials:
        leaving = False

        def get(self, case: Case[Any], context: AuthContext) -> str:
            if person.token and Credentials.leaving and not house.do(_is_signed_in(person)):
                house.do(house.back(person))
            Credentials.leaving = case.path.endswith("/auth/logout")
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


def _statuses(recorder: ScenarioRecorder) -> list[int]:
    return [one.response.status_code for one in recorder.interactions.values() if one.response]


def _failures(recorder: ScenarioRecorder) -> dict[str, str]:
    return {
        f"{node.failure_info.failure.operation}: {node.failure_info.failure.title}": (
            f"{node.failure_info.failure.message}\n{node.failure_info.code_sample}"
        )
        for nodes in recorder.checks.values()
        for node in nodes
        if node.status is Status.FAILURE and node.failure_info
    }


def _holds_whole_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_whole_float, value.values()))
    if isinstance(value, list):
        return any(map(_holds_whole_float, value))
    return isinstance(value, float) and value.is_integer()
