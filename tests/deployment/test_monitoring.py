"""Alert rules and dashboards are whole by themselves; whether the product has what they ask for is seen in
`tests/e2e/test_seeing.py`."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from medianest.registry import ALL
from tests.monitoring import GRAFANA, PROMETHEUS, ROOT, Asked, asked_by_dashboards, asked_by_rules
from tools import dashboards

RULES = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"]
    for rule in group["rules"]
]
ALERTS = [rule["alert"] for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=ALERTS)
def test_every_alert_says_what_is_wrong_and_where_help_stands(rule: dict[str, dict[str, str]]) -> None:
    said = rule["annotations"]
    assert len(said["summary"]) > 20 and len(said["description"]) > 40
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert said["runbook"].removeprefix("#") in _headings(), "a heading of docs/operations.md"


@pytest.mark.parametrize("asked", [*asked_by_rules(), *asked_by_dashboards()], ids=lambda asked: asked.by)
def test_words_speak_of_labels_that_are_left_after_grouping(asked: Asked) -> None:
    if asked.grouped_by:
        assert asked.named <= asked.grouped_by


def test_every_alert_is_tried() -> None:
    tried = [test["name"] for test in yaml.safe_load((PROMETHEUS / "rules.test.yml").read_text())["tests"]]
    assert set(tried) == set(ALERTS)


def test_prometheus_asks_every_service() -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    assert config["rule_files"] == ["rules.yml"]
    [job] = config["scrape_configs"]
    [found] = job["dns_sd_configs"]
    assert sorted(found["names"]) == sorted(ALL)
    [gone] = [rule["expr"] for rule in RULES if rule["alert"] == "MediaNestPartGone"]
    assert sorted(re.findall(r'part="(\w+)"', gone)) == sorted(ALL)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Prometheus")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", str(PROMETHEUS / "prometheus.yml")),
        ("test", "rules", str(PROMETHEUS / "rules.test.yml")),
    ],
    ids=["config", "rules"],
)
def test_promtool_agrees(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_dashboards_are_as_the_tool_writes_them() -> None:
    there = {path: path.read_text() for path in (GRAFANA / "dashboards").glob("*.json")}
    assert there == dashboards.files(), "run: python -m tools.dashboards"


def test_dashboards_ask_the_source_that_is_provided() -> None:
    provided = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "prometheus.yml").read_text())
    [source] = provided["datasources"]
    for path in (GRAFANA / "dashboards").glob("*.json"):
        board = json.loads(path.read_text())
        panels = board["panels"]
        assert {panel["datasource"]["uid"] for panel in panels} == {source["uid"]}
        assert len({panel["id"] for panel in panels}) == len(panels)


def _headings() -> set[str]:
    """As anchors, the way that GitHub makes them."""
    text = (ROOT / "docs" / "operations.md").read_text()
    titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
