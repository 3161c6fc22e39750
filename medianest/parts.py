"""`medianest parts`: what is installed here, as a list that scanners read (SBOM, CycloneDX)."""

import json
import platform
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

_PACKAGES = Path("/var/lib/dpkg/status")
_RELEASE = Path("/etc/os-release")
_FIELD = re.compile(r"^(Package|Status|Version|Architecture|Source): (.+)$", re.MULTILINE)
_LONGEST_LICENCE = 60
"""Some put the whole text where its name belongs."""


def parts(
    system: Annotated[
        bool, typer.Option("--system", help="Also the packages of Debian beneath, as in an image.")
    ] = False,
) -> None:
    """Print the list of parts (SBOM, CycloneDX) of what is installed here."""
    typer.echo(json.dumps(bill_of_materials(system=system), indent=2, ensure_ascii=False))


def bill_of_materials(*, system: bool = False) -> dict[str, Any]:
    """Of this Python's environment, the same each time it is made."""
    here = {_normal(each.name): _of_python(each) for each in metadata.distributions()}
    version = platform.python_version()
    python = _component("platform", "python", version, purl=f"pkg:generic/python@{version}")
    components = [python, *(here[name] for name in sorted(here) if name != "medianest")]
    if system and _PACKAGES.is_file():
        components += _of_debian(_PACKAGES.read_text("utf-8"), release=_RELEASE.read_text("utf-8"))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": here["medianest"] | {"type": "application"}},
        "components": components,
    }


def register(app: typer.Typer) -> None:
    app.command()(parts)


def _of_python(distribution: metadata.Distribution) -> dict[str, Any]:
    name, version = _normal(distribution.name), distribution.version
    found = _component("library", name, version, purl=f"pkg:pypi/{name}@{quote(version)}")
    said = distribution.metadata
    if expression := said.get("License-Expression"):
        found["licenses"] = [{"expression": expression}]
    elif names := _licences(said.get("License"), said.get_all("Classifier") or []):
        found["licenses"] = [{"license": {"name": name}} for name in names]
    return found


def _licences(written: str | None, classifiers: list[str]) -> list[str]:
    if written and "\n" not in written and len(written) < _LONGEST_LICENCE:
        return [written]
    return [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License ::")]


def _of_debian(status: str, *, release: str) -> Iterator[dict[str, Any]]:
    about = dict(re.findall(r'^(ID|VERSION_ID)="?([^"\n]+)"?$', release, re.MULTILINE))
    system, version = about.get("ID", "debian"), about.get("VERSION_ID", "")
    distro = f"{system}-{version}".rstrip("-")
    # Trivy leaves out the packages of a system that is not named.
    yield {"type": "operating-system", "bom-ref": distro, "name": system, "version": version}
    for paragraph in status.split("\n\n"):
        said = dict(_FIELD.findall(paragraph))
        if said.get("Status", "").endswith(" installed"):
            yield _of_package(said, system=system, distro=distro)


def _of_package(said: dict[str, str], *, system: str, distro: str) -> dict[str, Any]:
    """Advisories are kept by the package of the source: Grype reads it from the address, Trivy from its own
    properties."""
    name, version = said["Package"], said["Version"]
    address = f"pkg:deb/{system}/{quote(name, safe='')}@{quote(version, safe='')}"
    address += f"?arch={said['Architecture']}&distro={distro}"
    if "Source" not in said:
        return _component("library", name, version, purl=address)
    source, _, of_source = said["Source"].rstrip(")").partition(" (")
    upstream = f"{source}@{of_source}" if of_source else source
    found = _component("library", name, version, purl=f"{address}&upstream={quote(upstream, safe='')}")
    epoch, _, rest = (of_source or version).rpartition(":")
    number, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
    words = {"SrcName": source, "SrcVersion": number, "SrcRelease": revision, "SrcEpoch": epoch}
    found["properties"] = [
        {"name": f"aquasecurity:trivy:{word}", "value": value} for word, value in words.items() if value
    ]
    return found


def _component(kind: str, name: str, version: str, *, purl: str) -> dict[str, Any]:
    return {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
