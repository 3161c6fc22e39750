from pathlib import Path

import pytest

from libs.common.tests.fake_youtube.real import YtDlp
from medianest_common.testing.fake_youtube import FakeYoutube


@pytest.fixture
def yt_dlp(youtube: FakeYoutube, tmp_path: Path) -> YtDlp:
    return YtDlp(youtube, tmp_path)
