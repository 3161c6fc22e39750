"""The list of parts of an installation is what is installed, in words that scanners look up."""

import json
from importlib import metadata

from medianest.parts import _of_debian, bill_of_materials
from tests.command_line.installation import Installation

_STATUS = """\
Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
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

Package: libstdc++6
Status: install ok installed
Architecture: amd64
Source: gcc-12 (12.2.0-14)
Version: 12.2.0-14+b1

Package: libblkid1
Status: install ok installed
Architecture: amd64
Source: util-linux (1:2.38.1-5)
Version: 2.38.1-5
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
    beneath, *found = _of_debian(_STATUS, release='ID=debian\nVERSION_ID="12"\nNAME="Debian"\n')
    assert (beneath["type"], beneath["name"], beneath["version"]) == ("operating-system", "debian", "12")
    assert [each["purl"] for each in found] == [
        "pkg:deb/debian/libssl3@3.0.17-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl",
        "pkg:deb/debian/git@1%3A2.39.5-0%2Bdeb12u2?arch=amd64&distro=debian-12",
        "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bb1?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14",
        "pkg:deb/debian/libblkid1@2.38.1-5?arch=amd64&distro=debian-12&upstream=util-linux%401%3A2.38.1-5",
    ]


def test_trivy_reads_the_source_of_a_package_from_its_own_properties() -> None:
    _, *found = _of_debian(_STATUS, release="ID=debian\n")
    said = [
        {
            each["name"].removeprefix("aquasecurity:trivy:"): each["value"]
            for each in part.get("properties", [])
        }
        for part in found
    ]
    assert said == [
        {"SrcName": "openssl", "SrcVersion": "3.0.17", "SrcRelease": "1~deb12u2"},
        {},
        {"SrcName": "gcc-12", "SrcVersion": "12.2.0", "SrcRelease": "14"},
        {"SrcName": "util-linux", "SrcVersion": "2.38.1", "SrcRelease": "5", "SrcEpoch": "1"},
    ]
