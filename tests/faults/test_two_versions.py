"""The release before and this one side by side on one bus and one database, then only one of them, then back."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from medianest import registry
from medianest.testing import Sandbox, free_port
from medianest_common.db.migrate import head_of, with_tables
from medianest_common.testing.fake_overseerr import FakeOverseerr
from tests.faults.replicas import ROOT, Replica, all_filed_once, busy, environment, more, release, set_up
from tools.breaking import RELEASED

MIGRATIONS = "services/*/migrations/versions/*.py"
KEYS_OF_THE_BUS = "libs/common/src/medianest_common/bus/credentials.py"


@pytest.fixture(scope="module")
def code_before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Of the last release; where nothing has changed in the tables since, of the last change of them."""
    kept = json.loads((RELEASED / "tables.json").read_text())
    same = all(kept[each.name]["head"] == head_of(each) for each in with_tables(registry.services()))
    try:
        commit = _git("log", "-1", "--format=%H", "--", MIGRATIONS if same else "docs/released/tables.json")
        commit = _git("rev-parse", "--verify", f"{commit}~1" if same else commit)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the code of the release before is only in a checkout with its history")
    folder = tmp_path_factory.mktemp("before") / "code"
    _git("worktree", "add", "--detach", str(folder), commit)
    yield folder
    _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> str:
    answer = subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    return answer.stdout.strip()


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_an_upgrade_side_by_side_and_the_way_back_refuse_nobody_and_do_nothing_twice(
    sandbox: Sandbox, code_before: Path, tmp_path: Path
) -> None:
    await sandbox.create_database()
    async with AsyncExitStack() as stack:
        overseerr = await stack.enter_async_context(FakeOverseerr.start())
        release(overseerr)
        seeds = sandbox.urls.nats_seeds_dir
        as_themselves = environment(sandbox.settings, overseerr, tmp_path, seeds=seeds)
        # A release from before services had keys of their own comes as whoever the address names.
        has_keys = (code_before / KEYS_OF_THE_BUS).exists()
        as_before = environment(sandbox.settings, overseerr, tmp_path, seeds=seeds if has_keys else None)
        before = Replica(code_before, free_port(), as_before, tmp_path / "before.log")
        after = Replica(ROOT, free_port(), as_themselves, tmp_path / "after.log")
        for replica in (before, after):
            stack.push_async_callback(replica.stop)

        await before.start()
        owner = await stack.enter_async_context(httpx.AsyncClient(timeout=60))
        await set_up(owner, before.address)
        async with busy(owner, [before.address, after.address]) as answers:
            await more(answers, 30)
            await after.start()
            await more(answers, 60)
            await before.stop()
            await more(answers, 30)
            # A release from before this test knows nothing yet of tables that are newer than itself.
            await before.start("--no-migrate")
            await after.stop()
            await more(answers, 30)
        assert set(answers) <= {200, 201, 409}, answers
        await all_filed_once(overseerr, answers[201])
        for replica in (before, after):
            replica.was_refused_nothing()
