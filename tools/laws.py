"""The house laws that no other tool knows. Prints what breaks them, one line each, and fails if there is any."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from medianest_common.security.redaction import is_secret_name

ROOT = Path(__file__).parents[1]

_SUBJECT = re.compile(r"^(rpc|evt|job|live|push|dlq)\.")
_INDEX = re.compile(
    r"index-url|find-links|pypi\.org|registry\.npmjs|tool\.uv\.index|\"resolved\":\s*\"https?:", re.IGNORECASE
)
_LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "bind"}
_PARENTHESES = re.compile(r"\([^()]*\)")
_ALL_COLUMNS = re.compile(
    r"\b(?:select|returning)\b(?:[^;]*?,)?\s*(?:distinct\s+)?(?:\w+\.)?\*(?!\s+from\s+unnest…)", re.IGNORECASE
)
_UNFINISHED = re.compile(r"#.*\b(TODO|FIXME|XXX)\b")
_CONTRACT_IMPORTS = {"pydantic", "pydantic_core", "annotated_types"}


class Breach(NamedTuple):
    path: str
    line: int
    law: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.law}"


Law = Callable[[str, ast.Module], Iterator[tuple[int, str]]]


def is_test(path: str) -> bool:
    return "/tests/" in f"/{path}" or path.endswith("conftest.py")


def is_product(path: str) -> bool:
    """Code that runs in an installation: not tests, tools, benchmarks or the fakes."""
    return not is_test(path) and not path.startswith(("tools/", "bench/")) and "/testing/" not in path


def time_is_handed_in(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    if not is_product(path) or path.endswith("medianest_common/clock.py"):
        return
    for call in _calls(tree):
        if _dotted(call.func) in {
            "datetime.now",
            "datetime.utcnow",
            "datetime.today",
            "date.today",
            "datetime.datetime.now",
        }:
            yield call.lineno, "the time comes from the injected clock"


def commits_at_the_edge(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    if is_test(path) or "medianest_common/db/" in path:
        return
    for call in _calls(tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit":
            yield call.lineno, "only Database.transaction() commits"


def broker_stays_in_the_bus(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    if is_test(path) or "medianest_common/bus/" in path:
        return
    for line, module in _imports(tree):
        if module.split(".")[0] == "faststream":
            yield line, "only medianest_common.bus knows FastStream"


def contracts_stand_alone(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    if "medianest_common/contracts/" not in path:
        return
    for line, module in _imports(tree):
        top = module.split(".")[0]
        ours = module.startswith("medianest_common.contracts")
        if top not in sys.stdlib_module_names | _CONTRACT_IMPORTS and not ours:
            yield line, f"contracts import the standard library, pydantic and each other, not {module}"


def logs_instead_of_prints(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    if not is_product(path) or path.startswith("medianest/cli") or path == "medianest/embedded/launch.py":
        return
    for call in _calls(tree):
        if _dotted(call.func) == "print":
            yield call.lineno, "log an event instead of printing"


def logs_are_readable(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    if not is_product(path):
        return
    for call in _calls(tree):
        logger, _, method = _dotted(call.func).rpartition(".")
        if not logger.endswith(("log", "logger")) or method not in _LOG_METHODS:
            continue
        for field in call.keywords:
            if field.arg and is_secret_name(field.arg):
                yield (
                    call.lineno,
                    f"`{field.arg}` is hidden in logs: leave it out, or say what it is (error_code)",
                )


def subjects_are_not_glued(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    if is_test(path) or "medianest_common/bus/" in path or "medianest_common/contracts/" in path:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and len(node.values) > 1:
            first = node.values[0]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            first = node.left
        else:
            continue
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and _SUBJECT.match(first.value):
            yield node.lineno, "subjects are made by medianest_common.bus and the contracts"


def columns_are_named(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """PostgreSQL refuses a prepared statement once whose answer has got another column since."""
    if not is_product(path) or "/migrations/" in path:
        return
    pieces = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in (each for each in ast.walk(tree) if id(each) not in pieces):
        # What is chosen from inside parentheses does not leave the statement by itself.
        text, outer = "", _text_of(node)
        while text != outer:
            text, outer = outer, _PARENTHESES.sub("…", outer)
        if _ALL_COLUMNS.search(outer):
            yield (
                getattr(node, "lineno", 0),
                "a statement names its columns: with `*` it fails once when a table grows",
            )


def _text_of(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def tests_run_the_real_thing(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    if not is_test(path) or path.startswith("tests/laws/"):
        return
    for line, module in _imports(tree):
        if module in {"unittest.mock", "mock", "pytest_mock"}:
            yield line, "no mocks: use the real part, or a fake on a real socket"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _dotted(node) in {
            "pytest.mark.skip",
            "pytest.mark.xfail",
            "pytest.xfail",
        }:
            yield node.lineno, "a test that cannot pass is mended or removed"


LAWS: tuple[Law, ...] = (
    time_is_handed_in,
    commits_at_the_edge,
    broker_stays_in_the_bus,
    contracts_stand_alone,
    logs_instead_of_prints,
    logs_are_readable,
    subjects_are_not_glued,
    columns_are_named,
    tests_run_the_real_thing,
)


def python_breaches(path: str, source: str) -> list[Breach]:
    tree = ast.parse(source, filename=path)
    found = [Breach(path, line, text) for law in LAWS for line, text in law(path, tree)]
    if path not in {"tools/laws.py", "tests/laws/test_laws.py"}:
        found += [
            Breach(path, line, "finish it, or open an issue") for line, _ in _matching(_UNFINISHED, source)
        ]
    return sorted(set(found))


def lock_breaches(path: str, source: str) -> list[Breach]:
    """Locks and project files work for everybody, whatever index or mirror they use."""
    return [Breach(path, line, f"names a package index: {text}") for line, text in _matching(_INDEX, source)]


def breaches(root: Path = ROOT) -> list[Breach]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Breach] = []
    for path in sorted(set(listed.stdout.splitlines())):
        file = root / path
        if not file.is_file():
            continue
        if path.endswith(".py") and "/fixtures/" not in path:
            found += python_breaches(path, file.read_text(encoding="utf-8"))
        elif file.name.endswith((".lock", ".toml", ".npmrc", "package-lock.json", "requirements.txt")):
            found += lock_breaches(path, file.read_text(encoding="utf-8"))
    return found


def _matching(pattern: re.Pattern[str], source: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.splitlines(), start=1):
        if found := pattern.search(line):
            yield number, found[0]


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or ""


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def main() -> int:
    found = breaches()
    for breach in found:
        print(breach)
    print(f"house laws: {len(found)} broken" if found else "house laws: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
