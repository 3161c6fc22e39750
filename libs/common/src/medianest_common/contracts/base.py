"""The kinds of message that cross a border, and the names they travel under.

A subject is made of the contracts module's name and the class's name, so that a class is the only place where a
message is declared: `media.RequestMedia` travels on `rpc.media.request_media`, `media.RequestApproved` on
`evt.media.request.approved`, `media.SubmitRequest` on `job.media.submit_request`.
"""

import re
from datetime import UTC, datetime
from types import GenericAlias
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def to_camel(name: str) -> str:
    """`tmdb_id` → `tmdbId`, `is_4k` → `is4k` (pydantic's own would make it `is4K`)."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a time needs a zone")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time has to lie within the years 1 to 9999") from None


def rfc3339(value: datetime) -> str:
    """`2026-03-01T12:00:00.000000Z`; always UTC, always microseconds, so that texts sort like times."""
    # Lists hold thousands of them: `strftime` takes twice as long.
    return _utc(value).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


Timestamp = Annotated[
    datetime,
    AfterValidator(_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def _written_out(value: Any) -> Any:
    """A bare number is no time, although it could be read as one."""
    if isinstance(value, int | float) or (isinstance(value, str) and "T" not in value.upper()):
        raise ValueError("a time is written like 2026-03-01T12:00:00Z")
    return value


Moment = Annotated[Timestamp, BeforeValidator(_written_out)]
"""A time that a person asks with."""


def owner_of(model: type) -> str:
    """`contracts/auth.py` and `contracts/auth/passwords.py` both belong to the auth service."""
    parts = model.__module__.split(".")
    return parts[parts.index("contracts") + 1] if "contracts" in parts[:-1] else parts[-1]


class Contract(BaseModel):
    """camelCase on the wire, snake_case in Python. Unknown fields are ignored, so that a newer sender is understood."""

    # There are 1,400, of which a process meets a few in its first hours: each is built when it is first used.
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        extra="ignore",
        frozen=True,
        defer_build=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """With examples, and with what the source says below a field. Running services describe nothing, so neither
        is loaded before.
        """
        from medianest_common.contracts.examples import add_examples
        from medianest_common.contracts.fields import told_of

        schema = handler(core_schema)
        described = handler.resolve_ref_schema(schema)
        fields = described.get("properties", {})
        for name, told in told_of(cls).items():
            field = cls.model_fields.get(name)
            shown = fields.get((field.alias if field else None) or name)
            if shown is not None:
                shown.setdefault("description", told)
        add_examples(described, model=cls.__name__, service=owner_of(cls))
        return schema


class Body(Contract):
    """What a person sends: unknown fields are refused, numbers are numbers, and text can be stored and shown.

    Strict also refuses text for UUIDs, enums and times once JSON has been parsed; such fields say `strict=False`.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    @field_validator("*", mode="before")
    @classmethod
    def _storable_text(cls, value: Any) -> Any:
        if isinstance(value, str) and ("\x00" in value or any("\ud800" <= c <= "\udfff" for c in value)):
            raise ValueError("text must not hold NUL or broken characters")
        return value


class Page[T](Contract):
    """`next_cursor` is opaque and None on the last page; `total` only where it was asked for."""

    items: list[T]
    next_cursor: str | None = None
    total: int | None = None


class Nothing(Contract):
    """The answer of a command that has nothing to say."""


class Message(Contract):
    kind: ClassVar[str]
    service: ClassVar[str]
    subject: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        if "[" in cls.__name__ or cls.__module__ == __name__:
            return
        cls.service = owner_of(cls)
        cls.subject = f"{cls.kind}.{cls.service}.{cls._subject_tail()}"

    @classmethod
    def _subject_tail(cls) -> str:
        return _BOUNDARY.sub("_", cls.__name__).lower()


class Rpc[R](Message):
    """Asked over the bus and answered now with an `R`."""

    kind = "rpc"

    @classmethod
    def __class_getitem__(cls, answer: Any) -> Any:
        """Pydantic would make a model of its own for each kind of answer, of which nothing is ever made: a quarter of
        all models that a start has to make. What is asked for stays in `__orig_bases__`."""
        return super().__class_getitem__(answer) if isinstance(answer, TypeVar) else GenericAlias(cls, answer)


class Query[R](Rpc[R]):
    """Changes nothing, so it may be asked again."""


class Command[R](Rpc[R]):
    """Changes something. A call that timed out may still have run: the service decides by its constraints."""


class Event(Message):
    """Something that has happened, named in the past tense; its type is `<service>.<noun>.<past>`."""

    kind = "evt"
    type: ClassVar[str]
    event_name: ClassVar[str] = ""
    """`noun.past` where the class name alone does not say where the noun ends."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.__module__ != __name__:
            cls.type = cls.subject.removeprefix("evt.")

    @classmethod
    def _subject_tail(cls) -> str:
        noun, _, past = super()._subject_tail().rpartition("_")
        return cls.event_name or f"{noun}.{past}"


class Job(Message):
    """Work for one worker, kept until it is done."""

    kind = "job"
