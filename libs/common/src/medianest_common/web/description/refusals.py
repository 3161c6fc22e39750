"""What the API says when it refuses: by status, by code, and by operation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medianest_common.errors import PROBLEM_CONTENT_TYPE
from medianest_common.web.problems import Problem, problems

_ANYWHERE = (400, 401, 406, 414, 421, 422, 429, 431, 503, 504)
_UNSAFE = (403, 408, 413, 415)
_UNSAFE_METHODS = frozenset({"post", "put", "patch", "delete"})
_METHODS = frozenset({*_UNSAFE_METHODS, "get"})
_EXAMPLES = "#/components/examples/"
_WAIT = frozenset({429, 503})
_KEY = "idempotency-key"
_OF_KEYS = "IDEMPOTENCY_"
_OF_CHANGES = "CSRF_"
_NO_OPERATION = "ROUTE_NOT_FOUND"


@dataclass(frozen=True)
class Refusal:
    code: str
    status: int
    title: str
    advice: tuple[str, ...] = ()
    """What `detail` says, most of all what to do; `…` stands for what differs."""
    everywhere: bool = False
    """Not of one operation: the layers before the routes say it, or the bus."""
    general: bool = False
    """One of those that stand for a status, said where nothing more particular is."""


@dataclass(frozen=True)
class Refusals:
    known: tuple[Refusal, ...] = ()
    by_operation: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The codes of an operation's own."""

    def of(self, operation: Mapping[str, Any], status: int, *, unsafe: bool) -> tuple[list[Refusal], bool]:
        """All that it may answer with this status, its own first, and whether some are its own."""
        codes = self.by_operation.get(operation["operationId"], ())
        takes_keys = any(p["name"].lower() == _KEY for p in operation.get("parameters", ()))
        here = [refusal for refusal in self.known if refusal.status == status]
        anybodys = [refusal for refusal in here if refusal.everywhere or refusal.general]
        own = [
            refusal
            for refusal in here
            if (refusal.code in codes and refusal not in anybodys)
            or (takes_keys and refusal.code.startswith(_OF_KEYS))
        ]
        layers = [
            refusal
            for refusal in anybodys
            if (refusal.everywhere or (own and refusal.code in codes))
            and not refusal.code.startswith(_OF_KEYS)
            and (unsafe or not refusal.code.startswith(_OF_CHANGES))
            and refusal.code != _NO_OPERATION
        ]
        return own + layers or [refusal for refusal in here if refusal.general], bool(own)


def add_refusals(document: dict[str, Any], refusals: Refusals) -> None:
    """Each answer that refuses shows every code that it may carry. Answers that are the same are described once."""
    components = document["components"]
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components.setdefault("schemas", {}).update(schema.pop("$defs"))
    components["schemas"]["Problem"] = schema
    components["examples"] = {refusal.code: _example(refusal) for refusal in refusals.known}
    shared: dict[str, Any] = {}
    for methods in document["paths"].values():
        for method, operation in methods.items():
            if method in _METHODS:
                _complete(operation, refusals, shared, unsafe=method in _UNSAFE_METHODS)
    components["responses"] = dict(sorted(shared.items()))


def _complete(operation: dict[str, Any], refusals: Refusals, shared: dict[str, Any], *, unsafe: bool) -> None:
    responses = operation["responses"]
    invalid = responses.get("422")
    if invalid and PROBLEM_CONTENT_TYPE not in invalid.get("content", {}):
        del responses["422"]
    for status, documented in problems(*_ANYWHERE, *(_UNSAFE if unsafe else ())).items():
        responses.setdefault(str(status), documented)
    for status, response in responses.items():
        if PROBLEM_CONTENT_TYPE not in response.get("content", {}):
            continue
        found, has_own = refusals.of(operation, int(status), unsafe=unsafe)
        responses[status] = shown = _showing(response, found)
        if not has_own:
            # Those that are the same are described once: of reading, and of changing where that adds some.
            for name in (f"Problem{status}", f"Problem{status}Changing"):
                if shared.setdefault(name, shown) == shown:
                    responses[status] = {"$ref": f"#/components/responses/{name}"}
                    break
    operation["responses"] = dict(sorted(responses.items()))


def _showing(response: dict[str, Any], refusals: list[Refusal]) -> dict[str, Any]:
    content = dict(response["content"][PROBLEM_CONTENT_TYPE])
    codes = [refusal.code for refusal in refusals]
    if codes:
        content["examples"] = {code: {"$ref": f"{_EXAMPLES}{code}"} for code in codes}
    told = f": {', '.join(f'`{code}`' for code in codes)}" if codes else ""
    return {
        "description": response["description"] + told,
        "content": {**response["content"], PROBLEM_CONTENT_TYPE: content},
    }


def _example(refusal: Refusal) -> dict[str, Any]:
    value: dict[str, Any] = {
        "type": "about:blank",
        "title": refusal.title,
        "status": refusal.status,
        "code": refusal.code,
    }
    if refusal.advice:
        value["detail"] = refusal.advice[0]
    value |= {"instance": "/api/v1/…", "correlationId": "0195a1b27c3d7000800000000000002a"}
    if refusal.status == 422:
        value["errors"] = [{"field": "tmdbId", "message": "Input should be greater than or equal to 1"}]
    if refusal.status in _WAIT:
        value["retryAfter"] = 30
    return {"summary": refusal.title, "value": value}
