"""What the queues of Radarr and Sonarr say, record by record."""

import json
from pathlib import Path
from typing import Any

import pytest

from medianest_common.contracts.media import MediaType
from medianest_media.adapters.arr_queue import QueueRecord, downloads, queue_record
from medianest_media.adapters.backend import DownloadStatus

FIXTURES = Path(__file__).parent / "fixtures" / "arr"


def recorded(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def test_recorded_queues_are_understood() -> None:
    pack = [queue_record(row) for row in recorded("sonarr_queue_season_pack")["records"]]
    known = [record for record in pack if record is not None]
    [download] = downloads(known, MediaType.TV, is_4k=False, system="Sonarr", tmdb_of=lambda _: 1408)
    assert len(known) == 3
    assert (download.size, download.left) == (84_429_221_268, 83_819_785_620)
    assert (download.seasons, download.status) == ((2,), DownloadStatus.PAUSED)
    assert round(download.progress, 2) == 0.72


@pytest.mark.parametrize(
    "fields, status, trouble",
    [
        ({"status": "downloading"}, DownloadStatus.DOWNLOADING, None),
        ({"status": "queued"}, DownloadStatus.QUEUED, None),
        ({"status": "something new"}, DownloadStatus.QUEUED, None),
        ({"status": "completed", "trackedDownloadState": "importing"}, DownloadStatus.IMPORTING, None),
        (
            {"status": "warning", "errorMessage": "The download is stalled with no connections"},
            DownloadStatus.STUCK,
            "The download is stalled with no connections",
        ),
        (
            {"status": "downloading", "trackedDownloadStatus": "warning", "statusMessages": [{"title": "x"}]},
            DownloadStatus.STUCK,
            "x",
        ),
        (
            {
                "status": "warning",
                "errorMessage": "No files are eligible for import in /data/tv/My Show S01/",
            },
            DownloadStatus.STUCK,
            "No files are eligible for import in …",
        ),
        (
            {
                "status": "warning",
                "errorMessage": r"C:\Films\Heat (1995).mkv is locked, see https://example.org/a/b",
            },
            DownloadStatus.STUCK,
            "… (1995).mkv is locked, see https://example.org/a/b",
        ),
        (
            {"trackedDownloadState": "failedPending"},
            DownloadStatus.FAILED,
            "The download has failed. Another release is looked for, or has to be chosen by hand.",
        ),
        (
            {
                "status": "completed",
                "trackedDownloadState": "importBlocked",
                "trackedDownloadStatus": "warning",
            },
            DownloadStatus.STUCK,
            "It has been downloaded and cannot be moved into the library before somebody looks at it.",
        ),
        (
            {
                "status": "completed",
                "trackedDownloadState": "importBlocked",
                "statusMessages": [
                    {"title": "Heat", "messages": ["Not an upgrade for existing movie file(s)"]}
                ],
            },
            DownloadStatus.STUCK,
            "Not an upgrade for existing movie file(s)",
        ),
        (
            {"status": "downloading", "trackedDownloadStatus": "warning"},
            DownloadStatus.STUCK,
            "The download client has stopped with a warning.",
        ),
        (
            {"status": "downloadClientUnavailable"},
            DownloadStatus.STUCK,
            "The download client is not available.",
        ),
        (
            {"status": "completed", "trackedDownloadState": "importFailed"},
            DownloadStatus.STUCK,
            "It has been downloaded and cannot be moved into the library before somebody looks at it.",
        ),
        (
            {"status": "completed", "trackedDownloadState": "importPending"},
            DownloadStatus.IMPORTING,
            None,
        ),
        ({"size": None, "sizeleft": "much", "estimatedCompletionTime": "soon"}, DownloadStatus.QUEUED, None),
    ],
)
def test_each_state_of_the_queue(fields: dict[str, Any], status: DownloadStatus, trouble: str | None) -> None:
    record = queue_record({"id": 1, "movieId": 2, "title": "Film", **fields})
    assert isinstance(record, QueueRecord)
    assert (record.status, record.trouble) == (status, trouble)


@pytest.mark.parametrize(
    "row",
    [
        None,
        {},
        {"id": 1},
        {"id": 1, "movieId": "x"},
        [],
        "x",
        {"movieId": True},
        {"id": 1, "movieId": 2, "movie": "x"},
    ],
)
def test_odd_records_hide_no_others(row: Any) -> None:
    assert queue_record(row) is None


def test_a_pack_of_which_one_episode_cannot_be_moved_says_so() -> None:
    rows = [
        {"id": n, "seriesId": 7, "downloadId": "pack", "title": "Show.S01", "size": 900, "sizeleft": 0}
        | {"seasonNumber": 1, "status": "completed", "trackedDownloadState": "importPending"}
        for n in (1, 2, 3)
    ]
    rows[1] |= {"trackedDownloadState": "importBlocked", "errorMessage": "Sample"}
    known = [record for record in map(queue_record, rows) if record is not None]
    [download] = downloads(known, MediaType.TV, is_4k=False, system="Sonarr", tmdb_of=lambda _: 1408)
    assert (download.size, download.status, download.trouble) == (900, DownloadStatus.STUCK, "Sample")
