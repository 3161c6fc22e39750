"""What is the matter with an installation, found by looking at it: for the administrators' page and for the doctor."""

from enum import StrEnum

from medianest_common.contracts.base import Contract, Query


class FindingCode(StrEnum):
    SERVICE_MISSING = "service_missing"
    OUTBOX_STUCK = "outbox_stuck"
    READER_BEHIND = "reader_behind"
    READER_STUCK = "reader_stuck"
    STREAM_FULL = "stream_full"
    DEAD_LETTERS = "dead_letters"
    BREAKER_OPEN = "breaker_open"
    CLOCKS_APART = "clocks_apart"
    DATABASE_CROWDED = "database_crowded"
    DATABASE_OLD = "database_old"
    DISK_FULL = "disk_full"
    CERTIFICATE_EXPIRES = "certificate_expires"
    CERTIFICATE_REFUSED = "certificate_refused"
    BASE_URL_DIFFERS = "base_url_differs"
    BASE_URL_PLAIN = "base_url_plain"
    BACKUPS_NOT_KEPT = "backups_not_kept"
    BACKUP_FOLDER_AWAY = "backup_folder_away"
    BACKUP_MISSING = "backup_missing"
    BACKUP_OLD = "backup_old"
    BACKUP_FAILED = "backup_failed"
    YTDLP_OLD = "ytdlp_old"
    BUS_OPEN = "bus_open"
    BUS_REFUSED = "bus_refused"


class FindingSeverity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"
    NOTICE = "notice"


class InstallationFinding(Contract):
    """`about` is the service, reader, system, folder or address that is meant, `number` what was measured: of seconds,
    days, messages, megabytes, or a share of 100. `text` and `advice` say it in English."""

    code: FindingCode
    severity: FindingSeverity
    about: str
    number: float | None = None
    text: str
    advice: str


class InstallationFindings(Contract):
    """The worst first. `unknown` names what could not be looked at: `queues`, `breakers`, `database`,
    `certificate`, `replicas` or `disk`."""

    items: list[InstallationFinding]
    unknown: list[str]


class ReadFindings(Query[InstallationFindings]):
    """Looked at in this moment."""
