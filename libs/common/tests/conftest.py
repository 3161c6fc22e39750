from collections.abc import Iterator

import pytest

from libs.common.tests import sample


@pytest.fixture
def apps() -> Iterator[list[sample.App]]:
    sample.APPS.clear()
    yield sample.APPS
    sample.APPS.clear()
