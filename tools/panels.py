"""What the Grafana dashboards show: lists of panels, each a title, a unit and what it asks Prometheus."""

from collections.abc import Sequence
from typing import NamedTuple


class Panel(NamedTuple):
    title: str
    unit: str
    asks: Sequence[tuple[str, str]]
    """What Prometheus is asked, and what its lines are called."""
    about: str = ""
    is_figure: bool = False
    """One number for now, in place of lines over time."""


_SPAN = "[$__rate_interval]"
_ANSWERS = "medianest_http_requests_total"
_OURS = '{status=~"5.."}'
_OF_SERVICE = '{service="$service"}'
_SUBJECTS_OF_SERVICE = '{subject=~"(rpc|job)[.]$service[.].*"}'


def _quantile(share: float, histogram: str, *, by: str, which: str = "", span: str = _SPAN) -> str:
    return f"histogram_quantile({share}, sum by ({by}, le) (rate({histogram}_bucket{which}{span})))"


def _p99(histogram: str, *, by: str, which: str = "") -> str:
    return _quantile(0.99, histogram, by=by, which=which)


OVERVIEW = [
    Panel(
        "Replicas",
        "none",
        [
            ('max by (service) (medianest_replicas{state="present"})', "{{service}}"),
            ('max by (service) (medianest_replicas{state="missed"}) > 0', "{{service}} missed"),
        ],
        "As the health service hears of them. A missed one went without saying so.",
    ),
    Panel("Version", "none", [("count by (version) (medianest_build_info)", "{{version}}")], is_figure=True),
    Panel("Open live connections", "none", [("sum(medianest_live_connections)", "open")], is_figure=True),
    Panel(
        "Answers",
        "reqps",
        [("sum by (status) (rate(medianest_http_requests_total[$__rate_interval]))", "{{status}}")],
    ),
    Panel(
        "Share of answers that are errors of ours",
        "percentunit",
        [
            (
                f"sum(rate({_ANSWERS}{_OURS}{_SPAN})) / sum(rate({_ANSWERS}{_SPAN}))",
                "5xx",
            )
        ],
    ),
    Panel(
        "Slowest routes, p99",
        "s",
        [(f"topk(8, {_p99('medianest_http_seconds', by='route')})", "{{route}}")],
    ),
    Panel(
        "Failures by whose business they are",
        "reqps",
        [("sum by (category) (rate(medianest_http_failures_total[$__rate_interval]))", "{{category}}")],
    ),
    Panel(
        "Requests being worked on",
        "none",
        [("sum by (instance) (medianest_http_in_flight)", "{{instance}}")],
    ),
    Panel(
        "Systems outside, p99",
        "s",
        [(_p99("medianest_outgoing_seconds", by="system"), "{{system}}")],
    ),
    Panel(
        "Systems that are not asked at the moment",
        "none",
        [("max by (system) (medianest_outgoing_breaker_open)", "{{system}}")],
        "1 while its circuit breaker is open.",
    ),
    Panel("Memory", "bytes", [('process_resident_memory_bytes{job="medianest"}', "{{instance}}")]),
    Panel(
        "Processor",
        "percentunit",
        [('rate(process_cpu_seconds_total{job="medianest"}[$__rate_interval])', "{{instance}}")],
        "1 is one core.",
    ),
    Panel("Room on the disk", "bytes", [("min by (folder) (medianest_disk_free_bytes)", "{{folder}}")]),
    Panel(
        "Age of the last backup",
        "s",
        [("time() - max(medianest_backup_last_success_timestamp_seconds > 0)", "backup")],
        is_figure=True,
    ),
]

