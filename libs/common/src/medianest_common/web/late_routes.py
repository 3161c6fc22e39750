"""Routes that FastAPI works out when they are first needed: of hundreds a household uses a few dozen in a day."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.routing import compile_path, get_name

from medianest_common.web.description import operation_id

_WORKING_OUT = threading.RLock()
"""The description is made in a thread of its own."""
_OF_PATH = frozenset({"path_regex", "path_format", "param_convertors"})


class LateRoute(APIRoute):
    """Knows its path, methods and endpoint. Its parameters, answers and handler, a millisecond each, come with the
    first request, or when the interface is described."""

    _is_begun = True

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        self._given = given
        self._is_begun = False
        self.path = path
        self.endpoint = endpoint
        self.methods = {method.upper() for method in given.get("methods") or ["GET"]}
        self.name = given.get("name") or get_name(endpoint)
        self.include_in_schema = given.get("include_in_schema", True)

    @property
    def is_worked_out(self) -> bool:
        return "app" in self.__dict__

    def under(self, prefix: str, dependencies: Sequence[Depends]) -> "LateRoute":
        """The same at `prefix`, after `dependencies`."""
        given = self._given | {"dependencies": [*dependencies, *(self._given.get("dependencies") or ())]}
        return LateRoute(prefix + self.path, self.endpoint, **given)

    def __getattr__(self, name: str) -> Any:
        """For what is not there yet."""
        if name in _OF_PATH:
            self.path_regex, self.path_format, self.param_convertors = compile_path(self.path)
            return self.__dict__[name]
        with _WORKING_OUT:
            # Once, also where FastAPI asks for something that is not there while it works it out.
            if not name.startswith("__") and not self._is_begun:
                self._is_begun = True
                super().__init__(self.path, self.endpoint, **self._given)
        try:
            return self.__dict__[name]
        except KeyError:
            raise AttributeError(f"a route has no {name!r}") from None


class Router(APIRouter):
    """Collects late routes, each named by its operation."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=LateRoute, generate_unique_id_function=operation_id, **options)
