"""The files for containers: valid, bounded, and good for builders and engines that know no more than they must."""

import json
import re
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator

from medianest import registry
from medianest_common.settings import Settings
from tests.deployment.kustomizing import ROOT

OURS = {*registry.ALL, "all"}
NOT_FOR_CONTAINERS = {
    # Where others really are, and how long something waits: changed by tests.
    *(
        "DISCORD_URL",
        "GITHUB_API_URL",
        "GITHUB_URL",
        "GOOGLE_URL",
        "PLEX_DISCOVER_URL",
        "TELEGRAM_URL",
        "TMDB_URL",
    ),
    *("HEALTH_JITTER_SECONDS", "HEALTH_PROBE_SECONDS", "MEDIA_POLL_SECONDS", "REQUEST_TIMEOUT"),
    *("NOTIFY_LEASE_SECONDS", "YOUTUBE_LEASE_SECONDS"),
    # A file that is in no container.
    "YOUTUBE_CA_FILE",
}
COMMON = {
    "DATABASE_CONNECTIONS",
    "NATS_COPIES",
    "OTLP_ENDPOINT",
    "TRACE_SAMPLE",
    "LOG_LEVEL",
    "METRICS_TOKEN",
    "PROFILE",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document


def test_it_is_what_the_compose_specification_says(compose: dict[str, Any]) -> None:
    problems = Draft7Validator(get_builtin_schema("vendor.compose-spec")).iter_errors(compose)
    assert [f"{problem.json_path}: {problem.message}" for problem in problems] == []


@pytest.mark.parametrize("name", registry.ALL)
def test_what_is_set_reaches_the_service_that_reads_it(name: str, compose: dict[str, Any]) -> None:
    """Whatever stands in `.env` is for Compose alone; what is not handed on does nothing, and nobody is told."""
    own = {
        field.upper()
        for field in set(registry.service(name).settings.model_fields) - set(Settings.model_fields)
    }
    handed = {variable.removeprefix("MEDIANEST_") for variable in compose["services"][name]["environment"]}
    assert (own | COMMON) - NOT_FOR_CONTAINERS - handed == set()
    for variable, value in compose["services"][name]["environment"].items():
        assert not str(value).startswith("${") or str(value).startswith(f"${{{variable}:-"), variable


def test_what_all_settings_have_and_one_service_reads_reaches_that(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert "MEDIANEST_SETUP_TOKEN" in services["auth"]["environment"]
    assert "MEDIANEST_TRUSTED_PROXIES" in services["gateway"]["environment"]


def test_each_image_is_ours_and_built_here_or_of_a_named_version(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        image = service["image"]
        if ours := re.fullmatch(r"medianest/(\w+):\$\{MEDIANEST_TAG:-latest\}", image):
            assert ours[1] in OURS
            # Nobody else may publish under that name what we would take for ours.
            assert service["pull_policy"] == "never", name
        else:
            assert re.fullmatch(r"[a-z.]+/[a-z/-]+:v?\d[\w.-]*", image), name


def test_each_container_is_bounded(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if service.get("network_mode") == "none":
            continue
        assert "mem_limit" in service, name
        assert service.get("restart") in ("unless-stopped", "no"), name


def test_only_the_proxy_listens_outside(compose: dict[str, Any]) -> None:
    listening = {
        name
        for name, service in compose["services"].items()
        if any(not port.startswith("127.0.0.1:") for port in service.get("ports", []))
    }
    assert listening == {"caddy"}


def test_the_bus_lets_nobody_in_without_a_key_and_each_container_has_its_own_alone(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert services["nats"]["command"] == ["-c", "/etc/nats/server/nats.conf"]
    assert {"./ops/nats:/etc/nats/server:ro", "bus-server:/etc/nats/users:ro"} <= set(
        services["nats"]["volumes"]
    )
    assert 'include "../users/users.conf"' in (ROOT / "ops" / "nats" / "nats.conf").read_text()
    operators = {"migrate": "operator", "backup": "operator"}
    for name, owner in {**{name: name for name in registry.ALL}, **operators}.items():
        keys = [each for each in services[name]["volumes"] if "/run/bus" in each or each.startswith("bus-")]
        assert keys == [f"bus-{owner}:/run/bus/{owner}:ro"], name


def test_the_proxy_is_told_all_that_its_file_asks_for(compose: dict[str, Any]) -> None:
    asked = set(re.findall(r"\{\$(\w+)", (ROOT / "ops" / "caddy" / "Caddyfile").read_text()))
    assert asked == set(compose["services"]["caddy"]["environment"])
    assert compose["services"]["caddy"]["environment"]["MEDIANEST_PATH"] is None


def test_health_checks_have_no_spaces_in_their_arguments(compose: dict[str, Any]) -> None:
    """Podman parts them there."""
    checks = [service["healthcheck"]["test"] for service in compose["services"].values() if _checked(service)]
    checks.append(["CMD", *json.loads(re.findall(r"HEALTHCHECK.* CMD (\[.*\])", _dockerfile())[0])])
    assert len(checks) > 3
    for kind, *arguments in checks:
        assert kind in ("CMD", "CMD-SHELL")
        assert kind == "CMD-SHELL" or not any(" " in argument for argument in arguments), arguments


def _checked(service: dict[str, Any]) -> bool:
    return "test" in service.get("healthcheck", {})


def _dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def test_any_builder_can_build_the_images() -> None:
    only_buildkit = re.findall(
        r"^# *syntax=|--mount=|--link\b|--chmod=|<<-?['\"]?[A-Z]+", _dockerfile(), re.MULTILINE
    )
    assert only_buildkit == []


def test_who_has_no_page_needs_no_node(compose: dict[str, Any]) -> None:
    """A plain builder makes every stage down to the one that is asked for."""
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", _dockerfile(), re.MULTILINE)
    names = [name for _, name in stages]
    assert names.index("service") < names.index("page")
    for name in registry.ALL:
        build = compose["services"][name]["build"]
        assert build["args"]["SERVICE"] == name
        assert build.get("target") == (None if name == "gateway" else "service")


def test_images_run_as_somebody_without_rights() -> None:
    last = _dockerfile().rsplit("\nFROM ", 2)
    assert re.findall(r"^USER (.*)$", _dockerfile(), re.MULTILINE) == ["10001:10001"]
    assert last[-1].startswith("service\n")


def test_each_image_holds_the_list_of_its_parts() -> None:
    """Each that is started is built on `service`, where it is written with what is installed there."""
    stages = _dockerfile().split("\nFROM ")
    [service] = [stage for stage in stages if stage.startswith("base AS service\n")]
    assert "COPY --from=parts /opt/medianest" in service.split("medianest parts --system")[0]
    assert "/opt/medianest/share/sbom/" in stages[-1]


def test_the_dockerfile_keeps_the_rules_of_images() -> None:
    """Those of hadolint that can go wrong here, which is no part of the environment."""
    instructions = re.sub(r"(?m)^\s*#.*\n", "", _dockerfile()).replace("\\\n", " ").splitlines()
    for line in filter(None, instructions):
        word, _, rest = line.partition(" ")
        assert word.isupper() and word != "ADD" and word != "MAINTAINER", line
        if word == "FROM":
            image = rest.split()[0]
            named_here = re.search(rf"(?m)^FROM \S+ AS {re.escape(image)}$", _dockerfile())
            assert named_here or re.search(r"[^/]:[0-9][\w.-]*$", image), f"another image each day: {image}"
        if word == "RUN":
            assert not re.search(r"\b(sudo|curl|wget|ssh)\b|apt-get (dist-)?upgrade|\bcd /", line), line
            assert "apt-get install" not in line or {"-y", "--no-install-recommends"} <= set(line.split()), (
                line
            )
            assert "apt-get install" not in line or "apt-get update" in line.split("apt-get install")[0], line
            assert "npm install" not in line, f"not as locked: {line}"
        if word == "COPY":
            assert rest.split()[-1] not in (".", "/") and rest.split()[0] != ".", (
                f"whatever lies there: {line}"
            )
        assert not re.search(r"(?i)\b(ENV|ARG)\b.*(password|secret|token|api_?key)\w*=\S", line), line
