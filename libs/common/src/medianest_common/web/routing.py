"""Finds the route of a request without trying one pattern after the other, and refuses look-alike numbers."""

import re
import types
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin
from urllib.parse import parse_qsl
from weakref import WeakSet

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.errors import FieldError, Invalid, MediaNestError
from medianest_common.web.accepting import accepts, kinds_of
from medianest_common.web.exchange import Exchange, exchange_of

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)
_ANY = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]
_ACTING: WeakSet[Any] = WeakSet()


def acts[Endpoint: Callable[..., Any]](endpoint: Endpoint) -> Endpoint:
    """For the endpoint of a GET that does something: HEAD, which only wants to look, is 405 there."""
    _ACTING.add(endpoint)
    return endpoint


class NotAcceptable(MediaNestError):
    status, title = HTTPStatus.NOT_ACCEPTABLE, "This is not to be had in that form"


class _Answering(NamedTuple):
    """What is known of a route once it has been worked out."""

    app: ASGIApp
    convertors: dict[str, Any]
    path: str
    integers: frozenset[str]
    kinds: frozenset[str]
    """Media types of its answers; empty where the description does not say."""


class _Entry:
    def __init__(self, context: RouteContext) -> None:
        self._context = context
        self.endpoint = context.endpoint
        self.original = context.original_route
        self.answers_head = "HEAD" in (context.methods or ())

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        pattern: re.Pattern[str] = self._context.path_regex
        return pattern

    @cached_property
    def answering(self) -> _Answering:
        context = self._context
        return _Answering(
            app=context.app,
            convertors=context.param_convertors,
            path=context.path_format or context.path or "",
            integers=frozenset(_integers(context)),
            kinds=frozenset(kinds_of(context)),
        )


type _Key = tuple[str, int, str]


class RouteIndex:
    """Stands in front of the application's router. Routes lie in buckets by method, number of segments and the resource
    (`media` in `/api/v1/media/…`). What no bucket answers goes to the router as ever, for its 404 and 405.

    Pydantic reads `1_0`, `+1`, ` 1` and `1.0` as integers; here a number in a path or query has one spelling.

    HEAD is answered wherever GET is and only reads, by the same route: the server leaves the body out. OPTIONS is
    answered here.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._router = app.router.app
        self._buckets: dict[_Key, list[_Entry]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        if self._buckets is None:
            self._buckets = self._index()
        exchange = exchange_of(scope)
        path = exchange.path
        for entry in self._buckets.get(_key(exchange.method, path), ()):
            found = entry.pattern.match(path)
            if found is None:
                continue
            parameters = found.groupdict()
            known = entry.answering
            exchange.route = known.path
            _check_accepted(known.kinds, exchange)
            if exchange.method == "HEAD" and not entry.answers_head:
                scope = {**scope, "method": "GET"}
            if known.integers:
                _check_integers(known.integers, parameters, scope["query_string"])
            scope["path_params"] = {name: known.convertors[name].convert(v) for name, v in parameters.items()}
            scope["endpoint"] = entry.endpoint
            scope["route"] = entry.original
            scope["router"] = self._app.router
            await known.app(scope, receive, send)
            return
        if exchange.method in ("HEAD", "OPTIONS"):
            routes = list(_routes_at(self._app, path))
            methods = methods_at(self._app, path) if path != "*" else _ANY
            if exchange.method == "OPTIONS" and methods and "OPTIONS" not in methods:
                exchange.route = "options"
                await Response(status_code=204, headers={"Allow": allowed(methods)})(scope, receive, send)
                return
            if "HEAD" in methods and not any("HEAD" in (route.methods or ()) for route in routes):
                scope = {**scope, "method": "GET"}
        try:
            await self._router(scope, receive, send)
        finally:
            if exchange.route is None and (route := scope.get("route")):
                exchange.route = getattr(route, "path_format", None) or getattr(route, "path", None)

    def _index(self) -> dict[_Key, list[_Entry]]:
        buckets: dict[_Key, list[_Entry]] = {}
        for context in iter_route_contexts(self._app.routes):
            path, methods = context.path, context.methods
            if not isinstance(context.original_route, Route) or not path or not methods or ":path}" in path:
                continue
            if any("{" in segment for segment in path.split("/")[:4]):
                continue
            entry = _Entry(context)
            for method in _answered(context):
                buckets.setdefault(_key(method, path), []).append(entry)
        return buckets


def methods_at(app: FastAPI, path: str) -> list[str]:
    """All that are taken at this path; the router alone would name those of one route."""
    return sorted(set[str]().union(*map(_answered, _routes_at(app, path))))


def _routes_at(app: FastAPI, path: str) -> Iterator[RouteContext]:
    for context in iter_route_contexts(app.routes):
        pattern = getattr(context, "path_regex", None)
        if pattern is not None and context.methods and pattern.match(path):
            yield context


def _answered(context: RouteContext) -> set[str]:
    methods = set(context.methods or ())
    return methods | {"HEAD"} if "GET" in methods and context.endpoint not in _ACTING else methods


def allowed(methods: Iterable[str]) -> str:
    """For `Allow`: what we answer by ourselves comes on top."""
    return ", ".join(sorted({*methods, "OPTIONS"}))


def _check_accepted(kinds: frozenset[str], exchange: Exchange) -> None:
    accept = exchange.headers.get(b"accept")
    # Machines that were told an address by somebody else say whatever they say, and read no answer.
    if not accept or not kinds or accept == b"*/*" or not exchange.rules.authenticate:
        return
    if not accepts(accept.decode("latin-1"), kinds):
        raise NotAcceptable(f"What is here is {' or '.join(sorted(kinds))}.")


def _key(method: str, path: str) -> _Key:
    parts = path.split("/", 4)
    return method, path.count("/"), parts[3] if len(parts) > 3 else parts[-1]


def _integers(context: RouteContext) -> Iterator[str]:
    dependant = getattr(context, "dependant", None)
    pending = [dependant] if dependant else []
    while pending:
        present = pending.pop()
        pending.extend(present.dependencies)
        for field in (*present.path_params, *present.query_params):
            annotation = field.field_info.annotation
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                for name, member in annotation.model_fields.items():
                    if _is_integer(member.annotation):
                        yield member.alias or name
            elif _is_integer(annotation):
                yield field.alias


def _is_integer(annotation: Any) -> bool:
    if annotation is int:
        return True
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_integer(get_args(annotation)[0])
    if origin in (Union, types.UnionType, list):
        return any(_is_integer(part) for part in get_args(annotation))
    return False


def _is_plain(value: str) -> bool:
    return bool(_INTEGER.fullmatch(value)) and abs(int(value)) < 2**63


def _check_integers(names: frozenset[str], path: dict[str, str], query: bytes) -> None:
    given = [*path.items(), *parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
    wrong = [name for name, value in given if name in names and not _is_plain(value)]
    if wrong:
        raise Invalid(
            "Write whole numbers with digits only.",
            errors=[FieldError(name, "must be a whole number") for name in dict.fromkeys(wrong)],
        )
