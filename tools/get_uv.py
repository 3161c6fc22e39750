"""Fetches uv with nothing but the standard library, for a Python that has neither venv nor pip."""

import hashlib
import io
import json
import os
import platform
import sys
import urllib.request
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
SECONDS = 60


def platform_tag() -> str:
    machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if sys.platform == "darwin":
        return f"macosx {'arm64' if machine == 'aarch64' else machine}"
    return f"{'manylinux' if platform.libc_ver()[0] == 'glibc' else 'musllinux'} {machine}"


def newest_wheel() -> "dict[str, Any]":
    request = urllib.request.Request(
        f"{INDEX}/uv/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        files = json.load(answer)["files"]
    family, machine = platform_tag().split()
    fitting = [
        file
        for file in files
        if file["filename"].endswith(".whl")
        and family in file["filename"]
        and machine in file["filename"]
        and not file.get("yanked")
    ]
    return max(fitting, key=lambda file: [int(part) for part in file["filename"].split("-")[1].split(".")])


def main(folder: Path) -> None:
    wheel = newest_wheel()
    url = urljoin(f"{INDEX}/uv/", wheel["url"])
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != wheel["hashes"]["sha256"]:
        sys.exit(f"{wheel['filename']} is not what the index promised")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
        program = folder / "bin" / "uv"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_bytes(archive.read(member))
        program.chmod(0o755)


main(Path(sys.argv[1]))
