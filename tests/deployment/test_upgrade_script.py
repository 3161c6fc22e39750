"""`ops/upgrade`, with a stand-in for Compose that notes what it is asked: in which order things are done, and what an
older version that does not know an option is asked instead."""

import asyncio
import os
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "ops" / "upgrade"
COMPOSE = """#!/usr/bin/env bash
echo "$*" >> "$NOTES"
case "$*" in
  *"secrets secrets --help") echo "Make the secrets. --database --bus $OPTIONS" ;;
  *--beside*) [[ $OPTIONS == *--beside* ]] || { echo "No such option: --beside" >&2; exit 2; } ;;
  *varz*) echo "\\"config_load_time\\": \\"$(grep -c . "$NOTES")\\"" ;;
esac
"""


async def _upgraded(tmp_path: Path, *, options: str) -> tuple[str, list[str]]:
    """What was said, and what Compose was asked."""
    compose, notes = tmp_path / "compose", tmp_path / "notes"
    compose.write_text(COMPOSE)
    compose.chmod(0o755)
    process = await asyncio.create_subprocess_exec(
        str(SCRIPT),
        env={
            "PATH": os.environ["PATH"],
            "COMPOSE": str(compose),
            "ENGINE": "true",
            "NOTES": str(notes),
            "OPTIONS": options,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, said.decode()
    return said.decode(), notes.read_text().splitlines()


@pytest.mark.parametrize("options", ["--beside", ""], ids=["knows it", "older"])
async def test_a_version_is_asked_only_for_what_it_knows(options: str, tmp_path: Path) -> None:
    said, asked = await _upgraded(tmp_path, options=options)
    makes_users = [each for each in asked if each.startswith("run") and "/run/bus" in each]
    assert ["--beside" in each for each in makes_users] == [bool(options), False]
    migrates = asked.index("run --rm --no-deps migrate")
    assert asked.index(makes_users[0]) < migrates < len(asked) - asked[::-1].index(makes_users[1]) - 1
    warned = said.find("does not know how to stand beside")
    assert (warned >= 0) == (not options)
    assert warned < said.index("== bus:"), "it is said before anything is done"