BUS = [
    Panel(
        "Messages handled",
        "ops",
        [("sum by (kind) (rate(medianest_bus_handled_total[$__rate_interval]))", "{{kind}}")],
    ),
    Panel(
        "Handled badly",
        "ops",
        [
            (
                'sum by (subject, outcome) (rate(medianest_bus_handled_total{outcome!="ok"}[$__rate_interval]))',
                "{{subject}} {{outcome}}",
            )
        ],
        "Refusals among them are answers like any other.",
    ),
    Panel(
        "Slowest subjects, p99",
        "s",
        [(f"topk(10, {_p99('medianest_bus_handling_seconds', by='subject')})", "{{subject}}")],
    ),
    Panel(
        "Being handled",
        "none",
        [("topk(10, sum by (subject) (medianest_bus_in_flight))", "{{subject}}")],
    ),
    Panel(
        "Not delivered yet",
        "none",
        [("max by (consumer) (medianest_consumer_pending) > 0", "{{consumer}}")],
        "Looked at every quarter of a minute.",
    ),
    Panel(
        "Delivered and not acknowledged",
        "none",
        [
            ("max by (consumer) (medianest_consumer_under_way) > 0", "{{consumer}}"),
            ("max by (consumer) (medianest_consumer_redelivered) > 0", "{{consumer}} again"),
        ],
    ),
    Panel(
        "Oldest event in an outbox",
        "s",
        [("max by (service) (medianest_outbox_oldest_seconds)", "{{service}}")],
    ),
    Panel(
        "Events published",
        "ops",
        [("sum by (service) (rate(medianest_outbox_published_total[$__rate_interval]))", "{{service}}")],
    ),
    Panel(
        "Given up",
        "none",
        [("sum by (handler) (increase(medianest_dead_letters_total[$__range])) > 0", "{{handler}}")],
        "Dead letters of the time shown.",
    ),
    Panel(
        "Refused by the bus",
        "none",
        [("sum by (service) (increase(medianest_bus_violations_total[$__range]))", "{{service}}")],
    ),
]

SERVICE = [
    Panel(
        "Questions answered",
        "ops",
        [
            (
                f"sum by (subject) (rate(medianest_bus_handled_total{_SUBJECTS_OF_SERVICE}{_SPAN}))",
                "{{subject}}",
            )
        ],
    ),
    Panel(
        "Time in the handler, p99",
        "s",
        [
            (
                _p99("medianest_bus_handling_seconds", by="subject", which=_SUBJECTS_OF_SERVICE),
                "{{subject}}",
            )
        ],
    ),
    Panel(
        "Connections to the database",
        "none",
        [
            ('max by (instance) (medianest_db_pool_in_use{service="$service"})', "in use {{instance}}"),
            ('max by (instance) (medianest_db_pool_waiting{service="$service"})', "waiting {{instance}}"),
            ('max(medianest_db_pool_size{service="$service"})', "of"),
        ],
    ),
    Panel(
        "Lateness of the event loop, p99",
        "s",
        [
            (
                _p99("medianest_event_loop_lag_seconds", by="instance", which=_OF_SERVICE),
                "{{instance}}",
            )
        ],
    ),
    Panel(
        "Waiting in its outbox",
        "none",
        [('max(medianest_outbox_rows{service="$service"})', "rows")],
    ),
    Panel(
        "Its readers of the bus",
        "none",
        [('max by (consumer) (medianest_consumer_pending{consumer=~"${service}__.*"})', "{{consumer}}")],
    ),
    Panel(
        "Found in its cache",
        "ops",
        [
            (
                'sum by (found) (rate(medianest_cache_reads_total{service="$service"}[$__rate_interval]))',
                "{{found}}",
            )
        ],
    ),
    Panel(
        "Replicas",
        "none",
        [('max by (state) (medianest_replicas{service="$service"})', "{{state}}")],
    ),
]

HOUSEHOLD = [
    Panel(
        "Requests by state",
        "none",
        [("max by (status) (medianest_requests)", "{{status}}")],
    ),
    Panel(
        "Requests that came into a state",
        "none",
        [("sum by (status) (increase(medianest_request_moves_total[1h]))", "{{status}}")],
        "Within an hour.",
    ),
    Panel(
        "From the wish to the evening it can be watched",
        "s",
        [
            (
                _quantile(0.5, "medianest_request_available_seconds", by="media_type", span="[7d]"),
                "half of {{media_type}}",
            ),
            (
                _quantile(0.9, "medianest_request_available_seconds", by="media_type", span="[7d]"),
                "nine in ten of {{media_type}}",
            ),
        ],
    ),
    Panel(
        "Downloads that came into a state",
        "none",
        [("sum by (status) (increase(medianest_download_moves_total[1h]))", "{{status}}")],
        "Within an hour.",
    ),
    Panel(
        "Sign-ins",
        "none",
        [("sum by (way, outcome) (increase(medianest_sign_ins_total[1h]))", "{{way}} {{outcome}}")],
        "Within an hour.",
    ),
    Panel(
        "Notifications by channel",
        "none",
        [("sum by (kind, outcome) (increase(medianest_deliveries_total[1h]))", "{{kind}} {{outcome}}")],
        "Within an hour.",
    ),
    Panel(
        "What is watched", "none", [("min by (monitor) (medianest_monitor_up)", "{{monitor}}")], "1 is up."
    ),
    Panel("People who are here", "none", [("sum(medianest_live_connections)", "open pages")]),
]
