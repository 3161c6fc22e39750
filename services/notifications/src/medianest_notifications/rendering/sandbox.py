"""What a template may be: text, values by name, a few filters, and a choice between words. Nothing in it can be
called, looped over, calculated or looked into, so that it takes no longer than it is long."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from medianest_notifications.rendering.filters import FILTERS

LONGEST_TEMPLATE = 4000
_DEEPEST = 24
_COMPILED = 4096
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Tuple,
    nodes.List,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Test,
)
_TESTS: Mapping[str, Callable[..., bool]] = {"none": lambda value: value is None}
_WHY_NOT: tuple[tuple[type[nodes.Node] | tuple[type[nodes.Node], ...], str], ...] = (
    (nodes.For, "Loops are not possible. A list is written out with the filter listed."),
    (nodes.Call, "Nothing can be called. Only the filters named in the list of templates change a value."),
    ((nodes.Getattr, nodes.Getitem), "A value has a name and nothing inside: leave out the dot or bracket."),
    (nodes.BinExpr, "Calculating is not possible. Put two values beside each other instead."),
    (nodes.UnaryExpr, "Calculating is not possible. Put two values beside each other instead."),
    (nodes.Concat, "Put two values beside each other instead of joining them."),
)
_FAULTS = (
    TemplateError,
    ArithmeticError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)


class TemplateFault(Exception):
    """Why a template cannot be used, in words that repeat nothing of it, and where."""

    def __init__(self, message: str, *, line: int = 1, part: str = "body") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.part = part


def _nothing_for_none(value: Any) -> Any:
    return "" if value is None else value


class _Sandbox(ImmutableSandboxedEnvironment):
    """The tree is checked before anything is compiled; this is what would still hold if the check had a hole."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, cache_size=0, optimized=False, finalize=_nothing_for_none)
        self.globals.clear()
        self.filters.clear()
        self.filters.update(FILTERS)
        self.tests.clear()
        self.tests.update(_TESTS)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError("calculating is not possible")


_SANDBOX = _Sandbox()


def fill(source: str, context: Mapping[str, Any], *, part: str = "body") -> str:
    """Raises `TemplateFault` for a template that is none, or that does not work with these values."""
    template = compiled(source)
    try:
        return template.render(context)
    except _FAULTS as error:
        why = f"It does not work with the values of every such notification ({type(error).__name__})."
        raise TemplateFault(why, part=part) from None


@lru_cache(maxsize=_COMPILED)
def compiled(source: str) -> Template:
    tree = _parsed(source)
    try:
        return _SANDBOX.from_string(tree)
    except (*_FAULTS, SyntaxError):
        raise TemplateFault("It cannot be understood.") from None


def variables_of(source: str) -> dict[str, int]:
    """Every name it uses, with the first line that does."""
    found: dict[str, int] = {}
    for name in _parsed(source).find_all(nodes.Name):
        found.setdefault(name.name, name.lineno)
    return found


def _parsed(source: str) -> nodes.Template:
    if len(source) > LONGEST_TEMPLATE:
        raise TemplateFault(f"It is longer than {LONGEST_TEMPLATE} characters.")
    try:
        tree = _SANDBOX.parse(source)
    except TemplateSyntaxError as error:
        raise TemplateFault(_in_words(error), line=error.lineno) from None
    except RecursionError:
        raise TemplateFault("It is nested too deeply.") from None
    except (ValueError, OverflowError, MemoryError):
        raise TemplateFault("A number in it is too long.") from None
    for node, depth in _nodes(tree):
        _check(node, depth)
    return tree


def _nodes(tree: nodes.Node) -> Iterator[tuple[nodes.Node, int]]:
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in node.iter_child_nodes()]


def _check(node: nodes.Node, depth: int) -> None:
    line = node.lineno or 1
    if depth > _DEEPEST:
        raise TemplateFault("It is nested too deeply.", line=line)
    if not isinstance(node, _ALLOWED):
        why = next((why for kind, why in _WHY_NOT if isinstance(node, kind)), None)
        raise TemplateFault(why or "Only text, values, filters and if are possible.", line=line)
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS:
            raise TemplateFault(f"There is no such filter. There are: {', '.join(FILTERS)}.", line=line)
        if node.kwargs or node.dyn_args or node.dyn_kwargs or node.node is None:
            raise TemplateFault("A filter stands after a value, with plain words in its brackets.", line=line)
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise TemplateFault("The only test is: is none.", line=line)


def _in_words(error: TemplateSyntaxError) -> str:
    text = error.message or ""
    if "unknown tag" in text or "end of block" in text or "Unexpected end of template" in text:
        return "An if is not closed, or a tag is not one of: if, elif, else, endif."
    if "No filter" in text:
        return f"There is no such filter. There are: {', '.join(FILTERS)}."
    if "No test" in text:
        return "The only test is: is none."
    return "It cannot be read here: look for a bracket or quotation mark that is missing."
