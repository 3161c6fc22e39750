"""The list of parts of an installation is what is installed, in words that scanners look up."""

import json
from importlib import metadata

from medianest.parts import _of_debian, bill_of_materials
from tests.command_line.installation import Installation

_STATUS = """\
Package: libssl3
Status: install ok installed
Architecture: amd64
Version: 3.0.17-1~deb12u2
Description: Secure Sockets Layer toolkit
 Version: not of the package

Package: removed
Status: deinstall ok config-files
Architecture: all
Version: 1:2+b1

Package: git
Status: install ok installed
Architecture: amd64
Version: 1:2.39.5-0+deb12u2
"""


async def test_it_is_printed_whole(installation: Installation) -> None:
    code, said = await installation.command("parts")
    assert code == 0, said
    assert json.loads(said) == bill_of_materials()


def test_every_distribution_is_in_it_once_under_the_name_that_is_looked_up() -> None:
    listed = bill_of_materials()
    addresses = [each["purl"] for each in listed["components"]]
    assert len(addresses) == len(set(addresses)) > 50
    for name in ("fastapi", "SQLAlchemy", "yt-dlp", "pydantic_core"):
        version = metadata.version(name)
        assert f"pkg:pypi/{name.lower().replace('_', '-')}@{version}" in addresses
    said = listed["metadata"]["component"]
    assert (said["type"], said["name"], said["version"]) == (
        "application",
        "medianest",
        metadata.version("medianest"),
    )
    assert sum("licenses" in each for each in listed["components"]) > 0.9 * len(addresses)


def test_packages_of_debian_are_those_that_are_there() -> None:
    found = list(_of_debian(_STATUS, release='ID=debian\nVERSION_ID="12"\nNAME="Debian"\n'))
    assert [each["purl"] for each in found] == [
        "pkg:deb/debian/libssl3@3.0.17-1~deb12u2?arch=amd64&distro=debian-12",
        "pkg:deb/debian/git@1%3A2.39.5-0%2Bdeb12u2?arch=amd64&distro=debian-12",
    ]
