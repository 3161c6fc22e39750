"""Writes the Grafana dashboards into ops/grafana/dashboards: python -m tools.dashboards

`--check` says whether the files are what this makes.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.panels import BUS, HOUSEHOLD, OVERVIEW, SERVICE, Panel

FOLDER = Path(__file__).parents[1] / "ops" / "grafana" / "dashboards"
_SOURCE = {"type": "prometheus", "uid": "medianest-prometheus"}
_WIDE, _HIGH, _ROW = 12, 8, 24


def dashboard(uid: str, title: str, panels: Sequence[Panel], *, of_a_service: bool = False) -> dict[str, Any]:
    return {
        "uid": uid,
        "title": title,
        "tags": ["medianest"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [_SERVICE_CHOICE] if of_a_service else []},
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }


_SERVICE_CHOICE = {
    "name": "service",
    "label": "Service",
    "type": "query",
    "datasource": _SOURCE,
    "query": {"query": "label_values(medianest_build_info, service)", "refId": "service"},
    "refresh": 2,
    "sort": 1,
}


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    per_row = _ROW // _WIDE
    return {
        "id": number + 1,
        "type": "stat" if panel.is_figure else "timeseries",
        "title": panel.title,
        "description": panel.about,
        "datasource": _SOURCE,
        "gridPos": {
            "x": number % per_row * _WIDE,
            "y": number // per_row * _HIGH,
            "w": _WIDE,
            "h": _HIGH,
        },
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": _SOURCE, "expr": expression, "legendFormat": name}
            for place, (expression, name) in enumerate(panel.asks)
        ],
    }


def files() -> dict[Path, str]:
    made = {
        "overview": dashboard("medianest-overview", "MediaNest: overview", OVERVIEW),
        "bus": dashboard("medianest-bus", "MediaNest: messages", BUS),
        "service": dashboard("medianest-service", "MediaNest: one service", SERVICE, of_a_service=True),
        "household": dashboard("medianest-household", "MediaNest: the household", HOUSEHOLD),
    }
    return {FOLDER / f"{name}.json": json.dumps(board, indent=1) + "\n" for name, board in made.items()}


def main() -> int:
    if "--check" in sys.argv:
        return int(any(not path.exists() or path.read_text() != text for path, text in files().items()))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in files().items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
