"""A late route is found at once, and worked out when it is first needed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import pytest
from fastapi import Depends, Query

from libs.common.tests.web.portal import API, Portal
from medianest_common.web import Router
from medianest_common.web.late_routes import LateRoute


def _first(order: Annotated[list[str], Query()] = []) -> str:  # noqa: B006
    return ",".join(["first", *order])


@pytest.fixture
def router() -> Router:
    router = Router(prefix="/late", tags=["Late"])

    @router.get("/fixed")
    async def fixed_thing() -> dict[str, str]:
        return {"route": "fixed"}

    @router.get("/{number}")
    async def numbered_thing(number: int) -> dict[str, int]:
        return {"number": number}

    @router.get("")
    async def all_things(said: Annotated[str, Depends(_first)]) -> dict[str, str]:
        return {"said": said}

    return router


def _late(portal: Portal) -> Iterator[LateRoute]:
    yield from (route for route in portal.app.routes if isinstance(route, LateRoute))


async def test_only_the_route_that_is_asked_for_is_worked_out(portal: Portal, router: Router) -> None:
    portal.app.include(router, prefix=API)
    async with portal.client() as client:
        assert (await client.get(f"{API}/late/7")).json() == {"number": 7}
        assert {route.path for route in _late(portal) if route.is_worked_out} == {f"{API}/late/{{number}}"}
        assert (await client.get(f"{API}/late/fixed")).json() == {"route": "fixed"}
    assert not any(route.is_worked_out for route in router.routes if isinstance(route, LateRoute))


async def test_it_answers_as_any_other_route_does(portal: Portal, router: Router) -> None:
    portal.app.include(router, prefix=API, dependencies=[Depends(_first)])
    async with portal.client() as client:
        assert (await client.get(f"{API}/late?order=second")).json() == {"said": "first,second"}
        assert (await client.get(f"{API}/late/1_0")).status_code == 422
        assert (await client.get(f"{API}/late/seven")).status_code == 422
        assert (await client.head(f"{API}/late/7")).status_code == 200
        assert (await client.get(f"{API}/late/7/8")).status_code == 404
        refused = await client.delete(f"{API}/late/7")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


async def test_the_description_works_all_of_them_out(portal: Portal, router: Router) -> None:
    portal.app.include(router, prefix=API)
    document = portal.app.openapi()
    described = document["paths"][f"{API}/late/{{number}}"]["get"]
    assert (described["operationId"], described["tags"]) == ("numberedThing", ["Late"])
    assert all(route.is_worked_out for route in _late(portal))


def test_many_threads_work_a_route_out_once(router: Router, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    really = LateRoute.get_route_handler

    def counted(route: LateRoute) -> Any:
        made.append(route)
        return really(route)

    monkeypatch.setattr(LateRoute, "get_route_handler", counted)
    route = next(route for route in router.routes if isinstance(route, LateRoute))
    with ThreadPoolExecutor(8) as threads:
        apps = set(threads.map(lambda _: route.app, range(200)))
    assert len(made) == len(apps) == 1


def test_what_no_route_has_is_missing(router: Router) -> None:
    route = next(route for route in router.routes if isinstance(route, LateRoute))
    assert not hasattr(route, "nothing_like_it")
    assert not hasattr(route, "__deepcopy__")
