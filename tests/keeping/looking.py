"""What is in a backup, read by other means than ours: it is a tar."""

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

SAID_ANEW = {("health", "dead_letters")}


def contents(file: Path) -> dict[str, Any]:
    with tarfile.open(file) as tar:
        found = tar.extractfile("contents.json")
        assert found
        listed: dict[str, Any] = json.load(found)
        return listed


def tables(file: Path) -> dict[str, str]:
    """A digest of all rows of each table, in their order."""
    digests: dict[str, Any] = {}
    with tarfile.open(file) as tar:
        for member in tar:
            if member.name.startswith("tables/"):
                content = tar.extractfile(member)
                assert content
                table = member.name.rpartition("/")[0].removeprefix("tables/")
                digests.setdefault(table, hashlib.sha256()).update(content.read())
    return {table: digest.hexdigest() for table, digest in digests.items()}


def rows(file: Path) -> dict[str, int]:
    return {
        f"{schema['service']}/{table['name']}": table["rows"]
        for schema in contents(file)["schemas"]
        for table in schema["tables"]
    }
