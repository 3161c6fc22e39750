"""What the tables have in common."""

from sqlalchemy import ARRAY, Float, Text
from sqlalchemy.orm import DeclarativeBase

from medianest_common.contracts.youtube import DownloadStatus, FailureCode, LinkKind
from medianest_common.contracts.youtube.downloads import BatchStatus
from medianest_common.db import TYPES, Word, service_metadata


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = {
        **TYPES,
        float: Float(),
        list[str]: ARRAY(Text()),
        DownloadStatus: Word(DownloadStatus),
        FailureCode: Word(FailureCode),
        LinkKind: Word(LinkKind),
        BatchStatus: Word(BatchStatus),
    }
