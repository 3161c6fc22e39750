"""The code of the last release runs on today's tables: while an installation is upgraded, and after a step back."""

import ast
import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import BigInteger, CheckConstraint, Column, Index, MetaData, Table, Text, UniqueConstraint

from medianest import registry
from medianest_common.db.migrate import versions_dir, with_tables
from tools.breaking import RELEASED
from tools.tables import broken_tables, described

_BUILDS = frozenset({"create_index", "create_unique_constraint", "create_primary_key"})
_BUILDS_IN_SQL = re.compile(
    r"create\s+(unique\s+)?index(?!\s+concurrently)|alter\s+table.*\badd\b.*\b(unique|primary\s+key)\b(?!\s+using)",
    re.IGNORECASE | re.DOTALL,
)

type Change = Callable[[dict[str, Any], dict[str, str]], object]


def _tables() -> dict[str, Any]:
    metadata = MetaData()
    films = Table(
        "films",
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("title", Text, nullable=False),
        Column("year", BigInteger),
        Column("state", Text, nullable=False, server_default="new"),
        CheckConstraint("state in ('new', 'seen')", name="state"),
        UniqueConstraint("title", "year", name="title_once"),
    )
    Index("one_seen", films.c.title, unique=True, postgresql_where=films.c.state == "seen")
    return {"media": {"head": "0001", "tables": described(metadata)}}


@pytest.mark.parametrize(
    "change,broken",
    [
        pytest.param(lambda columns, _: columns.pop("year"), "year is gone", id="column-gone"),
        pytest.param(
            lambda columns, _: columns["year"].update(type="TEXT"),
            "year is TEXT now, and was BIGINT",
            id="type",
        ),
        pytest.param(
            lambda columns, _: columns["year"].update(nullable=False),
            "year may no longer be empty",
            id="not-null",
        ),
        pytest.param(
            lambda columns, _: columns["state"].update(filled=False, default=None),
            "state is no longer filled by itself",
            id="default-gone",
        ),
        pytest.param(
            lambda columns, _: columns.update(
                by={"type": "UUID", "nullable": False, "filled": False, "default": None}
            ),
            "by is new and needed",
            id="column-needed",
        ),
        pytest.param(
            lambda _, constraints: constraints.update(positive="check year > 0"),
            "positive takes less: check year > 0",
            id="check-new",
        ),
        pytest.param(
            lambda _, constraints: constraints.update(state="check state in ('new')"),
            "state takes less: check state in ('new')",
            id="check-narrower",
        ),
        pytest.param(
            lambda _, constraints: constraints.pop("title_once"),
            "title_once is gone: unique (title, year)",
            id="unique-gone",
        ),
        pytest.param(
            lambda columns, _: columns["title"].update(nullable=True),
            "title may be empty now: the code before may read what it does not know",
            id="nullable",
        ),
        pytest.param(
            lambda _, constraints: constraints.update(state="check state in ('new', 'seen', 'gone')"),
            "state takes more: check state in ('new', 'seen', 'gone'): "
            "the code before may read what it does not know",
            id="check-wider",
        ),
        pytest.param(
            lambda _, constraints: constraints.pop("state"),
            "state is gone: check state in ('new', 'seen'): the code before may read what it does not know",
            id="check-gone",
        ),
        pytest.param(
            lambda columns, _: columns["state"].update(default="seen"),
            "state is filled with seen now, and was with new",
            id="default-other",
        ),
    ],
)
def test_what_takes_away_is_found(change: Change, broken: str) -> None:
    old = _tables()
    new = copy.deepcopy(old)
    films = new["media"]["tables"]["films"]
    change(films["columns"], films["constraints"])
    assert broken_tables(old, new) == [f"media.films: {broken}"]


def test_a_table_that_is_gone_is_found() -> None:
    assert broken_tables(_tables(), {"media": {"head": "0002", "tables": {}}}) == ["media.films: is gone"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda columns, _: columns.update(by={"type": "UUID", "nullable": True, "filled": False}),
            id="column-new",
        ),
        pytest.param(
            lambda columns, _: columns.update(by={"type": "UUID", "nullable": False, "filled": True}),
            id="column-filled",
        ),
    ],
)
def test_more_that_nobody_has_to_know_is_always_allowed(change: Change) -> None:
    old = _tables()
    new = copy.deepcopy(old)
    new["media"]["tables"]["people"] = {"columns": {}, "constraints": {}}
    films = new["media"]["tables"]["films"]
    change(films["columns"], films["constraints"])
    assert broken_tables(old, new) == []


def test_no_migration_since_the_last_release_stops_whoever_writes_while_it_builds_an_index() -> None:
    kept = json.loads((RELEASED / "tables.json").read_text())
    found = [
        f"{service.name} {path.name}: use create_index_beside for {table}"
        for service in with_tables(registry.services())
        for path in sorted(versions_dir(service).glob("0*.py"))
        if path.name[:4] > kept.get(service.name, {"head": ""})["head"]
        for table in _indexed_in_place(path.read_text())
    ]
    assert found == []


def test_an_index_built_in_place_is_found_but_on_a_table_of_the_same_migration() -> None:
    source = """
def upgrade():
    op.create_table("new", sa.Column("id"))
    op.create_index("ix_new", "new", ["id"])
    op.create_index("ix_old", "old", ["id"])
    op.create_index("ix_named", table_name="named", columns=["id"])
    op.create_unique_constraint("uq_once", "once", ["id"])
    op.create_unique_constraint("uq_new", "new", ["id"])
    op.create_primary_key(constraint_name="pk_first", table_name="first", columns=["id"])
    op.execute("create index ix_older on older (id)")
    op.execute("CREATE UNIQUE  INDEX ix_oldest on oldest (id)")
    op.execute(sa.text("alter table sole add constraint uq_sole unique (id)"))
    op.execute("alter table sole add constraint uq_sole unique using index ix_sole")
    op.execute("alter table sole add column other text unique")
    op.execute("update old set id = 1 where state = 'unique'")
    create_index_beside(op, "ix_other", "other", ["id"])
"""
    assert list(_indexed_in_place(source)) == [
        "old",
        "named",
        "once",
        "first",
        "create index ix_older on older (id)",
        "CREATE UNIQUE  INDEX ix_oldest on oldest (id)",
        "alter table sole add constraint uq_sole unique (id)",
        "alter table sole add column other text unique",
    ]


def _indexed_in_place(source: str) -> Iterator[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [(call.func.attr, call) for call in calls if isinstance(call.func, ast.Attribute)]
    made = {_given(call, 0, "table_name") for name, call in named if name == "create_table"}
    for name, call in named:
        if name in _BUILDS and (table := _given(call, 1, "table_name")) not in made:
            yield table
        elif name == "execute" and _BUILDS_IN_SQL.search(said := _given(call, 0, "sqltext")):
            yield said


def _given(call: ast.Call, at: int, name: str) -> str:
    node = next((word.value for word in call.keywords if word.arg == name), None) or call.args[at]
    # `sa.text("…")` is its words.
    if isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)
