"""The tables of the media service. What must never happen twice is a constraint here."""

from medianest_media.models.absences import Absence
from medianest_media.models.allowing import ApprovalRule, OwnQuota
from medianest_media.models.base import Base
from medianest_media.models.defaults import RequestDefault
from medianest_media.models.downloads import RequestDownload
from medianest_media.models.following import Follower
from medianest_media.models.importing import Import, ImportFinding
from medianest_media.models.integrations import Integration
from medianest_media.models.issues import ISSUE_FILTERS, Issue, IssueComment
from medianest_media.models.orders import Order, OrderState
from medianest_media.models.people import Person
from medianest_media.models.requests import EVERY_SEASON, LIST_FILTERS, Claim, Count, History, Request
from medianest_media.models.statistics import Month, TitleCount, Wait
from medianest_media.models.titles import LibraryItem, SeenTitle
from medianest_media.models.watching import Watchlist, WatchlistItem

__all__ = [
    "EVERY_SEASON",
    "ISSUE_FILTERS",
    "LIST_FILTERS",
    "Absence",
    "ApprovalRule",
    "Base",
    "Claim",
    "Count",
    "Follower",
    "History",
    "Import",
    "ImportFinding",
    "Integration",
    "Issue",
    "IssueComment",
    "LibraryItem",
    "Month",
    "Order",
    "OrderState",
    "OwnQuota",
    "Person",
    "Request",
    "RequestDefault",
    "RequestDownload",
    "SeenTitle",
    "TitleCount",
    "Wait",
    "Watchlist",
    "WatchlistItem",
]
