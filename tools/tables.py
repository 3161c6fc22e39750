"""What the tables of this version take away from the code of the last release, which runs on them while an
installation is upgraded, and after a step back. Called by `tools/breaking.py`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    DefaultClause,
    ForeignKeyConstraint,
    MetaData,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql

type Tables = Mapping[str, Mapping[str, Any]]

_UNKNOWN = "the code before may read what it does not know"

_ONE_OF = re.compile(r"^(\w+) (?:IN|in) \((.*)\)$", re.DOTALL)


def today() -> dict[str, Any]:
    """By service: its newest migration, and its tables. A test of each service holds the two against each other."""
    from medianest import registry
    from medianest_common.db.migrate import head_of, with_tables

    return {
        service.name: {"head": head_of(service), "tables": described(service.metadata)}
        for service in with_tables(registry.services())
        if service.metadata is not None
    }


def described(metadata: MetaData) -> dict[str, Any]:
    return {
        table.name: {
            "columns": {column.name: _column(column) for column in table.columns},
            "constraints": dict(sorted(_constraints(table))),
        }
        for table in metadata.sorted_tables
    }


def broken_tables(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """One line for everything that the code of the last release could trip over."""
    lines = []
    for service, kept in old.items():
        for name, table in kept["tables"].items():
            there = new.get(service, {"tables": {}})["tables"].get(name)
            if there is None:
                lines.append(f"{service}.{name}: is gone")
            else:
                lines += [f"{service}.{name}: {what}" for what in _broken(table, there)]
    return lines


def _broken(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name, before in old["columns"].items():
        after = new["columns"].get(name)
        if after is None:
            yield f"{name} is gone"
            continue
        if after["type"] != before["type"]:
            yield f"{name} is {after['type']} now, and was {before['type']}"
        if before["nullable"] and not after["nullable"]:
            yield f"{name} may no longer be empty"
        if after["nullable"] and not before["nullable"]:
            yield f"{name} may be empty now: {_UNKNOWN}"
        # Not described yet in what was kept first.
        if before.get("default") and after["default"] and after["default"] != before["default"]:
            yield f"{name} is filled with {after['default']} now, and was with {before['default']}"
        if before["filled"] and not after["filled"] and not after["nullable"]:
            yield f"{name} is no longer filled by itself"
    for name, after in new["columns"].items():
        if name not in old["columns"] and not after["nullable"] and not after["filled"]:
            yield f"{name} is new and needed"
    for name, text in new["constraints"].items():
        before = old["constraints"].get(name)
        if before == text:
            continue
        if _is_wider(before, text):
            yield f"{name} takes more: {text}: {_UNKNOWN}"
        else:
            yield f"{name} takes less: {text}"
    for name, text in old["constraints"].items():
        # Whoever writes `on conflict` needs what it names.
        if text.startswith(("unique", "primary")) and text not in new["constraints"].values():
            yield f"{name} is gone: {text}"
        elif text.startswith("check") and name not in new["constraints"]:
            yield f"{name} is gone: {text}: {_UNKNOWN}"


def _is_wider(old: str | None, new: str) -> bool:
    before, after = (_ONE_OF.match((text or "").removeprefix("check ")) for text in (old, new))
    if not before or not after or before[1] != after[1]:
        return False
    return set(re.findall(r"'([^']*)'", before[2])) <= set(re.findall(r"'([^']*)'", after[2]))


def _column(column: Column[Any]) -> dict[str, Any]:
    return {
        "type": column.type.compile(dialect=postgresql.dialect()),  # type: ignore[no-untyped-call]
        "nullable": bool(column.nullable),
        "filled": column.server_default is not None
        or column.identity is not None
        or column.autoincrement is True,
        "default": _default(column),
    }


def _default(column: Column[Any]) -> str | None:
    """What the database fills it with, as far as that is always the same words."""
    given = column.server_default
    return str(given.arg) if isinstance(given, DefaultClause) else None


def _constraints(table: Table) -> Iterator[tuple[str, str]]:
    for constraint in table.constraints:
        columns = ", ".join(column.name for column in getattr(constraint, "columns", ()))
        match constraint:
            case CheckConstraint():
                yield str(constraint.name), f"check {constraint.sqltext}"
            case UniqueConstraint():
                yield str(constraint.name), f"unique ({columns})"
            case ForeignKeyConstraint():
                target = ", ".join(element.target_fullname for element in constraint.elements)
                yield f"to {target} by {columns}", f"references {target} ({columns})"
            case _ if columns:
                yield f"pk_{table.name}", f"primary key ({columns})"
    for index in table.indexes:
        if index.unique:
            where = index.dialect_options["postgresql"]["where"]
            columns = ", ".join(str(expression) for expression in index.expressions)
            yield str(index.name), f"unique ({columns})" + (f" where {where}" if where is not None else "")
