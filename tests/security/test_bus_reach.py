"""What services say that they reach for on the bus is what their code reaches for, and what the servers are told."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TypeGuard

import pytest

from medianest import registry
from medianest.bus_users import permissions_document, permitted
from medianest_common.contracts.base import Job, Message, Rpc
from medianest_common.contracts.notifications import SendMail

SERVICES = Path(__file__).parents[2] / "services"
_FOR_OTHERS = {"Mailer": SendMail}
"""What of the common library gives work to another service in the name of whoever uses it."""


def test_the_servers_are_told_what_the_code_needs() -> None:
    """After a change of what services answer, hear or reach for: `make docs`."""
    assert {name: _listed(may) for name, may in permissions_document().items()} == dict(permitted())


@pytest.mark.parametrize("name", registry.ALL)
def test_what_a_service_reaches_for_is_what_its_code_uses(name: str) -> None:
    reach = registry.service(name).reach
    used = set(_used(name))
    asked = {message for message in used if issubclass(message, Rpc)}
    given = {message for message in used if issubclass(message, Job)}
    assert set(reach.gives) == given
    if reach.asks_anything:
        assert not reach.asks
    else:
        assert set(reach.asks) == asked


def test_one_service_asks_anything_and_makes_streams() -> None:
    everybody = registry.services()
    assert [service.name for service in everybody if service.reach.asks_anything] == ["gateway"]
    assert [service.name for service in everybody if service.reach.keeps_streams] == ["gateway"]


def test_nobody_answers_wherever_a_question_came_from() -> None:
    """`allow_responses` would let a service that hears its own words publish anywhere: it names the place in them."""
    for may in permitted().values():
        assert set(may) == {"publish", "subscribe", "never_publish"}
        assert not any(subject in (">", "*") or subject.startswith("$JS.API.>") for subject in may["publish"])


def _listed(may: object) -> dict[str, list[str]]:
    assert isinstance(may, dict)
    return {key: list(subjects) for key, subjects in may.items()}


def _used(name: str) -> Iterator[type[Message]]:
    """Questions and work of other services that its modules name, the wiring left out."""
    for path in (SERVICES / name / "src").rglob("*.py"):
        if path.name == "service.py" and path.parent.name == f"medianest_{name}":
            continue
        tree = ast.parse(path.read_text())
        modules: dict[str, ModuleType] = {}
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("medianest_common"):
                continue
            for alias in node.names:
                if alias.name in _FOR_OTHERS:
                    yield _FOR_OTHERS[alias.name]
                if ".contracts" not in f"{node.module}.{alias.name}":
                    continue
                found = _found(node.module or "", alias.name)
                if isinstance(found, ModuleType):
                    modules[alias.asname or alias.name] = found
                elif _is_of_another(found, name):
                    yield found
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found = getattr(modules.get(node.value.id), node.attr, None)
                if _is_of_another(found, name):
                    yield found


def _found(module: str, name: str) -> object:
    parent = import_module(module)
    return getattr(parent, name) if hasattr(parent, name) else import_module(f"{module}.{name}")


def _is_of_another(found: object, name: str) -> TypeGuard[type[Message]]:
    return (
        isinstance(found, type)
        and issubclass(found, Rpc | Job)
        and getattr(found, "service", name) not in (name, "base")
    )
