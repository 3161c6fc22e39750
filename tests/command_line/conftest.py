import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.command_line.installation import Installation


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="medianest-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
async def installation(folder: Path) -> AsyncIterator[Installation]:
    """Not started; ended, whatever the test has done with it."""
    installation = Installation(folder)
    yield installation
    await installation.end()
