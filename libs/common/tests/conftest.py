import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import sample


@pytest.fixture
def apps() -> Iterator[list[sample.App]]:
    sample.APPS.clear()
    yield sample.APPS
    sample.APPS.clear()
