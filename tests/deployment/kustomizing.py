"""As much of kustomize as the base needs: its resources, and the patch that all services have in common."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "ops" / "kubernetes"

type Resource = dict[str, Any]


def written(path: Path) -> list[Resource]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def settings(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if line)


def resources() -> Iterator[Resource]:
    """All that any overlay may apply, with the common patch where it belongs."""
    [common] = written(KUBERNETES / "base" / "service.yaml")
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        if path.name in ("kustomization.yaml", "service.yaml"):
            continue
        for resource in written(path):
            labels = resource["metadata"].get("labels", {})
            if labels.get("app.kubernetes.io/component") == "service":
                resource = merged(resource, {**common, "metadata": {}})
            yield resource


def merged(present: Any, patch: Any) -> Any:
    """A strategic merge, in which entries of lists that have names are the same by their names."""
    if isinstance(present, dict) and isinstance(patch, dict):
        return {
            key: merged(present[key], patch[key])
            if key in present and key in patch
            else patch.get(key, present.get(key))
            for key in [*present, *(key for key in patch if key not in present)]
        }
    if isinstance(present, list) and isinstance(patch, list) and all("name" in entry for entry in patch):
        changes = {entry["name"]: entry for entry in patch}
        kept = [merged(entry, changes.pop(entry["name"], {})) for entry in present]
        return kept + list(changes.values())
    return patch
