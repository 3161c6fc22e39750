"""The manifests of Kubernetes fit its schemas, and the product."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from medianest import registry
from medianest.containers import write_secrets
from medianest.keeping.settings import KeepingSettings
from medianest_common.contracts.platform import Readiness
from medianest_common.lifecycle import STOP_SECONDS
from medianest_common.settings import Settings
from medianest_common.web.ops import ops_app
from medianest_gateway.routes.health import root
from tests.deployment.kustomizing import KUBERNETES, Resource, resources, settings, written

OLDEST, NEWEST = "1.30", "1.37"
NAME = "app.kubernetes.io/name"


@pytest.fixture(scope="module")
def everything() -> list[Resource]:
    return list(resources())


@pytest.fixture(scope="module")
def deployments(everything: list[Resource]) -> dict[str, Resource]:
    return {
        each["metadata"]["name"]: each
        for each in everything
        if each["metadata"].get("labels", {}).get("app.kubernetes.io/component") == "service"
    }


def _container(deployment: Resource) -> dict[str, Any]:
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert isinstance(container, dict)
    return container


def _pods(everything: list[Resource]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in everything:
        if "template" in each.get("spec", {}):
            yield f"{each['kind']} {each['metadata']['name']}", each["spec"]["template"]


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_manifest_fits_its_schema(everything: list[Resource], version: str) -> None:
    for each in everything:
        if each["apiVersion"].startswith("keda.sh/"):
            continue
        kubernetes_validate.validate(each, version, strict=True)


def test_every_service_has_a_deployment_that_runs_it(deployments: dict[str, Resource]) -> None:
    assert set(deployments) == set(registry.ALL)
    for name, deployment in deployments.items():
        container = _container(deployment)
        assert container["args"] == ["run", name, "--no-migrate"]
        assert container["image"] == f"medianest/{name}"
        assert deployment["spec"]["selector"]["matchLabels"] == {NAME: name}
        assert deployment["spec"]["template"]["metadata"]["labels"][NAME] == name


def test_each_setting_that_is_handed_on_exists(
    deployments: dict[str, Resource], everything: list[Resource]
) -> None:
    shared = set().union(*(settings(path) for path in KUBERNETES.rglob("settings.env")))
    for name, deployment in deployments.items():
        known = _known(registry.service(name).settings)
        own = {entry["name"] for entry in _container(deployment).get("env", [])}
        assert (own | shared) - known == set(), name
    for kind, name, read_by in (("Job", "migrate", Settings), ("Deployment", "backup", KeepingSettings)):
        own = {entry["name"] for entry in _container(_named(everything, kind, name))["env"]}
        assert own - _known(read_by) == set(), name


def _named(everything: list[Resource], kind: str, name: str) -> Resource:
    [found] = [each for each in everything if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def _known(kind: type[Settings]) -> set[str]:
    fields = {f"MEDIANEST_{field.upper()}" for field in kind.model_fields}
    return fields | {f"{field}_FILE" for field in fields}


def test_probes_ask_where_a_service_answers(deployments: dict[str, Resource]) -> None:
    answered = {
        "ops": {route.path for route in ops_app(_never, Settings()).routes if hasattr(route, "path")},
        "http": {route.path for route in root.routes if hasattr(route, "path")},
    }
    listened = {
        "ops": int(settings(KUBERNETES / "base" / "settings.env")["MEDIANEST_OPS_PORT"]),
        "http": Settings().port,
    }
    for name, deployment in deployments.items():
        container = _container(deployment)
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert ports == (listened if name == "gateway" else {"ops": listened["ops"]})
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            asked = container[probe]["httpGet"]
            assert asked["port"] in ports, (name, probe)
            assert asked["path"] in answered[asked["port"]], (name, probe)


async def _never() -> Readiness:
    raise AssertionError


def test_nobody_is_killed_while_stopping_in_order(deployments: dict[str, Resource]) -> None:
    for name, deployment in deployments.items():
        pod = deployment["spec"]["template"]["spec"]
        waits = (
            _container(deployment).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        )
        assert pod["terminationGracePeriodSeconds"] >= waits + 2 * STOP_SECONDS, name


def test_every_pod_is_as_restricted_as_can_be(everything: list[Resource]) -> None:
    for name, template in _pods(everything):
        pod = template["spec"]
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            assert "memory" in container["resources"]["limits"], name
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            claimed = {claim["metadata"]["name"] for claim in _claims(everything, name)}
            assert mounted == {volume["name"] for volume in pod["volumes"]} | claimed, name


def _claims(everything: list[Resource], name: str) -> list[Resource]:
    return [
        claim
        for each in everything
        if f"{each['kind']} {each['metadata']['name']}" == name
        for claim in each["spec"].get("volumeClaimTemplates", [])
    ]


def test_the_only_administrator_of_the_database_is_the_migration(everything: list[Resource]) -> None:
    knowing = [name for name, template in _pods(everything) if "database-administrator" in str(template)]
    assert knowing == ["Job migrate"]


def test_each_service_has_the_key_of_nobody_else(everything: list[Resource]) -> None:
    for name, template in _pods(everything):
        keys = {
            volume["secret"]["secretName"]
            for volume in template["spec"]["volumes"]
            if volume.get("secret", {}).get("secretName", "").startswith("bus-")
        }
        own = {f"bus-{template['metadata']['labels'][NAME]}"}
        if name in ("Job migrate", "Deployment backup"):
            # They make the streams, and read what waits in them, as the operator.
            own = {"bus-operator"}
        elif "envFrom" not in template["spec"]["containers"][0]:
            own = set()
        assert keys == own, name


def test_backups_are_made_by_one_pod_into_a_folder_that_stays(everything: list[Resource]) -> None:
    backup = _named(everything, "Deployment", "backup")
    container, spec = _container(backup), backup["spec"]
    assert container["args"] == ["backup", "--daily"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    env = {entry["name"]: entry["value"] for entry in container["env"]}
    folders = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    [volume] = [each for each in spec["template"]["spec"]["volumes"] if "persistentVolumeClaim" in each]
    assert folders[volume["name"]] == env["MEDIANEST_BACKUP_DIR"]
    assert _named(everything, "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"])


def test_every_name_that_is_selected_is_that_of_pods(everything: list[Resource]) -> None:
    labels = {template["metadata"]["labels"][NAME] for _, template in _pods(everything)}
    assert set(_selected(everything)) == labels


def _selected(thing: Any) -> Iterator[str]:
    if isinstance(thing, list):
        for entry in thing:
            yield from _selected(entry)
    elif isinstance(thing, dict):
        if NAME in thing:
            yield thing[NAME]
        for entry in thing.values():
            yield from _selected(entry)


def test_every_file_belongs_to_a_kustomization() -> None:
    named: set[Path] = set()
    for path in KUBERNETES.rglob("kustomization.yaml"):
        [document] = written(path)
        listed = [*document.get("resources", []), *document.get("components", [])]
        listed += [patch["path"] for patch in document.get("patches", []) if "path" in patch]
        for generator in document.get("configMapGenerator", []):
            listed += [*generator.get("envs", []), *generator.get("files", [])]
        listed = [entry for entry in listed if not entry.startswith("secrets/")]
        for entry in listed:
            assert (path.parent / entry).exists(), f"{path}: {entry}"
            named.add((path.parent / entry).resolve())
    present = {path for path in KUBERNETES.rglob("*") if path.is_file() and "secrets" not in path.parts}
    assert present - named == set(KUBERNETES.rglob("kustomization.yaml"))


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
@pytest.mark.parametrize("overlay", ["household", "large"])
def test_kustomize_builds_what_fits_the_schemas(tmp_path: Path, overlay: str) -> None:
    shutil.copytree(KUBERNETES, tmp_path / "kubernetes")
    folder = tmp_path / "kubernetes" / "overlays" / overlay
    write_secrets(folder / "secrets", database=folder / "secrets", bus=folder / "secrets" / "bus")
    done = subprocess.run(
        ["kubectl", "kustomize", str(folder)], capture_output=True, text=True, timeout=60, check=True
    )
    built = list(yaml.safe_load_all(done.stdout))
    assert {each["metadata"]["name"] for each in built if each["kind"] == "Deployment"} >= set(registry.ALL)
    for each in built:
        if not each["apiVersion"].startswith("keda.sh/"):
            kubernetes_validate.validate(each, NEWEST, strict=True)
