"""The numbers of the Overseerr and Seerr API, as their servers use them (their API files are wrong on some)."""

from enum import IntEnum, IntFlag
from typing import Literal

type Flavour = Literal["seerr", "overseerr"]
type MediaKind = Literal["movie", "tv"]


class RequestStatus(IntEnum):
    """COMPLETED is known to Seerr only."""

    PENDING = 1
    APPROVED = 2
    DECLINED = 3
    FAILED = 4
    COMPLETED = 5


class MediaStatus(IntEnum):
    """BLOCKLISTED and DELETED are known to Seerr only."""

    UNKNOWN = 1
    PENDING = 2
    PROCESSING = 3
    PARTIALLY_AVAILABLE = 4
    AVAILABLE = 5
    BLOCKLISTED = 6
    DELETED = 7


class IssueType(IntEnum):
    VIDEO = 1
    AUDIO = 2
    SUBTITLES = 3
    OTHER = 4


class IssueStatus(IntEnum):
    OPEN = 1
    RESOLVED = 2


class Notification(IntFlag):
    MEDIA_PENDING = 2
    MEDIA_APPROVED = 4
    MEDIA_AVAILABLE = 8
    MEDIA_FAILED = 16
    TEST_NOTIFICATION = 32
    MEDIA_DECLINED = 64
    MEDIA_AUTO_APPROVED = 128
    ISSUE_CREATED = 256
    ISSUE_COMMENT = 512
    ISSUE_RESOLVED = 1024
    ISSUE_REOPENED = 2048
    MEDIA_AUTO_REQUESTED = 4096


ALL_NOTIFICATIONS = sum(Notification)


class Permission(IntFlag):
    ADMIN = 2
    MANAGE_USERS = 8
    MANAGE_REQUESTS = 16
    REQUEST = 32
    AUTO_APPROVE = 128
    AUTO_APPROVE_MOVIE = 256
    AUTO_APPROVE_TV = 512
    REQUEST_4K = 1024
    REQUEST_4K_MOVIE = 2048
    REQUEST_4K_TV = 4096
    REQUEST_ADVANCED = 8192
    REQUEST_VIEW = 16384
    AUTO_APPROVE_4K = 32768
    AUTO_APPROVE_4K_MOVIE = 65536
    AUTO_APPROVE_4K_TV = 131072
    REQUEST_MOVIE = 262144
    REQUEST_TV = 524288
    MANAGE_ISSUES = 1048576
    VIEW_ISSUES = 2097152
    CREATE_ISSUES = 4194304


def may_request(kind: MediaKind, *, is_4k: bool) -> Permission:
    match kind, is_4k:
        case "movie", False:
            return Permission.REQUEST | Permission.REQUEST_MOVIE
        case "movie", True:
            return Permission.REQUEST_4K | Permission.REQUEST_4K_MOVIE
        case "tv", False:
            return Permission.REQUEST | Permission.REQUEST_TV
        case _:
            return Permission.REQUEST_4K | Permission.REQUEST_4K_TV


def approves_itself(kind: MediaKind, *, is_4k: bool) -> Permission:
    match kind, is_4k:
        case "movie", False:
            extra = Permission.AUTO_APPROVE | Permission.AUTO_APPROVE_MOVIE
        case "movie", True:
            extra = Permission.AUTO_APPROVE_4K | Permission.AUTO_APPROVE_4K_MOVIE
        case "tv", False:
            extra = Permission.AUTO_APPROVE | Permission.AUTO_APPROVE_TV
        case _:
            extra = Permission.AUTO_APPROVE_4K | Permission.AUTO_APPROVE_4K_TV
    return extra | Permission.MANAGE_REQUESTS
