"""The AsyncAPI document: a valid one, and true."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from medianest import registry
from medianest.asyncapi import asyncapi_document
from medianest.asyncapi_live import frames, live_document
from medianest_common.contracts.live_data import LASTING, STATES
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.data import DATA
from medianest_gateway.live.snapshots import QUESTIONS
from tests.contract.frames import complaints

SCHEMA = Path(__file__).parent / "fixtures" / "asyncapi-3.0.0.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi_document(registry.services())


def test_it_is_one_by_the_published_schema(document: dict[str, Any]) -> None:
    validator = Draft7Validator(json.loads(SCHEMA.read_text()))
    assert [error.message for error in validator.iter_errors(document)] == []
    broken = document | {"channels": {"live": {"address": 1}}}
    assert list(validator.iter_errors(broken)), "the schema would tell"


def test_all_that_it_refers_to_is_in_it(document: dict[str, Any]) -> None:
    def look(node: Any) -> None:
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str):
                there: Any = document
                for part in reference.removeprefix("#/").split("/"):
                    assert part in there, reference
                    there = there[part]
            for value in node.values():
                look(value)
        elif isinstance(node, list):
            for value in node:
                look(value)

    look(document)


def test_one_name_means_one_thing_for_pages_and_on_the_bus(document: dict[str, Any]) -> None:
    live = live_document("#/components/schemas/{model}")["schemas"]
    assert {name: document["components"]["schemas"][name] for name in live} == live


def test_every_type_of_notification_says_what_its_data_holds() -> None:
    missing = [kind.value for kind in NotificationType if kind not in DATA]
    assert missing == [], "add a model of its data to contracts/notifications/data.py"


def test_every_type_of_frame_is_a_message(document: dict[str, Any]) -> None:
    said = set(document["channels"]["live"]["messages"])
    assert said == set(frames()) | {"client"}
    assert {f"live.{kind}" for kind in STATES} | {f"event.{kind}" for kind in NotificationType} <= said
    assert {f"snapshot.{kind}" for kind in LASTING} <= said
    assert set(QUESTIONS) == set(LASTING)


def test_a_frame_with_a_field_too_many_or_too_few_is_found_out() -> None:
    counted = {"t": "live", "key": "inbox", "type": "inbox.counted", "data": {"unread": 1, "head": 2}}
    assert complaints([counted]) == []
    assert complaints([counted | {"data": {"unread": 1}}])
    assert complaints([counted | {"more": 1}])
    assert complaints([{"t": "live", "key": "x", "type": "unheard.of", "data": {}}])
