"""What it watches, in our words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.testing.fake_uptime_kuma.household import Monitored
from medianest_health.adapters.uptime_kuma.crons import as_rule
from medianest_health.adapters.uptime_kuma.household import (
    KumaDockerHost,
    KumaHousehold,
    KumaMaintenance,
    KumaMonitor,
    understood,
)
from medianest_health.adapters.uptime_kuma.json_paths import as_json_path
from medianest_health.adapters.uptime_kuma.translating import Left, Taken, translate
from medianest_health.adapters.uptime_kuma.windows import TakenWindow, translate_windows
from medianest_health.adapters.uptime_kuma.wording import CannotSay

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOSTS = {
    1: KumaDockerHost(id=1, daemon="/var/run/docker.sock", type="socket"),
    2: KumaDockerHost(id=2, daemon="tcp://nas:2375", type="tcp"),
}


def translated(*monitors: dict[str, Any], complete: bool = True) -> tuple[list[Taken], list[Left]]:
    told, unreadable = understood(KumaMonitor, monitors)
    return translate(
        KumaHousehold(
            ref="kuma:home", complete=complete, monitors=told, unreadable=unreadable, docker_hosts=HOSTS
        )
    )


def one(type: str, **fields: Any) -> Taken:
    (taken,), left = translated({"id": 5, "name": "It", "type": type, **fields})
    assert not left
    return taken


def reason(type: str, **fields: Any) -> str:
    taken, (left,) = translated({"id": 5, "name": "It", "type": type, **fields})
    assert not taken
    return left.reason


def test_the_recorded_household() -> None:
    taken, left = translated(*Monitored().monitors.values())
    assert not left
    assert {each.name: each.spec.kind for each in taken} == {
        "Sonarr": "http",
        "Radarr": "http",
        "Plex": "http",
        "Overseerr (flapping)": "http",
        "qBittorrent port": "tcp",
        "Backup job": "push",
        "Unreachable": "http",
        "VPN leak (upside down)": "tcp",
    }
    by_name = {each.name: each for each in taken}
    assert by_name["Sonarr"].group == "Media"
    assert by_name["qBittorrent port"].group is None
    assert by_name["VPN leak (upside down)"].inverted
    assert by_name["Overseerr (flapping)"].failures == 2
    assert by_name["Sonarr"].refs[0] == "kuma:home:2"


def test_http_with_everything() -> None:
    taken = one(
        "http",
        url="https://me%40home:p%20w@cloud.example:8443/api?x=1#top",
        method="POST",
        body='{"a":1}',
        httpBodyEncoding="xml",
        headers='{"X-Key": "hush"}',
        accepted_statuscodes=["200-299", "401"],
        maxredirects=0,
        ignoreTls=True,
        expiryNotification=False,
        interval=300,
        timeout=20,
        maxretries=3,
        resendInterval=2,
        active=False,
    )
    spec = taken.spec
    assert spec.kind == "http"
    assert spec.url == "https://cloud.example:8443/api?x=1"
    assert (spec.username, spec.password and spec.password.get_secret_value()) == ("me@home", "p w")
    assert {name: value.get_secret_value() for name, value in spec.headers.items()} == {
        "X-Key": "hush",
        "Content-Type": "text/xml; charset=utf-8",
    }
    assert spec.statuses == ["200-299", "401"]
    assert (spec.follow_redirects, spec.verify_tls) == (False, False)
    assert (taken.interval_seconds, taken.timeout_seconds, taken.failures) == (300, 20.0, 4)
    assert taken.reminder_seconds == 600
    assert taken.paused
    assert "hush" not in repr(taken)


def test_sign_ins() -> None:
    basic = one("http", url="http://a.example/", authMethod="basic", basic_auth_user="u", basic_auth_pass="p")
    assert basic.spec.kind == "http"
    assert basic.spec.username == "u"
    bearer = one("http", url="http://a.example/", authMethod="bearer", bearer_token="t")
    assert bearer.spec.kind == "http"
    assert bearer.spec.headers["Authorization"].get_secret_value() == "Bearer t"
    assert "NTLM" in reason("http", url="http://a.example/", authMethod="ntlm")


def test_keywords_and_json() -> None:
    absent = one("keyword", url="http://a.example/", keyword="error", invertKeyword=True).spec
    assert absent.kind == "http"
    assert (absent.keyword, absent.keyword_absent) == ("error", True)
    queried = one("json-query", url="http://a.example/", jsonPath="data.items[0].state", expectedValue=3)
    assert queried.spec.kind == "http"
    assert (queried.spec.json_path, queried.spec.json_expected) == ("$.data.items[0].state", "3")
    assert queried.remarks
    assert "JSONata" in reason("json-query", url="http://a.example/", jsonPath="$count(items)")
    assert "==" in reason("json-query", url="http://a.example/", jsonPath="a", jsonPathOperator="<")


def test_certificates_of_those_that_take_any() -> None:
    taken, _ = translated(
        {
            "id": 5,
            "name": "NAS",
            "type": "http",
            "url": "https://nas:5001/",
            "ignoreTls": True,
            "expiryNotification": 1,
        }
    )
    assert [(each.refs[0], each.spec.kind) for each in taken] == [
        ("kuma:home:5", "http"),
        ("kuma:home:5:certificate", "tls"),
    ]


def test_hosts() -> None:
    assert one("port", hostname="nas", port="22").spec.model_dump() == {
        "kind": "tcp",
        "host": "nas",
        "port": 22,
    }
    assert one("ping", hostname="nas").spec.model_dump() == {"kind": "ping", "host": "nas"}
    dns = one(
        "dns",
        hostname="a.example",
        dns_resolve_server="192.0.2.53, 192.0.2.54",
        dns_resolve_type="MX",
        port=53,
    )
    assert dns.spec.model_dump() == {
        "kind": "dns",
        "name": "a.example",
        "record": "MX",
        "server": "192.0.2.53",
        "port": 53,
        "expected": None,
    }
    equal = {
        "type": "expression",
        "variable": "record",
        "operator": "equals",
        "value": "192.0.2.1",
        "andOr": "and",
    }
    expecting = one("dns", hostname="a.example", conditions=[equal]).spec
    assert expecting.kind == "dns"
    assert expecting.expected == "192.0.2.1"
    assert "conditions" in reason("dns", hostname="a.example", conditions=[equal, equal])


def test_docker() -> None:
    near, far = (one("docker", docker_container="plex", docker_host=number).spec for number in (1, 2))
    assert near.kind == far.kind == "docker"
    assert (near.host, far.host) == ("unix:///var/run/docker.sock", "tcp://nas:2375")
    assert "Docker" in reason("docker", docker_container="plex", docker_host=3)


def test_push_keeps_its_patience() -> None:
    usual = one("push", interval=600).spec
    patient = one("push", interval=600, maxretries=3, retryInterval=100).spec
    assert usual.kind == patient.kind == "push"
    assert (usual.grace_seconds, patient.grace_seconds) == (60, 300)


def test_groups_in_groups_are_named_with_their_path_even_in_a_circle() -> None:
    taken, _ = translated(
        {"id": 1, "name": "Home", "type": "group"},
        {"id": 2, "name": "Media", "type": "group", "parent": 1},
        {"id": 3, "name": "A", "type": "group", "parent": 4},
        {"id": 4, "name": "B", "type": "group", "parent": 3},
        {"id": 5, "name": "NAS", "type": "ping", "hostname": "nas", "parent": 2},
        {"id": 6, "name": "Pi", "type": "ping", "hostname": "pi", "parent": 3},
        {"id": 7, "name": "Orphan", "type": "ping", "hostname": "pi", "parent": 99},
    )
    assert [each.group for each in taken] == ["Home / Media", "B / A", None]


def test_limits_of_ours_are_told() -> None:
    hasty = one("http", url="http://a.example/", interval=1, timeout=0.8, maxretries=50)
    assert (hasty.interval_seconds, hasty.timeout_seconds, hasty.failures) == (20, 1.0, 10)
    assert len(hasty.remarks) == 2


@pytest.mark.parametrize(
    "type",
    ["mqtt", "steam", "real-browser", "postgres", "grpc-keyword", "tailscale-ping", "manual", "radius"],
)
def test_what_there_is_not_here_is_named(type: str) -> None:
    assert type in reason(type, url="https://")


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "https://"},
        {"url": None},
        {"url": "http://a.example:99999/"},
        {"url": "http://a b/"},
        {"url": "http://a.example/", "method": "PATCH"},
        {"url": "http://a.example/", "headers": "not json"},
        {"url": "http://a.example/", "headers": '{"a": {}}'},
        {"url": "http://a.example/", "accepted_statuscodes": ["2xx"]},
        {"url": "http://a.example/" + "x" * 3000},
        {"url": "http://[::1/"},
    ],
)
def test_what_cannot_be_has_a_reason_that_repeats_nothing(fields: dict[str, Any]) -> None:
    why = reason("http", **fields)
    assert why
    assert "xxx" not in why
    assert "2xx" not in why


def test_without_an_account_only_what_is_told_in_full() -> None:
    taken, left = translated(
        {"id": 1, "name": "Web", "type": "http", "url": "http://a.example/"},
        {"id": 2, "name": "Word", "type": "keyword", "url": "http://a.example/"},
        {"id": 3, "name": "Hidden", "type": "http"},
        {"name": "Numberless", "type": "ping", "hostname": "nas"},
        {"name": "Numberless", "type": "ping", "hostname": "pi"},
        complete=False,
    )
    assert [each.name for each in taken] == ["Web", "Numberless"]
    assert [each.name for each in left] == ["Word", "Hidden", "Numberless"]


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_hostile_text_is_refused_or_made_a_name(name: str, url: str, path: str) -> None:
    taken, left = translated(
        {"id": 1, "name": name, "type": "json-query", "url": f"http://a.example/{url}", "jsonPath": path},
        {"id": 2, "name": name, "type": url, "hostname": path},
    )
    for each in taken:
        assert 0 < len(each.name) <= 100
        assert each.name.isprintable()
    assert len(taken) + len(left) == 2


@pytest.mark.parametrize(
    "jsonata, path",
    [
        ("status", "$.status"),
        ("$", "$"),
        ("$.a.b", "$.a.b"),
        ("$$[0].a", "$[0].a"),
        ("a[-1].`b c`", '$.a[-1]["b c"]'),
        ("true", None),
        ("$sum(a)", None),
        ("a[b=1]", None),
        ("a ? b : c", None),
        ("a.", None),
        ("a..b", None),
        ("", None),
    ],
)
def test_jsonata(jsonata: str, path: str | None) -> None:
    assert as_json_path(jsonata) == path


def window(**fields: Any) -> tuple[list[TakenWindow], list[Left]]:
    told = {
        "id": 1,
        "title": "Backup",
        "strategy": "recurring-interval",
        "active": True,
        "dateRange": ["2026-11-25 00:00:00"],
        "timeRange": [{"hours": 23, "minutes": 30}, {"hours": 1, "minutes": 0}],
        "timezone": "Europe/Berlin",
        **fields,
    }
    maintenances, unreadable = understood(KumaMaintenance, [told])
    assert not unreadable
    home = KumaHousehold(ref="kuma:home", complete=True, maintenances=maintenances, maintained={1: [2]})
    return translate_windows(home, now=NOW)


@pytest.mark.parametrize(
    "fields, starts, hours, rule",
    [
        ({}, "2026-11-25T23:30:00", 1.5, "FREQ=DAILY"),
        ({"intervalDay": 3}, "2026-11-25T23:30:00", 1.5, "FREQ=DAILY;INTERVAL=3"),
        (
            {"strategy": "recurring-weekday", "weekdays": [0, 1]},
            "2026-11-29T23:30:00",
            1.5,
            "FREQ=WEEKLY;BYDAY=MO,SU",
        ),
        (
            {"strategy": "recurring-day-of-month", "daysOfMonth": [1, "lastDay1"]},
            "2026-11-30T23:30:00",
            1.5,
            "FREQ=MONTHLY;BYMONTHDAY=1,-1",
        ),
        (
            {"strategy": "cron", "cron": "30 4 * * 1-5", "duration": 3600},
            "2026-11-25T04:30:00",
            1.0,
            "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
        ),
        (
            {"dateRange": ["2026-11-25 00:00:00", "2026-12-25 00:00:00"]},
            "2026-11-25T23:30:00",
            1.5,
            "FREQ=DAILY;UNTIL=20261225T000000",
        ),
        (
            {"strategy": "single", "dateRange": ["2027-03-27 23:00", "2027-03-28 05:00"]},
            "2027-03-27T23:00:00",
            # Six by the clock on the wall, but that night one hour is left out.
            5.0,
            None,
        ),
    ],
)
def test_maintenance(fields: dict[str, Any], starts: str, hours: float, rule: str | None) -> None:
    (taken,), left = window(**fields)
    assert not left
    assert taken.starts_at_local == datetime.fromisoformat(starts)
    assert taken.duration == timedelta(hours=hours)
    assert (taken.rule, taken.zone, taken.monitors) == (rule, "Europe/Berlin", ["kuma:home:2"])


@pytest.mark.parametrize(
    "fields",
    [
        {"strategy": "manual"},
        {"active": False},
        {"strategy": "single", "dateRange": ["2020-01-01 10:00", "2020-01-01 11:00"]},
        {"strategy": "single", "dateRange": ["2027-01-01 10:00"]},
        {"dateRange": ["2020-01-01 00:00", "2020-02-01 00:00"]},
        {"strategy": "single", "dateRange": ["9999-12-31 23:00", "9999-12-31 23:59"]},
        {"dateRange": ["0001-01-01 00:00"]},
        {"intervalDay": 10**9},
        {"strategy": "recurring-weekday", "weekdays": []},
        {"strategy": "recurring-day-of-month", "daysOfMonth": [44]},
        {"strategy": "cron", "cron": "0 3 1 * 1", "duration": 60},
        {"strategy": "cron", "cron": "0 3 31 2 *", "duration": 60},
        {"strategy": "cron", "cron": "@daily", "duration": 60},
        {"strategy": "phase of the moon"},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../etc/passwd"},
        {"dateRange": ["soon"]},
        {"timeRange": []},
    ],
)
def test_maintenance_that_cannot_be_said(fields: dict[str, Any]) -> None:
    taken, (left,) = window(**fields)
    assert not taken
    assert left.reason.endswith(".")


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "61 * * * *", "0 25 * * *", "0 0 L * *", "*/0 * * * *", "0 0 * * MON#2"]
)
def test_crons_that_are_no_rules(cron: str) -> None:
    with pytest.raises(CannotSay):
        as_rule(cron)


@pytest.mark.parametrize(
    "fields",
    [
        {"strategy": "cron", "cron": "0 3 * * *", "duration": 10**14},
        {"strategy": "cron", "cron": "0 3 * * *", "durationMinutes": 10**13},
        {"strategy": "cron", "cron": f"*/{'9' * 5000} * * * *", "duration": 60},
        {"strategy": "recurring-day-of-month", "daysOfMonth": [f"lastDay{'9' * 5000}"]},
        {"strategy": "recurring-day-of-month", "daysOfMonth": ["9" * 5000]},
        {"intervalDay": 10**4000},
        {"id": 10**4000},
    ],
)
def test_maintenance_with_numbers_that_nobody_would_enter_keeps_nothing_else_back(
    fields: dict[str, Any],
) -> None:
    told = {"id": 1, "title": "Backup", "active": True, "timezone": "Europe/Berlin", **fields}
    maintenances, unreadable = understood(KumaMaintenance, [{"strategy": "recurring-interval", **told}])
    home = KumaHousehold(ref="kuma:home", complete=True, maintenances=maintenances, maintained={1: [2]})

    taken, left = translate_windows(home, now=NOW)

    assert not taken
    assert len(left) + len(unreadable) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"headers": "[" * 100_000},
        {"interval": 10**400},
        {"maxretries": -(10**400)},
        {"timeout": 10**400},
        {"parent": 10**400},
    ],
)
def test_a_monitor_with_values_that_nobody_would_enter_keeps_no_other_back(fields: dict[str, Any]) -> None:
    good = {"id": 6, "name": "Good", "type": "http", "url": "http://a.example/"}

    taken, left = translated({**good, "id": 5, "name": "Odd", **fields}, good)

    assert [each.name for each in taken] == ["Good"]
    assert [each.name for each in left] == ["Odd"]
