"""Measures the site beside the bare relay, at each of these numbers of streams.

    python -m tests.bench.streams --streams 25,50,100,200 --tokens 250 --way socket

The figures go to build/bench/ as JSON, and as an SVG of how they grow. Exit code 1 when the site
misses a bound at a number of streams that it has to carry.
"""

import argparse
import asyncio
import json
import statistics
import sys
from dataclasses import asdict, fields
from typing import Any

from tests.bench.process import ROOT
from tests.bench.streams.chart import chart
from tests.bench.streams.readers import Measured
from tests.bench.streams.stage import Stage
from tests.bench.table import milliseconds

FOLDER = ROOT / "build" / "bench"
RATE = 50
# What a process on one core has to carry, and how.
MUST_CARRY = 200
MOST_P99_SECONDS = 0.100
LEAST_IN_TIME = 0.94
MOST_TIMES_BARE = 1.5
# With few streams a token pays for the beat nearly alone.
MANY = 100

Figures = dict[str, dict[str, Any]]


async def _measured(stage: Stage, asked: argparse.Namespace) -> list[Figures]:
    rows = []
    times = {"seconds": asked.seconds, "warm": asked.warm}
    for streams in asked.streams:
        row: Figures = {}
        for name, measure in (("relay", stage.of_relay), ("site", stage.of_site)):
            runs = []
            for _ in range(asked.runs):
                runs.append(await measure(streams, asked.tokens, asked.way, **times))
                await asyncio.sleep(1)
            row[name] = asdict(median(runs)) | {"streams": streams}
            row[name]["late_ms"] = await stage.lateness()
        rows.append(row)
        _show(row)
    return rows


def median(runs: list[Measured]) -> Measured:
    """Of each figure the median; all connections that were lost."""
    numbers = {
        each.name: statistics.median([getattr(run, each.name) for run in runs])
        for each in fields(Measured)
        if each.name != "lost"
    }
    return Measured(**numbers, lost=[lost for run in runs for lost in run.lost])


def _show(row: Figures) -> None:
    for name, each in row.items():
        print(  # noqa: T201
            f"{each['streams']:>4} {name:5} "
            f"p50 {milliseconds(each['p50']):>9} p99 {milliseconds(each['p99']):>9} "
            f"first {milliseconds(each['first_p50']):>9} {milliseconds(each['first_p99']):>9} "
            f"{each['cpu_us_a_token']:6.0f} µs {each['bytes_a_token']:5.0f} B "
            f"{each['frames_a_token']:.2f} frames a token, "
            f"{each['tokens_a_second'] / (RATE * each['streams']):6.1%} in time, "
            f"{each['answers']} ends, {each['too_short']} short, readers "
            f"{each['readers_cpu']:.0%} {each['late_ms']} {each['lost'] or ''}",
            flush=True,
        )


def faults(rows: list[Figures]) -> list[str]:
    """Sentences about what the site does not carry as it must."""
    found = []
    for site, relay in ((row["site"], row["relay"]) for row in rows):
        streams = site["streams"]
        if streams > MUST_CARRY:
            continue
        if site["p99"] > MOST_P99_SECONDS:
            found.append(f"{streams} streams: p99 is {milliseconds(site['p99'])}.")
        if site["tokens_a_second"] < LEAST_IN_TIME * RATE * streams or site["lost"]:
            found.append(f"{streams} streams: not all tokens came in time.")
        most = MOST_TIMES_BARE * relay["cpu_us_a_token"]
        if streams >= MANY and site["cpu_us_a_token"] > most:
            found.append(f"{streams} streams: a token costs too much.")
    return found


async def _run(asked: argparse.Namespace) -> list[Figures]:
    async with Stage() as stage:
        return await _measured(stage, asked)


def main() -> int:
    """Run from the command line; the exit code says whether every bound is kept."""
    parser = argparse.ArgumentParser(description="How many streams a process carries.")
    numbers = [1, 2, 4, 8, 16, 32, 64, 100, 128, 200, 256, 300]
    parser.add_argument(
        "--streams", type=lambda text: list(map(int, text.split(","))), default=numbers
    )
    parser.add_argument("--tokens", type=int, default=250)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--warm", type=float, default=3)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--way", choices=["socket", "api"], default="socket")
    asked = parser.parse_args()
    rows = asyncio.run(_run(asked))
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = f"streams-{asked.way}-{asked.tokens}"
    (FOLDER / f"{name}.json").write_text(json.dumps(rows, indent=1))
    (FOLDER / f"{name}.svg").write_text(chart(rows))
    found = faults(rows)
    for fault in found:
        print(fault)  # noqa: T201
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
