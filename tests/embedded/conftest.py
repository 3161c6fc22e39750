import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that other users may enter, unlike pytest's own; the fallback to the user nobody needs that."""
    path = Path(tempfile.mkdtemp(prefix="medianest-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)
