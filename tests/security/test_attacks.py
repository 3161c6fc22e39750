"""What is tried at every route at once, as the description lists them: attacks 40, 74 and 88."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.security.conftest import House
from tests.security.test_access import ask

DESCRIPTION: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs/openapi.json").read_text("utf-8"))
_CURSORS = (
    "-1",
    "0",
    "1000000000",
    "9" * 18,
    "nonsense",
    "bm9uc2Vuc2U",
    "=" * 100,
    "x" * 2000,
    "\u0661",
    "%00",
)
_NUMBERS = ("-1", "0", "1000000000", "9" * 18, "9" * 30, "nonsense", "1e3", "1_0", "\u0661", "")


def _paged() -> list[tuple[str, str, dict[str, Any]]]:
    """Each parameter that says where a list begins or how much of it is wanted: numbers, and cursors."""
    return [
        (f"GET {path}", parameter["name"], parameter["schema"])
        for path, item in DESCRIPTION["paths"].items()
        for parameter in item.get("get", {}).get("parameters", ())
        if parameter["in"] == "query"
        and (
            parameter["schema"].get("type") == "integer" or parameter["name"] in ("cursor", "page", "offset")
        )
    ]


PAGED = _paged()


def test_attack_40_nothing_that_is_answered_can_be_framed(house: House) -> None:
    house.do(_framed(house))


async def _framed(house: House) -> None:
    product = house.world.product.url
    seen: dict[str, int] = {}
    async with httpx.AsyncClient(base_url=product, timeout=60) as stranger:
        for person, method, path in (
            (stranger, "GET", "/"),
            (stranger, "GET", "/index.html"),
            (stranger, "GET", "/requests/no-such-page"),
            (stranger, "GET", "/health"),
            (stranger, "GET", "/assets/none.js"),
            (stranger, "GET", "/api/v1/openapi.json"),
            (stranger, "GET", "/api/v1/auth/session"),
            (stranger, "GET", "/api/v1/nowhere"),
            (stranger, "GET", "/api/v1/auth/providers/none/start"),
            (stranger, "GET", "/api/v1/media/search?page=0"),
            (stranger, "POST", "/api/v1/auth/login"),
            (stranger, "PATCH", "/api/v1/csrf"),
            (stranger, "OPTIONS", "/api/v1/csrf"),
            (stranger, "HEAD", "/api/v1/csrf"),
            (stranger, "GET", "/api/v1/%7f"),
            (house.frida.http, "GET", "/api/v1/admin/users"),
            (house.frida.http, "GET", "/api/v1/users/me"),
            (house.frida.http, "GET", "/api/v1/media/requests?limit=0"),
            (house.frida.http, "GET", "/api/v1/events"),
        ):
            async with person.stream(method, f"{product}{path}") as answer:
                _not_framed(f"{method} {path}", answer)
                kind = answer.headers.get("content-type", "none").split(";")[0]
                seen[kind] = seen.get(kind, 0) + 1
        _not_framed("another host", await stranger.get("/api/v1/csrf", headers={"Host": "evil.example"}))
    assert {"application/json", "application/problem+json", "text/event-stream", "text/html"} <= set(seen), (
        seen
    )


def _not_framed(what: str, answer: httpx.Response) -> None:
    (policy,) = answer.headers.get_list("content-security-policy") or ("",)
    assert "frame-ancestors 'none'" in policy, (what, answer.status_code, dict(answer.headers))
    assert answer.headers.get("x-frame-options", "").upper() == "DENY", (what, dict(answer.headers))


@pytest.mark.parametrize(
    "headers, query",
    [
        ({"X-Impersonate-User": "{id}", "Impersonate-User": "{id}", "Sudo": "{id}", "X-Sudo": "{id}"}, {}),
        ({"X-User-Id": "{id}", "X-User": "{id}", "X-Forwarded-User": "{id}", "X-Remote-User": "{id}"}, {}),
        ({"Remote-User": "{id}", "X-Act-As": "{id}", "On-Behalf-Of": "{id}", "X-API-User": "{id}"}, {}),
        ({}, {"userId": "{id}", "user_id": "{id}", "as": "{id}", "sudo": "{id}", "impersonate": "{id}"}),
    ],
    ids=["impersonate", "user", "remote", "query"],
)
def test_attack_74_nobody_acts_as_somebody_else(
    house: House, headers: dict[str, str], query: dict[str, str]
) -> None:
    """There is no impersonation, for administrators neither: whoever signed in is who is answered."""
    house.do(_as_oneself(house, headers, query))


async def _as_oneself(house: House, headers: dict[str, str], query: dict[str, str]) -> None:
    for person, other in ((house.frida, house.olive), (house.olive, house.frida)):
        for named in (other.user["id"], other.user["name"]):
            answer = await person.get(
                "/users/me",
                headers={name: value.format(id=named) for name, value in headers.items()},
                params={name: value.format(id=named) for name, value in query.items()},
            )
            # A parameter that nobody knows may be refused, and may be passed over.
            if answer.status_code != 422:
                assert answer.raise_for_status().json()["id"] == person.user["id"]


def test_attack_74_no_route_lets_anybody_become_somebody() -> None:
    words = ("impersonat", "sudo", "act-as", "actas", "on-behalf", "switch-user", "login-as", "become")
    texts = [path.lower() for path in DESCRIPTION["paths"]] + [
        parameter["name"].lower()
        for item in DESCRIPTION["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
        for parameter in operation.get("parameters", ())
    ]
    assert len(texts) > 300
    assert [text for text in texts if any(word in text for word in words)] == []


def test_attack_88_no_place_in_a_list_breaks_it(house: House) -> None:
    assert len(PAGED) > 60
    house.do(_places(house), within=240)


async def _places(house: House) -> None:
    wrong = []
    for route, name, schema in PAGED:
        number = schema.get("type") == "integer"
        for value in _NUMBERS if number else _CURSORS:
            answer = await ask(house.olive, route, {name: value})
            what = (route, name, value[:20], answer.status_code)
            if answer.status_code == 200:
                fits = not number or _fits(value, schema)
                fine = fits and len(answer.json().get("items") or ()) <= 100
            else:
                fine = answer.status_code in (400, 404, 409, 422, 503, 504)
            if not fine:
                wrong.append(what)
    assert wrong == []


def _fits(value: str, schema: dict[str, Any]) -> bool:
    if not (value.isascii() and value.lstrip("-").isdigit()):
        return False
    below = schema.get("exclusiveMaximum", schema.get("maximum", 100) + 1)
    return bool(schema.get("minimum", 0) <= int(value) < below)
