"""`medianest admin`: what the operator types, reads, and gets as exit codes."""

import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from medianest.cli import app
from medianest.doctor import _keys
from medianest_common.security.encryption import KeyRing
from medianest_common.settings import Settings, load
from tests.command_line.installation import Installation


def keyring(installation: Installation) -> KeyRing:
    return KeyRing.load(installation.folder / "data" / "secrets" / "keyring")


def settings_of(installation: Installation) -> Settings:
    return load(Settings, data_dir=installation.folder / "data")


async def test_beside_a_running_installation(installation: Installation) -> None:
    await installation.run("auth")
    code, said = await installation.command(
        "admin", "create-owner", "olive@example.org", "--name", "Olive [b]"
    )
    assert code == 0, said
    assert "Olive [b] is the owner now." in said
    assert re.search(rf"^{re.escape(installation.address)}/reset#token=\S{{40,}}$", said, re.MULTILINE)

    code, said = await installation.command("admin", "users")
    assert code == 0, said
    assert re.search(r"olive@example.org +Olive \[b\] +owner +active +nothing", said)

    code, said = await installation.command("admin", "reset-link", "nobody@example.org")
    assert (code, "This was not done.\nNobody here has this address." in said) == (1, True)
    assert "Traceback" not in said

    before = keyring(installation)
    code, said = await installation.command("admin", "rotate-keys")
    assert code == 0, said
    assert "auth: signing_keys.private_sealed: 2 sealed anew" in said
    after = keyring(installation)
    assert (after.primary != before.primary, after.root, after.old) == (True, before.root, [])

    code, said = await installation.command("admin", "verify-audit")
    assert code == 0, said
    noted = re.search(r"--noted (\S+)", said)
    assert "Intact" in said and noted
    code, said = await installation.command("admin", "verify-audit", "--noted", "1:" + "0" * 64)
    assert (code, "tampered with at entry 1" in said) == (1, True)


@pytest.mark.parametrize(
    "arguments", [("sign-out",), ("sign-out", "a@example.org", "--all"), ("unlock",), ("make-owner",)]
)
def test_words_that_are_missing_are_named_before_anything_starts(
    arguments: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIANEST_DATA_DIR", str(folder / "data"))
    ended = CliRunner().invoke(app, ["admin", *arguments])
    assert ended.exit_code == 2
    assert not (folder / "data").exists()


async def test_a_rotation_that_was_killed_goes_on(installation: Installation) -> None:
    """Also: nothing runs, so the command starts what it needs, and nothing is left of it."""
    for _ in range(5):
        await installation.begin("admin", "rotate-keys")
        await installation.says("The new key is")
        await installation.kill()
        half = keyring(installation)
        if half.old:
            break  # And otherwise it was done before it was killed.
    assert len(half.old) == 1

    assert [finding.mend for finding in _keys(settings_of(installation))] == [
        "`medianest admin rotate-keys` goes on with it."
    ]
    code, said = await installation.command("admin", "rotate-keys")
    assert code == 0, said
    assert f"Going on with the rotation to the key {half.primary}." in said
    assert "auth: signing_keys.private_sealed: 2 sealed anew" in said or "private_sealed: 0" in said
    whole = keyring(installation)
    assert (whole.primary, whole.root, whole.old) == (half.primary, half.root, [])
    assert list(_keys(settings_of(installation))) == []
    file = installation.folder / "data" / "secrets" / "keyring"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in file.parent.iterdir() if "keyring." in entry.name] == []
    assert installation.processes() == []


async def test_who_brings_the_keys_along_is_told_what_to_put_where(installation: Installation) -> None:
    old = KeyRing.generate()
    code, said = await installation.command("admin", "rotate-keys", MEDIANEST_SECRET_KEY=old.dump())
    assert code == 1
    assert "MEDIANEST_SECRET_KEY" in said and "start all services anew" in said
    assert old.entry(old.primary) not in said
    assert installation.processes() == []

    file = installation.folder / "keys"
    old.save(file)
    code, said = await installation.command("admin", "rotate-keys", MEDIANEST_SECRET_KEY_FILE=str(file))
    assert code == 1
    assert f"the file {file}" in said and "The services notice by themselves." in said
    assert KeyRing.load(file).primary == old.primary


@pytest.mark.long
async def test_keys_that_are_brought_along_are_rotated_in_three_steps(installation: Installation) -> None:
    old = KeyRing.generate()
    present = old.dump().strip()
    assert (await installation.command("admin", "users", MEDIANEST_SECRET_KEY=present))[0] == 0
    code, said = await installation.command("admin", "rotate-keys", MEDIANEST_SECRET_KEY=present)
    fresh = re.search(r"^ +(\S+:\S+=)$", said, re.MULTILINE)
    assert (code, bool(fresh)) == (1, True) and fresh

    both = f"{fresh[1]},{present}"
    code, said = await installation.command("admin", "rotate-keys", MEDIANEST_SECRET_KEY=both)
    assert code == 0, said
    assert "signing_keys.private_sealed: 2 sealed anew" in said
    assert f"write ` derive-only` behind the entry {old.primary}" in said

    thin = f"{fresh[1]},{present} derive-only"
    code, said = await installation.command("admin", "users", MEDIANEST_SECRET_KEY=thin)
    assert code == 0, said
    assert not (installation.folder / "data" / "secrets" / "keyring").exists()
