"""Writes which refusals there are, what they advise, and which operation can meet which: `python tools/refusals.py`.

Read from the code: an error is found where it is made, and an operation meets what is made in whatever its route
reaches: functions by their names in a module, what answers a message over the bus, and methods by their names within
one service as long as few are called so. That finds a little too much rather than too little; of what it finds, an
operation shows what fits the statuses that its route documents.
"""

import ast
import importlib
import inspect
import json
import pkgutil
import sys
import types
from collections import defaultdict
from collections.abc import Iterator
from http.client import INTERNAL_SERVER_ERROR
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import APIRouter
from fastapi.routing import APIRoute

from medianest import registry
from medianest.keeping.answering import handlers as of_backups
from medianest_common.contracts.base import Rpc
from medianest_common.errors import MediaNestError
from medianest_common.web.description import operation_id
from medianest_gateway.reference import REFUSALS

_PACKAGES = ("medianest_common", *(f"medianest_{name}" for name in registry.ALL), "medianest.keeping")
_LAYERS = ("medianest_common.web", "medianest_common.bus", "medianest_common.security")
_FEW = 3
_MOST_ADVICE = 4
_BY_STATUS = {
    404: "Look it up in its list again: it is not there any more, or not for your eyes.",
    409: "Read it again, and decide by what is there now.",
    410: "Start again.",
}
_EVERYBODYS = frozenset(
    {"add", "call", "count", "delete", "get", "list", "post", "put", "read", "send", "update"}
)
"""Names of methods that say nothing about whose they are."""

type _Place = tuple[str, str]


class _Made(NamedTuple):
    error: type[MediaNestError]
    advice: str | None


def document() -> dict[str, Any]:
    code = _Code()
    made = {place: list(code.errors_made_in(place)) for place in code.functions}
    by_code: dict[str, list[type[MediaNestError]]] = defaultdict(list)
    advice: dict[str, dict[str, None]] = defaultdict(dict)
    everywhere, made_in_gateway = set[str](), set[str]()
    for place, errors in made.items():
        for error, text in errors:
            by_code[error.code].append(error)
            if text and not (_is_general(error) and not place[0].startswith("medianest_common")):
                advice[error.code][text] = None
            if place[0].startswith("medianest_gateway"):
                made_in_gateway.add(error.code)
            if place[0].startswith(_LAYERS):
                everywhere.add(error.code)
    for error in _below(MediaNestError):
        if _is_general(error):
            by_code[error.code].append(error)
    operations = {
        operation_id(route): sorted({error.code for place in code.reach(route) for error, _ in made[place]})
        for route in routes()
    }
    told = everywhere.union(*operations.values(), made_in_gateway)
    return {
        "codes": [
            _refusal(name, errors[0], sorted(advice[name], key=_is_partial), everywhere=name in everywhere)
            for name, errors in sorted(by_code.items())
            if (name in told or _is_general(errors[0])) and errors[0].status != INTERNAL_SERVER_ERROR
        ],
        "operations": {name: codes for name, codes in sorted(operations.items()) if codes},
    }


def _refusal(
    code: str, error: type[MediaNestError], advice: list[str], *, everywhere: bool
) -> dict[str, Any]:
    told = inspect.cleandoc(error.__dict__.get("__doc__") or "").split("\n\n")[0].replace("\n", " ")
    return {
        "code": code,
        "status": int(error.status),
        "title": error.title,
        "advice": advice[:_MOST_ADVICE] or [told or _BY_STATUS.get(int(error.status), "")],
        "everywhere": everywhere,
        "general": _is_general(error),
    }


def _is_general(error: type[MediaNestError]) -> bool:
    return error.__module__ == MediaNestError.__module__


def _is_partial(text: str) -> bool:
    """Holds a place for what is known only then."""
    return "…" in text


def _below(error: type[MediaNestError]) -> Iterator[type[MediaNestError]]:
    for narrower in error.__subclasses__():
        yield narrower
        yield from _below(narrower)


