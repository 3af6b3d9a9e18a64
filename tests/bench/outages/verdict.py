"""Plays one fault and decides whether every promise was kept."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from tests.bench.outages.faults import FAULTS, Fault
from tests.bench.outages.records import broken_promises, not_completed, wrong_records
from tests.bench.outages.stage import END_SECONDS, RATE, Stage, Stream, stage
from tests.postgres import PostgresServer
from tests.redis_server import RedisServer

# An answer is longer than its fault by so much.
BESIDE_SECONDS = 25


@dataclass
class Verdict:
    """The figures of one fault, and the promises that were broken in it."""

    name: str
    figures: dict[str, object] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


async def play(
    name: str, postgres: PostgresServer, redis: RedisServer, streams: int, replies: int
) -> Verdict:
    """Begin answers, let the fault happen, and compare everything after their ends."""
    fault = FAULTS[name]
    async with stage(postgres, redis, streams, replies) as made:
        before = [(await made.send(process)).seconds for process in range(len(made.sites))]
        made.sendings.clear()
        await made.begin(int((fault.lasts + BESIDE_SECONDS) * RATE))
        began = time.monotonic()
        well = await fault.play(made)
        await made.finished(fault.lasts + BESIDE_SECONDS + END_SECONDS)
        verdict = Verdict(name)
        await _compare(verdict, made)
        _measure(verdict, fault, made, (began, well))
        verdict.figures["a send before it"] = _seconds(max(before))
        import shutil

        for i, site in enumerate(made.sites):
            shutil.copy(site.log, f"/tmp/faults/{name}.{i}.log")
    return verdict


async def _compare(verdict: Verdict, made: Stage) -> None:
    fault = FAULTS[verdict.name]
    lost = await broken_promises(made)
    records = wrong_records(made.address)
    unfinished = await not_completed(made) if len(fault.ends) == 1 else []
    tracebacks = Counter(line[:150] for site in made.sites for line in site.tracebacks())
    ends = Counter(stream.status for stream in made.streams)
    verdict.figures |= {
        "answers on pages, read in both processes": len(made.streams),
        "answers to programs, whole": sum(each.is_done for each in made.replies),
        "ends": ", ".join(f"{count} {end}" for end, count in ends.items()),
        "tokens shown": sum(text.count("<") for s in made.streams for text in _texts(s)),
        "lost, repeated or mixed": len(lost),
        "wrong records": len(records),
        "tracebacks": dict(tracebacks),
    }
    verdict.broken += [*lost, *records, *unfinished]
    verdict.broken += [f"{tab} shows no end" for s in made.streams for tab in s.without_end]
    verdict.broken += [f"an answer ended as {end}" for end in ends if end not in fault.ends]


def _texts(stream: Stream) -> Iterator[str]:
    for tab in stream.tabs:
        yield tab.text.get(stream.generation_id, "")


def _measure(verdict: Verdict, fault: Fault, made: Stage, period: tuple[float, float]) -> None:
    began, well = period
    figures = verdict.figures
    resumed = max(_resumed(made, well), default=0)
    gap = max(_gaps(made, began, well + fault.resume_seconds), default=0)
    figures["every page goes on after it"] = _seconds(resumed)
    figures["longest pause of a page"] = _seconds(gap)
    figures["sends meanwhile"] = "; ".join(
        f"{each.process} {_seconds(each.seconds)} {each.refusal or 'accepted'}"
        for each in made.sendings
    )
    slowest = max((each.seconds for each in made.sendings), default=0)
    if resumed > fault.resume_seconds:
        verdict.broken.append(f"a page went on after {_seconds(resumed)}")
    if fault.gap_seconds is not None and gap > fault.gap_seconds:
        verdict.broken.append(f"a page paused for {_seconds(gap)}")
    if fault.send_seconds is not None and slowest > fault.send_seconds:
        verdict.broken.append(f"a send took {_seconds(slowest)}")
    if fault.send_seconds is not None and any(each.refusal for each in made.sendings):
        verdict.broken.append("a send was refused")


def _resumed(made: Stage, well: float) -> Iterator[float]:
    """The seconds from then on until each page that lacked something showed it."""
    for stream in made.streams:
        for tab in stream.tabs:
            moments = [shown.at for shown in tab.history if shown.at > well]
            if moments or tab.name in stream.without_end:
                yield moments[0] - well if moments else float("inf")


def _gaps(made: Stage, began: float, until: float) -> Iterator[float]:
    """The longest pause of each page in that period."""
    for stream in made.streams:
        for tab in stream.tabs:
            moments = [shown.at for shown in tab.history if began <= shown.at <= until]
            yield max((b - a for a, b in pairwise([began, *moments])), default=0)


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s"
