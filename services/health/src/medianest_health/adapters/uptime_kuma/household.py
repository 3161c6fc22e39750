"""What an Uptime Kuma watches, as far as it told, in our own shape. Everything else that it sends is dropped here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

TOLD_IN_PART = (
    "This way tells neither how often each is looked at and how often it is tried again, nor which are upside down or"
    " paused. Look at each of them here, or sign in with an account."
)

_LARGEST = 10**12
"""Of any number: so many minutes are still a length of time that can be reckoned with."""


def _nothing(value: Any) -> Any:
    """Fields that were never filled in come as null, as an empty text, or (over `/metrics`) as the text null."""
    return None if value in ("", "null") else value


def _number(value: Any) -> Any:
    value = _nothing(value)
    return value if value is None or isinstance(value, int | float | str) else None


type _Text = Annotated[str | None, BeforeValidator(_nothing)]
type _Secret = Annotated[SecretStr | None, BeforeValidator(_nothing)]
type _Whole = Annotated[int, Field(ge=-_LARGEST, le=_LARGEST)]
type _Number = Annotated[_Whole | None, BeforeValidator(_number)]
type _Seconds = Annotated[Annotated[float, Field(ge=-_LARGEST, le=_LARGEST)] | None, BeforeValidator(_number)]


type _Off = Annotated[bool, BeforeValidator(lambda value: False if _nothing(value) is None else value)]
type _On = Annotated[bool, BeforeValidator(lambda value: True if _nothing(value) is None else value)]


class _Theirs(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )


class KumaMonitor(_Theirs):
    """`id` is None where it was not told: `/metrics` of 1.x knows names only."""

    id: _Whole | None = None
    name: str
    type: str
    parent: _Number = None
    url: _Text = None
    method: _Text = None
    hostname: _Text = None
    port: _Number = None
    active: _On = True
    force_inactive: _Off = False
    """A group above it is paused."""
    interval: _Number = None
    timeout: _Seconds = None
    maxretries: _Number = Field(default=None, alias="maxretries")
    retry_interval: _Number = None
    resend_interval: _Number = None
    keyword: _Text = None
    invert_keyword: _Off = False
    expiry_notification: _Off = False
    ignore_tls: _Off = False
    upside_down: _Off = False
    maxredirects: _Number = Field(default=None, alias="maxredirects")
    statuses: list[str] | None = Field(default=None, alias="accepted_statuscodes")
    dns_resolve_type: _Text = Field(default=None, alias="dns_resolve_type")
    dns_resolve_server: _Text = Field(default=None, alias="dns_resolve_server")
    conditions: list[Any] | None = None
    docker_container: _Text = Field(default=None, alias="docker_container")
    docker_host: _Number = Field(default=None, alias="docker_host")
    auth_method: _Text = None
    basic_auth_user: _Text = Field(default=None, alias="basic_auth_user")
    basic_auth_pass: _Secret = Field(default=None, alias="basic_auth_pass")
    bearer_token: _Secret = Field(default=None, alias="bearer_token")
    headers: _Secret = None
    """Text that holds a JSON object."""
    body: _Text = Field(default=None, repr=False)
    http_body_encoding: _Text = None
    json_path: _Text = None
    json_path_operator: _Text = None
    expected_value: _Text = None
    proxy_id: _Number = None
    expected_tls_alert: _Text = None
    group_name: _Text = None
    """Of a status page, whose groups are its own."""


class KumaDockerHost(_Theirs):
    id: _Whole
    daemon: str = Field(alias="dockerDaemon")
    type: str = Field(alias="dockerType")


class KumaTimeOfDay(_Theirs):
    hours: int = Field(ge=0, le=23)
    minutes: int = Field(ge=0, le=59)


class KumaMaintenance(_Theirs):
    id: _Whole
    title: str
    description: _Text = None
    strategy: str
    active: _On = True
    date_range: list[str | None] = []
    time_range: list[KumaTimeOfDay] = []
    interval_day: _Number = None
    weekdays: list[_Whole] = []
    days_of_month: list[_Whole | Annotated[str, Field(max_length=20)]] = []
    cron: _Text = None
    duration_minutes: _Number = None
    duration: _Number = None
    """Seconds."""
    timezone: _Text = None


class KumaDay(_Theirs):
    """How many checks of one day in UTC ended how; those that were pending count as down over there."""

    timestamp: int = Field(ge=0, le=2**33)
    up: int = Field(ge=0, le=10**6)
    down: int = Field(ge=0, le=10**6)


class KumaPage(_Theirs):
    slug: str
    title: str
    description: _Text = None
    published: _On = True
    monitors: list[_Whole] = []
    """In their order."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What stands there in a form that is not understood."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KumaHousehold:
    ref: str
    complete: bool
    """Whether everything about a monitor was told; otherwise what is known here already is not touched."""
    version: str | None = None
    monitors: Sequence[KumaMonitor] = ()
    unreadable: Sequence[Unreadable] = ()
    docker_hosts: dict[int, KumaDockerHost] = field(default_factory=dict)
    maintenances: Sequence[KumaMaintenance] = ()
    maintained: dict[int, Sequence[int]] = field(default_factory=dict)
    """By maintenance, the monitors it is about."""
    pages: Sequence[KumaPage] = ()
    days: Mapping[int, Sequence[KumaDay]] = field(default_factory=dict)
    """By monitor, what was asked for of its past."""
    remarks: Sequence[str] = ()


def understood[T: _Theirs](
    kind: type[T], items: Sequence[Any], *, called: str = ""
) -> tuple[list[T], list[Unreadable]]:
    """Each by itself: one that is not understood is named, and the others are taken."""
    good: list[T] = []
    bad: list[Unreadable] = []
    for item in items:
        try:
            good.append(kind.model_validate(item))
        except ValidationError:
            told = item if isinstance(item, dict) else {}
            name, type_ = told.get("name") or told.get("title"), called or told.get("type")
            bad.append(Unreadable(_label(name) or "unnamed", _label(type_) or "unknown"))
    return good, bad


def _label(value: Any) -> str:
    return " ".join(value.split())[:100] if isinstance(value, str) and value.isprintable() else ""
