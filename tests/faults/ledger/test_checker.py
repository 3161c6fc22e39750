"""The checker finds what it is there for: each case is a sound ledger with one thing wrong."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.ledger.book import Entry, read
from tests.faults.ledger.checker import complaints
from tests.faults.ledger.seen import Seen

Change = Callable[[list[Entry], Seen], None]


def _notice(seq: int, kind: str, request: str, film: int) -> dict[str, Any]:
    return {"seq": seq, "type": kind, "data": {"requestId": request, "tmdbId": film}}


def _request(name: str, film: int, status: str) -> dict[str, Any]:
    return {
        "id": name,
        "tmdbId": film,
        "status": status,
        "statusReason": None,
        "requestedBy": {"name": "Frida"},
    }


def sound() -> tuple[list[Entry], Seen]:
    entries = [
        Entry("Frida", "request", "1", 201, id="a"),
        Entry("Frida", "request", "2", None, why="ReadTimeout"),
        Entry("Frida", "request", "2", 409, "ALREADY_REQUESTED"),
        Entry("Frida", "request", "3", 503),
        Entry("Olive", "approve", "a", 200),
        Entry("Olive", "decline", "b", 200),
        Entry("Radarr", "webhook", "Lullaby0", 202),
        Entry("Frida", "download", "ledger00000", 201, id="d"),
        Entry("Olive", "monitor", "Job 0", 201, id="m"),
        Entry("Olive", "monitor", "Job 1", 201, id="n"),
        Entry("Olive", "unwatch", "Job 1", 204),
        Entry("Frida", "refresh", "Frida", 200),
        Entry("Olive elsewhere", "sign_out", "x", None, why="ReadError"),
        Entry("Olive elsewhere", "sign_out", "x", 401),
    ]
    seen = Seen(
        requests=[_request("a", 1, "available"), _request("b", 2, "declined")],
        upstream=[(1, "available"), (2, "declined")],
        filed=Counter({1: 1, 2: 1}),
        inboxes={
            "Olive": [_notice(1, "request.created", "a", 1), _notice(2, "request.created", "b", 2)],
            "Frida": [
                _notice(1, "request.approved", "a", 1),
                _notice(2, "request.declined", "b", 2),
                _notice(3, "request.available", "a", 1),
            ],
        },
        live={"Olive": [1, 2], "Frida": [2, 3]},
        chat=Counter({"Frida asks for Film 1 (2020)": 1, "Frida asks for Film 2 (2020)": 1}),
        kept=Counter({"Lullaby0": 1}),
        downloads=[{"videoId": "ledger00000", "status": "ready", "statusReason": None}],
        files=Counter({"ledger00000": 1}),
        monitors=Counter({"Job 0": 1}),
        sessions={"Olive": 200, "Frida": 200},
        revoked=[401],
    )
    return entries, seen


def test_what_is_as_it_was_promised_is_not_complained_of() -> None:
    assert complaints(*sound()) == []


def test_what_is_declined_before_overseerr_was_told_need_not_be_told() -> None:
    entries, seen = sound()
    del seen.upstream[1], seen.filed[2]
    assert complaints(entries, seen) == []


def test_what_is_heard_of_after_a_later_turn_need_not_be_told() -> None:
    entries, seen = sound()
    seen.inboxes["Olive"] = [_notice(1, "request.created", "b", 2)]
    seen.inboxes["Frida"] = [_notice(1, "request.declined", "b", 2), _notice(2, "request.available", "a", 1)]
    del seen.chat["Frida asks for Film 1 (2020)"]
    seen.live = {"Olive": [1], "Frida": [1, 2]}
    assert complaints(entries, seen) == []


def _asked_again(first: str) -> tuple[list[Entry], Seen]:
    """Frida was not told that she had asked for the fourth film, of which Olive says `first`, and asks once more."""
    entries, seen = sound()
    entries += [Entry("Frida", "request", "4", 504), Entry("Frida", "request", "4", 201, id="e")]
    seen.requests += [_request("c", 4, first), _request("e", 4, "pending")]
    seen.upstream += [(4, first), (4, "pending")]
    seen.filed[4] = 2
    seen.inboxes["Olive"] += [_notice(3, "request.created", "c", 4), _notice(4, "request.created", "e", 4)]
    seen.live["Olive"] = [3, 4]
    seen.chat["Frida asks for Film 4 (2020)"] = 2
    return entries, seen


def test_who_was_not_told_of_a_request_that_is_declined_meanwhile_may_ask_again() -> None:
    entries, seen = _asked_again("declined")
    entries.append(Entry("Olive", "decline", "c", 200))
    seen.inboxes["Frida"].append(_notice(4, "request.declined", "c", 4))
    seen.live["Frida"] = [2, 3, 4]
    assert complaints(entries, seen) == []


def test_who_asks_again_for_what_still_waits_must_not_get_another() -> None:
    entries, seen = _asked_again("pending")
    times = "film 4 is (2, 2, 2, 2) times in the portal, at Overseerr, in the inbox and on the phone"
    assert complaints(entries, seen) == [times]


LOST_RENEWAL = [
    Entry("Frida", "refresh", "Frida", None, why="ReadError", at=100, until=101),
    Entry("Frida", "refresh", "Frida", 503, at=102, until=105),
    Entry("Frida", "request", "5", 401, at=111, until=113),
    Entry("Frida", "refresh", "Frida", 401, "TOKEN_REUSED", at=109, until=112),
    Entry("Frida", "request", "5", 401, at=113, until=114),
    Entry("Frida", "sign_in", "Frida", 200, at=115, until=116),
    Entry("Frida", "refresh", "Frida", 200, at=120, until=121),
]
"""An answer that got lost for longer than it is given again."""


def test_whoever_got_no_answer_to_a_renewal_for_too_long_has_to_sign_in_again() -> None:
    entries, seen = sound()
    assert complaints([*entries, *LOST_RENEWAL], seen) == []


def test_whoever_does_not_hear_that_a_late_renewal_ended_the_session_finds_it_over() -> None:
    entries, seen = sound()
    late = [
        LOST_RENEWAL[0],
        Entry("Frida", "refresh", "Frida", None, why="ReadTimeout", at=111, until=112),
        Entry("Frida", "request", "5", 401, at=112, until=113),
        Entry("Frida", "refresh", "Frida", 401, at=113, until=114),
        *LOST_RENEWAL[5:],
    ]
    assert complaints([*entries, *late], seen) == []


def test_what_is_older_than_the_newest_thousand_may_be_forgotten() -> None:
    entries, seen = sound()
    seen.inboxes["Olive"] += [_notice(seq, "service.down", "", 0) for seq in range(3, 1003)]
    seen.live["Olive"] = list(range(1, 1003))
    seen.kept_in_inbox["Olive"] = list(range(3, 1003))
    assert complaints(entries, seen) == []


def _forgets_what_is_not_old(_: list[Entry], seen: Seen) -> None:
    seen.kept_in_inbox["Frida"] = [2, 3]


def _ends_a_session_whose_renewal_came_again_in_time(entries: list[Entry], _: Seen) -> None:
    entries += [*LOST_RENEWAL[:3], replace(LOST_RENEWAL[3], at=106, until=109), *LOST_RENEWAL[4:]]


def _ends_a_session_whose_renewal_was_answered(entries: list[Entry], _: Seen) -> None:
    entries += [LOST_RENEWAL[0], replace(LOST_RENEWAL[1], status=200), *LOST_RENEWAL[3:]]


def _still_refuses_who_signed_in_again(entries: list[Entry], _: Seen) -> None:
    entries += [*LOST_RENEWAL[:-1], Entry("Frida", "request", "5", 401, at=117, until=118)]


def _answers_500(entries: list[Entry], _: Seen) -> None:
    entries[3] = replace(entries[3], status=500)


def _is_signed_out(entries: list[Entry], _: Seen) -> None:
    entries[11] = replace(entries[11], status=401, code="TOKEN_REUSED")


def _ends_a_session_unasked(entries: list[Entry], _: Seen) -> None:
    del entries[12]


def _loses_a_request(_: list[Entry], seen: Seen) -> None:
    del seen.requests[0], seen.upstream[0]


def _does_not_file(_: list[Entry], seen: Seen) -> None:
    del seen.upstream[0]


def _files_twice(_: list[Entry], seen: Seen) -> None:
    seen.filed[1] += 1


def _has_a_request_twice(_: list[Entry], seen: Seen) -> None:
    seen.requests.append(_request("c", 1, "pending"))


def _keeps_what_was_refused(entries: list[Entry], _: Seen) -> None:
    entries[1] = replace(entries[1], status=409)


def _answers_twice_with_another_id(entries: list[Entry], _: Seen) -> None:
    entries.append(Entry("Frida", "request", "1", 201, id="c"))


def _forgets_an_approval(_: list[Entry], seen: Seen) -> None:
    seen.requests[0]["status"], seen.upstream[0] = "pending", (1, "pending")


def _differs_from_overseerr(_: list[Entry], seen: Seen) -> None:
    seen.upstream[1] = (2, "approved")


def _tells_twice(_: list[Entry], seen: Seen) -> None:
    seen.inboxes["Frida"].append(_notice(4, "request.approved", "a", 1))


def _tells_never(_: list[Entry], seen: Seen) -> None:
    del seen.inboxes["Frida"][2]


def _tells_nobody_of_a_new_one(entries: list[Entry], seen: Seen) -> None:
    entries.append(Entry("Frida", "request", "4", 201, id="e"))
    seen.requests.append(_request("e", 4, "pending"))
    seen.upstream.append((4, "pending"))


def _rings_twice(_: list[Entry], seen: Seen) -> None:
    seen.chat["Frida asks for Film 1 (2020)"] += 1


def _leaves_a_number_out(_: list[Entry], seen: Seen) -> None:
    seen.inboxes["Frida"][2]["seq"] = 4


def _leaves_an_open_page_behind(_: list[Entry], seen: Seen) -> None:
    seen.live["Frida"] = [1, 3]


def _loses_a_webhook(_: list[Entry], seen: Seen) -> None:
    del seen.kept["Lullaby0"]


def _leaves_a_download_undone(_: list[Entry], seen: Seen) -> None:
    seen.downloads[0]["status"] = "downloading"


def _has_no_file(_: list[Entry], seen: Seen) -> None:
    del seen.files["ledger00000"]


def _leaves_rubbish(_: list[Entry], seen: Seen) -> None:
    seen.leftovers.append(".staging/x.mp4")


def _loses_a_monitor(_: list[Entry], seen: Seen) -> None:
    del seen.monitors["Job 0"]


def _keeps_a_deleted_monitor(_: list[Entry], seen: Seen) -> None:
    seen.monitors["Job 1"] = 1


def _lets_in_who_was_signed_out(_: list[Entry], seen: Seen) -> None:
    seen.revoked[0] = 200


def _has_work_left(_: list[Entry], seen: Seen) -> None:
    seen.waiting.append("1 in the outbox of media")


WRONG: Mapping[Change, str] = {
    _answers_500: "was answered 500",
    _is_signed_out: "was answered 401",
    _ends_a_session_unasked: "was answered 401",
    _ends_a_session_whose_renewal_came_again_in_time: "was answered 401 TOKEN_REUSED",
    _ends_a_session_whose_renewal_was_answered: "was answered 401 TOKEN_REUSED",
    _still_refuses_who_signed_in_again: "was answered 401",
    _loses_a_request: "was confirmed and is not there",
    _does_not_file: "film 1 is (1, 0, 1, 1) times",
    _files_twice: "Overseerr was told 2 times",
    _has_a_request_twice: "film 1 is (2, 1, 1, 1) times",
    _keeps_what_was_refused: "was refused and is there",
    _answers_twice_with_another_id: "was confirmed as 2 requests",
    _forgets_an_approval: "was told to approve, which was confirmed, and is pending",
    _differs_from_overseerr: "is declined here and approved at Overseerr",
    _tells_twice: "too often",
    _tells_never: "Frida was not told request.available",
    _tells_nobody_of_a_new_one: "film 4 is (1, 1, 0, 0) times",
    _rings_twice: "film 1 is (1, 1, 1, 2) times",
    _leaves_a_number_out: "has holes or doubles",
    _forgets_what_is_not_old: "has kept 2 of 3",
    _leaves_an_open_page_behind: "saw other numbers",
    _loses_a_webhook: "Lullaby0",
    _leaves_a_download_undone: "ledger00000",
    _has_no_file: "ledger00000",
    _leaves_rubbish: ".staging/x.mp4",
    _loses_a_monitor: "Job 0",
    _keeps_a_deleted_monitor: "Job 1",
    _lets_in_who_was_signed_out: "200",
    _has_work_left: "1 in the outbox of media",
}
"""What is said of each."""


@pytest.mark.parametrize("change", WRONG, ids=lambda change: change.__name__.strip("_"))
def test_what_is_otherwise_is(change: Change) -> None:
    entries, seen = sound()
    change(entries, seen)
    found = complaints(entries, seen)
    assert any(WRONG[change] in sentence for sentence in found), found


def test_a_call_whose_end_was_not_written_down_was_not_answered() -> None:
    lines = [
        {"call": 1, "who": "Frida", "what": "request", "thing": "1"},
        {"call": 2, "who": "Bert", "what": "request", "thing": "2"},
        {"call": 2, "status": 201, "code": "", "id": "b", "why": ""},
    ]
    assert read(json.dumps(line) for line in lines) == [
        Entry("Frida", "request", "1"),
        Entry("Bert", "request", "2", 201, id="b"),
    ]
