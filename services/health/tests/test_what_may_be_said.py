"""What administrators may write about monitors and pages, before anything is done with it."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from medianest_common.clock import uuid7
from medianest_common.contracts.health.managing import BulkBody, NewMonitorBody
from medianest_common.contracts.health.pages import StatusPageBody

SPEC: dict[str, Any] = {"kind": "tcp", "host": "nas", "port": 22}


def read(body: type[Any], values: dict[str, Any]) -> Any:
    """As it comes in a request."""
    return TypeAdapter(body).validate_json(TypeAdapter(dict[str, Any]).dump_json(values))


@pytest.mark.parametrize(
    "values",
    [
        {"intervalSeconds": 19},
        {"intervalSeconds": 86_401},
        {"intervalSeconds": 20, "timeoutSeconds": 20},
        {"failures": 4, "outOf": 3},
        {"failures": 0},
        {"outOf": 11},
        {"successes": 0},
        {"reminderSeconds": 10},
        {"slowMs": 0},
        {"dependsOn": [str(UUID(int=number)) for number in range(21)]},
        {"spec": {"kind": "tcp", "host": "nas", "port": 70_000}},
        {"spec": {"kind": "telegraph"}},
        {"spec": {**SPEC, "password": "hush"}},
        {"name": " "},
        {"name": "a\x1b[2Jb"},
        {"name": "\u202etxt.exe"},
        {"name": "x" * 101},
        {"visibility": "nobody"},
        {"pushToken": "mine"},
        {"version": 1},
    ],
    ids=str,
)
def test_a_monitor_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    read(NewMonitorBody, {"name": "NAS", "spec": SPEC})
    with pytest.raises(ValidationError) as refused:
        read(NewMonitorBody, {"name": "NAS", "spec": SPEC, **values})
    assert "hush" not in str(refused.value.errors(include_input=False))


@pytest.mark.parametrize(
    "written, kept",
    [
        ("  My \n  NAS ", "My NAS"),
        ("Bücher & 映画", "Bücher & 映画"),
        ("👩‍👩‍👧‍👦 films", "👩‍👩‍👧‍👦 films"),
        ("<b>NAS</b>", "<b>NAS</b>"),
    ],
)
def test_a_name_is_one_line_of_whatever_letters(written: str, kept: str) -> None:
    assert read(NewMonitorBody, {"name": written, "spec": SPEC}).name == kept


@pytest.mark.parametrize(
    "values",
    [
        {"action": "visibility"},
        {"action": "pause", "visibility": "everyone"},
        {"action": "delete", "groupId": str(UUID(int=1))},
        {"action": "explode"},
        {"action": "pause", "ids": []},
        {"action": "pause", "ids": [str(UUID(int=number)) for number in range(501)]},
    ],
    ids=lambda values: str(values)[:60],
)
def test_many_are_not_changed_by_half_a_sentence(values: dict[str, Any]) -> None:
    read(BulkBody, {"ids": [str(uuid7())], "action": "group"})
    with pytest.raises(ValidationError):
        read(BulkBody, {"ids": [str(uuid7())], **values})


@pytest.mark.parametrize("slug", ["", "A", "a b", "-a", "a-", "a--b", "ä", "a/b", "..", "a" * 61])
def test_an_address_of_a_page_is_short_and_plain(slug: str) -> None:
    read(StatusPageBody, {"slug": "our-house-2", "title": "T"})
    with pytest.raises(ValidationError):
        read(StatusPageBody, {"slug": slug, "title": "T"})


def test_a_monitor_stands_on_a_page_once() -> None:
    twice = [{"monitorId": str(uuid7())}] * 2
    with pytest.raises(ValidationError):
        read(StatusPageBody, {"slug": "house", "title": "T", "monitors": twice})
