"""Which kinds of answer a client takes (RFC 9110, section 12.5.1)."""

from collections.abc import Iterable
from functools import lru_cache

from fastapi.datastructures import DefaultPlaceholder
from fastapi.routing import RouteContext

_MOST_RANGES = 64


def kinds_of(route: RouteContext) -> Iterable[str]:
    """The media types that the description promises for a success; none where it says nothing."""
    if not getattr(route, "include_in_schema", False) or not hasattr(route, "response_class"):
        return
    said = [
        kind
        for status, response in (getattr(route, "responses", None) or {}).items()
        if str(status).startswith("2")
        for kind in response.get("content", {})
    ]
    made = route.response_class
    made = made.value if isinstance(made, DefaultPlaceholder) else made
    if made.media_type and not (said and made.media_type == "application/json"):
        said.append(made.media_type)
    yield from said


@lru_cache(maxsize=512)
def accepts(accept: str, types: frozenset[str]) -> bool:
    """Whether any of `types` will do. What cannot be read asks for nothing, and so does an empty list."""
    ranges = list(_ranges(accept))
    if not ranges:
        return True
    return any(_weight(kind, ranges) > 0 for kind in types)


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    for item in accept.lower().split(",")[:_MOST_RANGES]:
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = next((p[2:].strip() for p in parameters if p.startswith("q=")), "1")
        if name == "*":
            name = "*/*"
        if name.count("/") != 1:
            continue
        try:
            yield name, float(weight)
        except ValueError:
            yield name, 1.0


def _weight(kind: str, ranges: list[tuple[str, float]]) -> float:
    """That of the range that names it most exactly."""
    family = kind.partition("/")[0]
    for wanted in (kind, f"{family}/*", "*/*"):
        found = [weight for name, weight in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
