"""Every metric of this process, as Prometheus reads them; docs/operate.md describes each.

Events are counted where they happen, and never for each token. States are read when somebody asks
for them, which costs nothing before that. Labels are names of the catalog and words of this code
alone, so that their number is bounded: never a user, a conversation, or a text from outside.
"""

import logging
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    Metric,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

logger = logging.getLogger(__name__)

# A second time series for each counter, which says when it began and is of no use here.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

State = float | Mapping[str, float]
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW = (0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300)


class Reading(Collector):
    """A gauge that is read from the state of the site when somebody asks for it.

    ``label`` names the label of a state that has several values.
    """

    def __init__(self, name: str, text: str, label: str = "") -> None:
        self._name, self._text, self._label = name, text, label
        self._source: Callable[[], State] = dict
        REGISTRY.register(self)

    def read_from(self, source: Callable[[], State]) -> None:
        """Have it read from ``source``, which is called on another thread than the event loop's."""
        self._source = source

    def collect(self) -> Iterable[Metric]:
        """The present values; none if they cannot be read, as the others are needed then."""
        family = GaugeMetricFamily(self._name, self._text, labels=[self._label or "none"])
        try:
            state = self._source()
        except Exception:
            logger.exception("%s cannot be read.", self._name, extra={"once": self._name})
            state = {}
        values = state if isinstance(state, Mapping) else {"": state}
        for label, value in values.items():
            family.add_sample(self._name, {self._label: label} if self._label else {}, value)
        yield family


def _counter(name: str, text: str, *labels: str, known: Iterable[tuple[str, ...]] = ()) -> Counter:
    """A counter; those of ``known`` labels begin with 0, so that their first event is an increase,
    which an alert can see."""
    counter = Counter(name, text, labels, registry=REGISTRY)
    for each in known:
        counter.labels(*each)
    return counter


def _histogram(name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Histogram:
    return Histogram(name, text, labels, registry=REGISTRY, buckets=buckets)


# Answers ------------------------------------------------------------------------------------------

RUNNING = Reading("parley_generations_running", "Answers that run in this process.", "kind")
GENERATIONS = _counter(
    "parley_generations_total", "Answers that ended, by cause.", "provider", "model", "cause"
)
GENERATION_ERRORS = _counter(
    "parley_generation_errors_total", "Answers that ended with an error.", "provider", "error"
)
FIRST_TOKEN_SECONDS = _histogram(
    "parley_first_token_seconds",
    "From the start of an answer to its first token, with the time in line.",
    "provider",
    "model",
    buckets=_SLOW,
)
TOKENS = _counter(
    "parley_tokens_total", "Tokens of answers that ended.", "provider", "model", "kind"
)
REFUSALS = _counter("parley_refusals_total", "Requests that were refused.", "kind", "code")
FAULTS = _counter(
    "parley_faults_total",
    "Requests that failed by a fault of this site.",
    "kind",
    "code",
    known=[
        ("page", "internal"),
        ("page", "storage_unavailable"),
        ("api", "internal_error"),
        ("api", "storage_unavailable"),
    ],
)

# Lines and queues ---------------------------------------------------------------------------------

WAITING = Reading(
    "parley_provider_waiting", "Answers that wait in line for a place at a provider.", "provider"
)
USED_PLACES = Reading(
    "parley_provider_places_used",
    "Places at a provider that are taken here.",
    "provider",
)
PLACES = Reading(
    "parley_provider_places", "Places at a provider for this process, where limited.", "provider"
)
API_WAITING = Reading(
    "parley_api_waiting", "Requests of programs that wait for a place of their user or key."
)
LEASES_WAITING = Reading(
    "parley_lease_renewals_waiting", "Answers that wait for more tokens of their limits."
)
THREAD_QUEUE = Reading(
    "parley_database_thread_queue", "Calls that wait for one of the database threads."
)

# Commits ------------------------------------------------------------------------------------------

UNCOMMITTED = Reading("parley_uncommitted_events", "Events that wait for their commit.")
COMMITTED = _counter("parley_committed_events_total", "Events that were committed.")
COMMIT_SECONDS = _histogram(
    "parley_commit_seconds", "Duration of a commit of events.", buckets=_FAST
)
COMMIT_DELAY_SECONDS = _histogram(
    "parley_commit_delay_seconds",
    "From the oldest event of a commit to the moment in which pages are shown it.",
    buckets=_FAST,
)
COMMIT_FAILURES = _counter("parley_commit_failures_total", "Commits that failed and are repeated.")

# Processes ----------------------------------------------------------------------------------------

LOCK_HELD = Reading(
    "parley_process_lock_held", "1 if this process has confirmed its lock in the last 5 seconds."
)
PROCESSES = Reading("parley_processes", "Processes of the site that this one knows, with itself.")
TAKE_OVERS = _counter(
    "parley_take_overs_total", "Dead processes whose answers this process has ended."
)
TAKEN_OVER = _counter(
    "parley_generations_taken_over_total", "Answers of dead processes that this one has ended."
)
LOCKS_LOST = _counter(
    "parley_process_locks_lost_total", "Times that another process had the lock of this one."
)
REDIS_FAILURES = _counter(
    "parley_redis_failures_total", "Failures of Redis, which delay what other processes show."
)

# The machine and the server -----------------------------------------------------------------------

BUILD = Reading("parley_build_info", "1, with the release of the scripts and styles.", "release")
LOOP_DELAY_SECONDS = _histogram(
    "parley_event_loop_delay_seconds",
    "Delay of a timer of the event loop, ten times a second: every token waits so long.",
    buckets=_FAST,
)
HTTP_REQUESTS = _counter(
    "parley_http_requests_total",
    "HTTP requests, without static files and health checks.",
    "kind",
    "status",
    known=[(kind, "5xx") for kind in ("page", "shared", "admin", "api")],
)
HTTP_SECONDS = _histogram(
    "parley_http_request_seconds",
    "From a request to the first byte of its reply.",
    "kind",
    buckets=_FAST,
)
SOCKETS = Reading("parley_websockets", "Open websockets, one for each open page.")
CONNECTIONS = Reading("parley_connections", "Open connections of clients.")
MOST_CONNECTIONS = Reading("parley_connections_limit", "The most connections that are accepted.")
POOL = Reading("parley_database_pool_connections", "Connections of the database pool.", "state")
POOL_LIMIT = Reading("parley_database_pool_limit", "The most connections of the database pool.")
POOL_WAITING = Reading("parley_database_pool_waiting", "Requests that wait for a connection.")
DISK_FREE = Reading("parley_disk_free_bytes", "Free space of the disk of DATA_DIR.")
DISK_SIZE = Reading("parley_disk_size_bytes", "Size of the disk of DATA_DIR.")
LOG_LINES = _counter(
    "parley_log_lines_total",
    "Lines for the log, with repeated ones that it leaves out.",
    "level",
    known=[("WARNING",), ("ERROR",)],
)
