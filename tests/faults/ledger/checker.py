"""Holds what was answered against how things stand. Each sentence that comes back is a promise that was not kept."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import add

from tests.faults.ledger.book import Entry
from tests.faults.ledger.seen import Json, Seen

_FINE = {400, 404, 409, 429, 502, 503, 504}
"""What may be answered while things break. A 500 is a fault of ours, and a 401 means that somebody was signed out."""
_TOLD = {
    "pending": (),
    "approved": ("request.approved",),
    "processing": ("request.approved",),
    "available": ("request.approved", "request.available"),
    "declined": ("request.declined",),
}
_SAME_UPSTREAM = {"processing": "approved"}
GRACE_SECONDS = 10.0
"""For so long the answer to the renewal of a session is given again, where it got lost."""
KEPT_IN_INBOX = 1000
"""Of what has come; what is older is forgotten."""


def complaints(entries: Sequence[Entry], seen: Seen) -> list[str]:
    return [
        *_answers(entries),
        *_requests(entries, seen),
        *_decisions(entries, seen),
        *_notices(seen),
        *_numbers(seen),
        *_webhooks(entries, seen),
        *_downloads(entries, seen),
        *_monitors(entries, seen),
        *_sessions(seen),
        *seen.trouble,
        *([] if seen.audit == "intact" else [f"the audit log is broken: {seen.audit}"]),
        *seen.waiting,
    ]


def _answers(entries: Sequence[Entry]) -> Iterator[str]:
    unsure: set[tuple[str, str]] = set()
    without = sessions_lost(entries)
    for entry in entries:
        key = (entry.what, entry.thing)
        # Whoever was not told that the session is over finds it over.
        is_over = entry.what == "sign_out" and entry.status == 401 and key in unsure
        # A page has the token of the answer before where another call has just renewed it, and asks again.
        is_fine = entry.status in _FINE or entry.code == "CSRF_INVALID"
        is_lost = entry.status == 401 and any(
            entry.at <= end and entry.until >= begin for begin, end in without[entry.who]
        )
        if not (entry.status is None or entry.done or is_fine or is_over or is_lost):
            yield f"{entry.who} was answered {entry.status} {entry.code} to {entry.what} {entry.thing}: {entry.why}"
        if entry.unsure:
            unsure.add(key)


def sessions_lost(entries: Iterable[Entry]) -> Mapping[str, list[tuple[float, float]]]:
    """From when until when somebody may have been signed out: a renewal had remained without an answer for longer than
    it is given again. The next one ends the session, whether or not it hears of that itself; what comes sooner is a
    fault of ours."""
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    unanswered: dict[str, float] = {}
    out: dict[str, float] = {}
    for entry in entries:
        if entry.what == "refresh" and entry.done:
            unanswered.pop(entry.who, None)
        elif entry.what == "refresh" and entry.unsure:
            unanswered.setdefault(entry.who, entry.at)
        elif entry.what == "refresh" and entry.status == 401:
            given_until = unanswered.pop(entry.who, math.inf) + GRACE_SECONDS
            if entry.until > given_until:
                out[entry.who] = min(entry.at, given_until)
        elif entry.what == "sign_in" and entry.done and entry.who in out:
            spans[entry.who].append((out.pop(entry.who), entry.until))
    for who, begin in out.items():
        spans[who].append((begin, math.inf))
    return spans


def _requests(entries: Iterable[Entry], seen: Seen) -> Iterator[str]:
    """Each film is everywhere or nowhere, and never twice; what was confirmed is everywhere. Whoever was not told that
    he had asked, and asks once more, gets another request where the first was declined meanwhile."""
    here = _by_film(seen.requests)
    there = Counter(film for film, _ in seen.upstream)
    told = Counter(
        _film_of(each) for each in seen.inboxes.get("Olive", ()) if each["type"] == "request.created"
    )
    on_phone = Counter(
        int(found.group(1))
        for title in seen.chat.elements()
        if (found := re.search(r"asks for Film (\d+)", title))
    )
    asked = _by_thing(entries, "request")
    for film in sorted({int(thing) for thing in asked} | here.keys() | there.keys() | told.keys()):
        answers, states = asked.get(str(film), []), here.get(film, [])
        again = sum(answer.unsure for answer in answers)
        may_be = len(states) <= 1 + min(again, states.count("declined"))
        counts = (len(states), there[film], told[film], on_phone[film])
        if not may_be or counts not in _sound(states):
            yield f"film {film} is {counts} times in the portal, at Overseerr, in the inbox and on the phone"
        if any(answer.done for answer in answers) and not states:
            yield f"film {film} was confirmed and is not there"
        if states and not any(answer.done or answer.unsure for answer in answers):
            yield f"film {film} was refused and is there"
        if seen.filed[film] > max(1, len(states)):
            yield f"Overseerr was told {seen.filed[film]} times of film {film}"
        ids = {answer.id for answer in answers if answer.done}
        if len(ids) > 1:
            yield f"film {film} was confirmed as {len(ids)} requests"


def _by_film(requests: Iterable[Json]) -> dict[int, list[str]]:
    """How the requests for each stand."""
    states: dict[int, list[str]] = defaultdict(list)
    for each in requests:
        states[int(each["tmdbId"])].append(each["status"])
    return states


def _sound(states: Sequence[str]) -> set[tuple[int, ...]]:
    """How often requests that stand so may be in the portal, at Overseerr, in the inbox and on the phone.

    What was declined before Overseerr was told need not be told. Of a new request that is heard of after it was decided
    there is nothing left to say.
    """
    sums: set[tuple[int, ...]] = {(0, 0, 0, 0)}
    for state in states:
        one = {(1, 1, 1, 1)}
        one |= {(1, 1, 0, 0)} if state != "pending" else set()
        one |= {(1, 0, 1, 1), (1, 0, 0, 0)} if state == "declined" else set()
        sums = {tuple(map(add, before, more)) for before in sums for more in one}
    return sums


def _decisions(entries: Iterable[Entry], seen: Seen) -> Iterator[str]:
    status = {each["id"]: each["status"] for each in seen.requests}
    for what, wrong in (("approve", ("pending", "declined", "gone")), ("decline", None)):
        for request, answers in _by_thing(entries, what).items():
            if not any(answer.done for answer in answers):
                continue
            is_now = status.get(request, "gone")
            if is_now != "declined" if wrong is None else is_now in wrong:
                yield f"request {request} was told to {what}, which was confirmed, and is {is_now}"
    for film, states in _by_film(seen.requests).items():
        expected = Counter(_SAME_UPSTREAM.get(state, state) for state in states)
        found = Counter(state for number, state in seen.upstream if number == film)
        for other in found - expected:
            yield f"film {film} is {' and '.join(states)} here and {other} at Overseerr"
    for each in seen.requests:
        if each["status"] not in _TOLD:
            yield f"film {each['tmdbId']} ended up {each['status']}: {each['statusReason']}"


def _notices(seen: Seen) -> Iterator[str]:
    """Whoever asked has heard of each turn once, but for those of which he would have heard after a later one."""
    wanted: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for each in seen.requests:
        who = each["requestedBy"]["name"]
        wanted[who].update((kind, each["id"]) for kind in _TOLD.get(each["status"], ()))
    for who, inbox in seen.inboxes.items():
        got = Counter(
            (each["type"], str(each["data"].get("requestId")))
            for each in inbox
            if each["type"].startswith("request.") and each["type"] != "request.created"
        )
        for (kind, request), number in (got - wanted[who]).items():
            yield f"{who} was told {kind} of {request} {number} times too often"
        for (kind, request), number in (wanted[who] - got).items():
            if kind == "request.approved" and got["request.available", request]:
                continue
            yield f"{who} was not told {kind} of {request} ({number} missing)"


def _numbers(seen: Seen) -> Iterator[str]:
    for who, inbox in seen.inboxes.items():
        numbers = sorted(each["seq"] for each in inbox)
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"the inbox of {who} has holes or doubles: {_odd(numbers)}"
        kept = seen.kept_in_inbox.get(who, numbers)
        if len(kept) < min(KEPT_IN_INBOX, len(numbers)) or kept != numbers[len(numbers) - len(kept) :]:
            yield f"the inbox of {who} has kept {len(kept)} of {len(numbers)}: {_odd(kept)}"
        if who in seen.live and seen.live[who] != numbers[len(numbers) - len(seen.live[who]) :]:
            yield f"the open page of {who} saw other numbers than the inbox has: {_odd(seen.live[who])}"


def _odd(numbers: Sequence[int]) -> list[tuple[int, int]]:
    return [(one, two) for one, two in zip([0, *numbers], numbers, strict=False) if two != one + 1]


def _webhooks(entries: Iterable[Entry], seen: Seen) -> Iterator[str]:
    for event, answers in _by_thing(entries, "webhook").items():
        if seen.kept[event] > 1 or (any(answer.done for answer in answers) and seen.kept[event] != 1):
            yield f"the webhook {event} was taken in and is kept {seen.kept[event]} times"


def _downloads(entries: Iterable[Entry], seen: Seen) -> Iterator[str]:
    asked = _by_thing(entries, "download")
    there = Counter(each["videoId"] for each in seen.downloads)
    for video, answers in asked.items():
        confirmed = any(answer.done for answer in answers)
        if there[video] > 1 or (confirmed and there[video] != 1):
            yield f"the download {video} was confirmed and is there {there[video]} times"
        if there[video] != seen.files[video]:
            yield f"the download {video} is there {there[video]} times with {seen.files[video]} files"
    for each in seen.downloads:
        if each["status"] not in ("ready", "importing"):
            yield f"the download {each['videoId']} ended up {each['status']}: {each['statusReason']}"
    for path in seen.leftovers:
        yield f"{path} was left behind"


def _monitors(entries: Sequence[Entry], seen: Seen) -> Iterator[str]:
    gone = _by_thing(entries, "unwatch")
    for name, answers in _by_thing(entries, "monitor").items():
        deleted = any(answer.done for answer in gone.get(name, ()))
        maybe_deleted = any(answer.unsure for answer in gone.get(name, ()))
        if seen.monitors[name] > 1 or (deleted and seen.monitors[name]):
            yield f"the monitor {name} is there {seen.monitors[name]} times{', and was deleted' if deleted else ''}"
        confirmed = any(answer.done for answer in answers)
        if confirmed and not (deleted or maybe_deleted) and not seen.monitors[name]:
            yield f"the monitor {name} was confirmed and is not there"


def _sessions(seen: Seen) -> Iterator[str]:
    for who, status in seen.sessions.items():
        if status != 200:
            yield f"{who} is signed out ({status})"
    for status in seen.revoked:
        if status != 401:
            yield f"somebody who was signed out is let in ({status})"


def _by_thing(entries: Iterable[Entry], what: str) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.what == what:
            found[entry.thing].append(entry)
    return found


def _film_of(notice: Json) -> int:
    return int(notice["data"]["tmdbId"])
