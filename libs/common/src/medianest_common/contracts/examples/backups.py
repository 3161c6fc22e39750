"""Backups: those that are there, where they lie, and one that is being made."""

from typing import Any

_NAME = "medianest-20260301T033000Z.tar.gz.age"

EXAMPLES: dict[str, Any] = {
    "Backup.name": _NAME,
    "Backup.takenAt": "2026-03-01T03:30:00.000000Z",
    "Backup.bytes": 18_400_000,
    "Backup.encrypted": True,
    "Backup.state": "whole",
    "Backup.origin": "schedule",
    "Backup.seconds": 6.4,
    "Backup.rows": 84_210,
    "Backup.version": "0.1.0",
    "BackupUnderWay.origin": "administrator",
    "BackupUnderWay.startedAt": "2026-03-01T18:00:00.000000Z",
    "BackupUnderWay.step": "writing",
    "BackupUnderWay.done": 3,
    "BackupUnderWay.total": 7,
    "BackupFailure.at": "2026-02-28T03:30:04.000000Z",
    "BackupFailure.text": "There are 12 MB free in /mnt/usb/medianest, and the backup may need 48 MB. Free some space.",
    "BackupSchedule.at": "03:30",
    "BackupSchedule.nextAt": "2026-03-02T03:30:00.000000Z",
    "BackupSchedule.keepDaily": 7,
    "BackupSchedule.keepWeekly": 4,
    "BackupPlace.folder": "/mnt/usb/medianest",
    "BackupPlace.reachable": True,
    "BackupPlace.freeBytes": 412_000_000_000,
    "BackupPlace.encrypts": True,
    "BackupPlace.since": "2026-01-12T19:04:00.000000Z",
    "BackupDownload.path": f"/api/v1/admin/backups/{_NAME}/file",
    "BackupDownload.bytes": 18_400_000,
    "BackupDownload.encrypted": True,
}