class _Code:
    def __init__(self) -> None:
        self.functions: dict[_Place, ast.AST] = {}
        self._calls: dict[_Place, list[_Place]] = {}
        self._methods: dict[tuple[str, str], list[_Place]] = defaultdict(list)
        self._modules = {module.__name__: module for module in _modules()}
        for module in self._modules.values():
            self._index(module)
        answering = [*(registry.service(name).handlers for name in registry.ALL), of_backups]
        self._answers = {spec.message: _place(spec.run) for handlers in answering for spec in handlers.rpcs}

    def _index(self, module: types.ModuleType) -> None:
        tree = ast.parse(inspect.getsource(module))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.functions[module.__name__, node.name] = node
            elif isinstance(node, ast.ClassDef):
                for member in node.body:
                    if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                        place = module.__name__, f"{node.name}.{member.name}"
                        self.functions[place] = member
                        self._methods[_package(module.__name__), member.name].append(place)

    def reach(self, route: APIRoute) -> set[_Place]:
        pending, reached = [_place(route.endpoint)], set[_Place]()
        while pending:
            place = pending.pop()
            if place in reached or place not in self.functions or place[0].startswith(_LAYERS):
                continue
            reached.add(place)
            if place not in self._calls:
                self._calls[place] = list(self._called_from(place))
            pending += self._calls[place]
        return reached

    def errors_made_in(self, place: _Place) -> Iterator[_Made]:
        for node in ast.walk(self.functions[place]):
            call = node.exc if isinstance(node, ast.Raise) else node
            named = call.func if isinstance(call, ast.Call) else call if isinstance(node, ast.Raise) else None
            error = self._of_itself(place, named) or self._resolved(place[0], named)
            if isinstance(error, type) and issubclass(error, MediaNestError):
                yield _Made(error, _text(call.args[0]) if isinstance(call, ast.Call) and call.args else None)

    def _of_itself(self, place: _Place, named: Any) -> Any:
        """The class whose own words these are: `super().__init__("…")`."""
        owner, _, method = place[1].rpartition(".")
        is_super = isinstance(named, ast.Attribute) and ast.unparse(named) == "super().__init__"
        return vars(self._modules[place[0]]).get(owner) if is_super and method == "__init__" else None

    def _called_from(self, place: _Place) -> Iterator[_Place]:
        nodes = list(ast.walk(self.functions[place]))
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module in self._modules:
                # Read only when it is needed.
                late = vars(self._modules[node.module])
                yield from (
                    _place(late[each.name]) for each in node.names if inspect.isfunction(late[each.name])
                )
            if not isinstance(node, ast.Name | ast.Attribute):
                continue
            found = self._resolved(place[0], node)
            if isinstance(found, type) and issubclass(found, Rpc):
                if found in self._answers:
                    yield self._answers[found]
            elif isinstance(found, type):
                yield found.__module__, f"{found.__qualname__}.__init__"
            elif callable(found) and hasattr(found, "__qualname__") and hasattr(found, "__module__"):
                yield _place(found)
            elif found is None and isinstance(node, ast.Attribute) and id(node) in called:
                if node.attr in _EVERYBODYS:
                    continue
                methods = self._methods[_package(place[0]), node.attr]
                if len(methods) <= _FEW:
                    yield from methods

    def _resolved(self, module: str, node: Any) -> Any:
        if isinstance(node, ast.Name):
            return vars(self._modules[module]).get(node.id)
        if isinstance(node, ast.Attribute):
            within = self._resolved(module, node.value)
            return getattr(within, node.attr, None) if isinstance(within, types.ModuleType | type) else None
        return None


def routes() -> Iterator[APIRoute]:
    """All of the gateway that may stand in the description."""
    package = importlib.import_module("medianest_gateway.routes")
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for router in vars(importlib.import_module(found.name)).values():
            if isinstance(router, APIRouter):
                yield from (route for route in router.routes if isinstance(route, APIRoute))


def _modules() -> Iterator[types.ModuleType]:
    for name in _PACKAGES:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".testing" not in found.name and ".migrations" not in found.name:
                yield importlib.import_module(found.name)


def _package(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def _place(function: Any) -> _Place:
    function = inspect.unwrap(function)
    return function.__module__, function.__qualname__


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value or None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values)
    return None


def written() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    REFUSALS.write_text(written())
    print(f"{REFUSALS.relative_to(Path.cwd())} written", file=sys.stderr)
