"""What is said of a field below it in the source, for schemas. Read when something is described, and not before."""

import ast
import inspect
import sys
from functools import cache

type _Told = dict[str, str]


def told_of(model: type) -> _Told:
    """By the field's name in Python; what a narrower class says comes before."""
    found: _Told = {}
    for owner in reversed(model.__mro__):
        # Pydantic makes a class of `Page[Film]`, whose source is that of `Page`.
        found |= _told_in(owner.__module__).get(owner.__qualname__.partition("[")[0], {})
    return found


@cache
def _told_in(module: str) -> dict[str, _Told]:
    try:
        source = inspect.getsource(sys.modules[module])
    except (KeyError, OSError, TypeError):
        return {}
    return {node.name: _told(node) for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}


def _told(node: ast.ClassDef) -> _Told:
    found: _Told = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            found[field.target.id] = inspect.cleandoc(below.value.value)
    return found
