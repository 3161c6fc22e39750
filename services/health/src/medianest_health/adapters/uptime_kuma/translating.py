"""What Uptime Kuma watches, in our words; and what cannot be said in them, with the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from medianest_common.contracts.health.kinds import MonitorSpec
from medianest_health.adapters.uptime_kuma import hosts, web
from medianest_health.adapters.uptime_kuma.household import KumaHousehold, KumaMonitor
from medianest_health.adapters.uptime_kuma.wording import NONSENSE, CannotSay, Said, one_line

_SPEC: TypeAdapter[MonitorSpec] = TypeAdapter(MonitorSpec)

_INTERVALS = (20, 86_400)
_DEFAULT_INTERVAL = 60
_MOST_SECONDS = 60.0
_MOST_FAILURES = 10
_REMINDERS = (300, 604_800)
_GRACES = (60, 86_400)

_SEEN_WITHOUT_AN_ACCOUNT = frozenset({"http", "port", "ping", "push"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One monitor as it is to be here. `remarks` say what is otherwise than over there."""

    refs: Sequence[str]
    """By which it may be known here from before; it is kept by the first."""
    name: str
    type: str
    """As it is called over there."""
    group: str | None
    spec: MonitorSpec
    paused: bool
    interval_seconds: int
    timeout_seconds: float
    failures: int
    inverted: bool
    reminder_seconds: int | None
    remarks: Sequence[str]
    has_number: bool = True


@dataclass(frozen=True, slots=True)
class Left:
    name: str
    type: str
    reason: str


def translate(household: KumaHousehold) -> tuple[list[Taken], list[Left]]:
    groups = group_names(household.monitors)
    left = [Left(each.name, each.type, "It is not understood.") for each in household.unreadable]
    taken: dict[str, Taken] = {}
    for monitor in household.monitors:
        if monitor.type == "group":
            continue
        name = one_line(monitor.name, otherwise=f"Monitor {monitor.id or ''}".strip())
        try:
            for each in _said(monitor, household, name=name, groups=groups):
                if each.refs[0] in taken:
                    raise CannotSay(
                        "Another monitor there has the same name, and their numbers are not told."
                    )
                taken[each.refs[0]] = each
        except CannotSay as why:
            left.append(Left(name, one_line(monitor.type, otherwise="unknown"), str(why)))
        except NONSENSE:
            left.append(Left(name, one_line(monitor.type, otherwise="unknown"), "It is not understood."))
    return list(taken.values()), left


def group_names(monitors: Sequence[KumaMonitor]) -> Mapping[int, str]:
    """Groups within groups are named with their path, since there is one level here."""
    groups = {each.id: each for each in monitors if each.type == "group" and each.id is not None}

    def path(number: int) -> str:
        names: list[str] = []
        seen: set[int] = set()
        while number in groups and number not in seen:
            seen.add(number)
            names.insert(0, groups[number].name)
            number = groups[number].parent or 0
        return one_line(" / ".join(names), otherwise=f"Group {min(seen)}")

    return {number: path(number) for number in groups}


def _said(
    monitor: KumaMonitor, household: KumaHousehold, *, name: str, groups: Mapping[int, str]
) -> list[Taken]:
    say = _SAYING.get(monitor.type)
    if say is None:
        raise CannotSay(
            f"Monitors of the type {one_line(monitor.type, otherwise='unknown')} are not known here."
        )
    if not household.complete and monitor.type not in _SEEN_WITHOUT_AN_ACCOUNT:
        raise CannotSay("What it looks for is told only to who signs in with an account (way: socket).")
    said = say(monitor, household)
    interval = min(max(monitor.interval or _DEFAULT_INTERVAL, _INTERVALS[0]), _INTERVALS[1])
    failures = min(max(monitor.maxretries or 0, 0) + 1, _MOST_FAILURES)
    taken = Taken(
        refs=_refs(household.ref, monitor),
        name=name,
        type=monitor.type,
        group=_group(monitor, groups),
        spec=_checked(said),
        paused=not monitor.active or monitor.force_inactive,
        interval_seconds=interval,
        timeout_seconds=_timeout(monitor.timeout, interval=interval),
        failures=failures,
        inverted=monitor.upside_down,
        reminder_seconds=_reminder(monitor.resend_interval, interval=interval),
        has_number=monitor.id is not None,
        remarks=(*said.remarks, *_remarks(monitor, interval=interval, failures=failures)),
    )
    return [taken, *_companions(said, taken)]


def _companions(said: Said, taken: Taken) -> list[Taken]:
    """Two monitors here where one over there looks at two things."""
    if said.certificate is None:
        return []
    return [
        Taken(
            refs=[f"{ref}:certificate" for ref in taken.refs],
            name=one_line(f"{taken.name[:80]} (certificate)", otherwise="Certificate"),
            type=taken.type,
            group=taken.group,
            spec=_checked(Said(said.certificate)),
            paused=taken.paused,
            interval_seconds=3600,
            timeout_seconds=10.0,
            failures=2,
            inverted=False,
            reminder_seconds=None,
            remarks=("It is a monitor of its own here, since the other one takes any certificate.",),
        )
    ]


def _checked(said: Said) -> MonitorSpec:
    try:
        return _SPEC.validate_python(said.values)
    except ValidationError as error:
        fields = sorted({str(part["loc"][1]) for part in error.errors() if len(part["loc"]) > 1})
        raise CannotSay(f"Not possible here: {', '.join(fields) or 'what it looks at'}.") from None


def _refs(household: str, monitor: KumaMonitor) -> list[str]:
    """`/metrics` of 1.x does not tell numbers."""
    by_name = f"{household}:name:{one_line(monitor.name, otherwise='')}"
    return [by_name] if monitor.id is None else [f"{household}:{monitor.id}", by_name]


def _group(monitor: KumaMonitor, groups: Mapping[int, str]) -> str | None:
    if monitor.group_name:
        return one_line(monitor.group_name, otherwise="") or None
    return groups.get(monitor.parent) if monitor.parent is not None else None


def _timeout(seconds: float | None, *, interval: int) -> float:
    """Eight tenths of the interval where nothing else is said, as over there."""
    return round(max(min(seconds or interval * 0.8, _MOST_SECONDS, interval - 1.0), 1.0), 1)


def _reminder(every: int | None, *, interval: int) -> int | None:
    """Over there it is told again after so many checks."""
    return min(max(every * interval, _REMINDERS[0]), _REMINDERS[1]) if every and every > 0 else None


def _remarks(monitor: KumaMonitor, *, interval: int, failures: int) -> list[str]:
    remarks = []
    if monitor.interval is not None and interval != monitor.interval:
        remarks.append(f"It is looked at every {interval} seconds.")
    if monitor.type != "push" and failures != (monitor.maxretries or 0) + 1:
        remarks.append(f"It is down after {failures} failures.")
    if monitor.proxy_id is not None:
        remarks.append("Its proxy is not used.")
    return remarks


def _push(monitor: KumaMonitor, _household: KumaHousehold) -> Said:
    """Its patience is in its repeated looks over there, and in the grace here."""
    patience = (monitor.maxretries or 0) * (monitor.retry_interval or monitor.interval or _DEFAULT_INTERVAL)
    return Said({"kind": "push", "grace_seconds": min(max(patience, _GRACES[0]), _GRACES[1])})


_SAYING: dict[str, Callable[[KumaMonitor, KumaHousehold], Said]] = {
    "http": web.http,
    "keyword": web.keyword,
    "json-query": web.json_query,
    "port": hosts.port,
    "ping": hosts.ping,
    "dns": hosts.dns,
    "docker": hosts.docker,
    "push": _push,
}
