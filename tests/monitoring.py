"""What the rules and dashboards in `ops` ask Prometheus for, and what a scrape of the product has."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[1]
PROMETHEUS = ROOT / "ops" / "prometheus"
GRAFANA = ROOT / "ops" / "grafana"

_METRIC = re.compile(r"\b((?:medianest|process)_[a-z0-9_]+)(?:\{([^}]*)\})?")
_LABEL = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)")
_GROUPED = re.compile(r"\bby\s*\(([^)]*)\)")
_NAMED = re.compile(r"\{\{\s*\$labels\.([a-z_]+)|\{\{([a-z_]+)\}\}")


@dataclass(frozen=True)
class Asked:
    by: str
    expression: str
    metrics: dict[str, set[str]] = field(default_factory=dict)
    """With the labels that are chosen by."""
    grouped_by: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    """Labels that its words speak of."""


def asked_by_rules() -> list[Asked]:
    groups = yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"]
    return [
        _asked(rule["alert"], rule["expr"], *rule["annotations"].values())
        for group in groups
        for rule in group["rules"]
    ]


def asked_by_dashboards() -> list[Asked]:
    return list(_panels())


def _panels() -> Iterator[Asked]:
    for path in sorted((GRAFANA / "dashboards").glob("*.json")):
        board = json.loads(path.read_text())
        for choice in board["templating"]["list"]:
            yield _asked(f"{path.stem}/{choice['name']}", choice["query"]["query"])
        for panel in board["panels"]:
            for target in panel["targets"]:
                name = f"{path.stem}/{panel['title']}/{target['refId']}"
                yield _asked(name, target["expr"], target["legendFormat"])


def exposed(scraped: str) -> Mapping[str, set[str]]:
    """By the name of a series its labels; none where it has no value yet."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(scraped):
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
        for suffix in suffixes.get(family.type, ("",)):
            found.setdefault(f"{family.name}{suffix}", set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def _asked(by: str, expression: str, *words: str) -> Asked:
    asked = Asked(by=by, expression=expression)
    for name, selector in _METRIC.findall(expression):
        asked.metrics.setdefault(name, set()).update(_LABEL.findall(selector or ""))
    for labels in _GROUPED.findall(expression):
        asked.grouped_by.update(label.strip() for label in labels.split(","))
    for text in words:
        asked.named.update(first or second for first, second in _NAMED.findall(text))
    return asked
