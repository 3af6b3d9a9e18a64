"""Decides from histories alone whether the site kept its promises.

Jepsen's method: clients write down what they saw, the upstream what it sent, the site is asked
what it stored; afterwards the three are compared. Upstream text numbers itself,
``<gen:17:0042>``, so that every loss, repeat, swap and mix shows.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

TERMINAL = {"completed", "stopped", "interrupted", "failed"}
_TOKEN = re.compile(r"<gen:([^:>]+):(\d+)(?::[\d.]+)?>")


@dataclass(frozen=True)
class Shown:
    """One event in a browser.

    ``source`` is "page" when ``text`` is everything shown from then on, as after a reload, and
    "socket" when it was added to what was there. ``at`` is seconds of the monotonic clock.
    """

    at: float
    browser: str
    user: str
    generation_id: str
    seq: int
    text: str
    source: str = "socket"
    status: str = "running"


@dataclass(frozen=True)
class Answer:
    """One generation as it was stored in the end, beside what the upstream did for it.

    ``statuses`` are all that were read, in order; ``sent`` is what each upstream call sent.
    """

    generation_id: str
    owner: str
    client_request_id: str
    stored: str
    statuses: Sequence[str]
    sent: Sequence[str]


@dataclass
class History:
    """The events in all browsers, and the stored outcome of each generation."""

    shown: list[Shown] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


def violations(history: History) -> list[str]:
    """Every broken promise as a sentence; an empty list means that all were kept."""
    answers = {answer.generation_id: answer for answer in history.answers}
    found: list[str] = []
    for answer in history.answers:
        found += _answer_violations(answer)
    found += _repeated_requests(history.answers)
    for shown in history.shown:
        found += _access_violations(shown, answers)
    for (browser, generation_id), views in _by_view(history.shown).items():
        if answer := answers.get(generation_id):
            found += [f"{browser}: {each}" for each in _view_violations(views, answer)]
    return found


def _answer_violations(answer: Answer) -> Iterator[str]:
    name = answer.generation_id
    yield from (f"stored {name}: {each}" for each in _misnumbered(answer.stored))
    if not any(sent.startswith(answer.stored) for sent in answer.sent or [""]):
        yield f"{name}: what is stored is not the beginning of what the upstream sent"
    yield from _status_violations(answer)
    started = [sent for sent in answer.sent if sent]
    if len(started) > 1:
        yield f"{name}: {len(started)} upstream calls answered one request"


def _status_violations(answer: Answer) -> Iterator[str]:
    ended = [status for status in answer.statuses if status in TERMINAL]
    if not ended:
        yield f"{answer.generation_id}: it never reached a final state"
        return
    if len(set(ended)) > 1:
        yield f"{answer.generation_id}: it ended more than once, as {', '.join(ended)}"
    first = list(answer.statuses).index(ended[0])
    if "running" in answer.statuses[first:]:
        yield f"{answer.generation_id}: it left its final state"


def _repeated_requests(answers: Iterable[Answer]) -> Iterator[str]:
    counted = Counter(answer.client_request_id for answer in answers)
    for request_id, count in counted.items():
        if count > 1:
            yield f"request {request_id} made {count} generations"


def _access_violations(shown: Shown, answers: dict[str, Answer]) -> Iterator[str]:
    answer = answers.get(shown.generation_id)
    if answer is None:
        yield f"{shown.browser}: shown {shown.generation_id}, which nobody asked for"
    elif answer.owner != shown.user:
        yield f"{shown.browser}: {shown.user} was shown a generation of {answer.owner}"


def _by_view(shown: Iterable[Shown]) -> dict[tuple[str, str], list[Shown]]:
    views: dict[tuple[str, str], list[Shown]] = {}
    for each in shown:
        views.setdefault((each.browser, each.generation_id), []).append(each)
    return views


def _view_violations(views: list[Shown], answer: Answer) -> Iterator[str]:
    name = answer.generation_id
    text, seq = "", 0
    for shown in views:
        before = text
        text = shown.text if shown.source == "page" else text + shown.text
        if not text.startswith(before):
            yield f"{name}: text that was shown had gone after a reload"
        if shown.seq < seq or (shown.source == "socket" and shown.seq == seq):
            yield f"{name}: event {shown.seq} came after event {seq}"
        seq = shown.seq
    if not answer.stored.startswith(text):
        yield f"{name}: what was shown is not the beginning of what is stored"
    yield from (f"shown {name}: {each}" for each in _misnumbered(text))
    yield from _end_violations(views, answer)


def _end_violations(views: list[Shown], answer: Answer) -> Iterator[str]:
    ends = [shown for shown in views if shown.source == "socket" and shown.status in TERMINAL]
    if len(ends) > 1:
        yield f"{answer.generation_id}: its end was shown {len(ends)} times"
    for end in ends:
        if answer.statuses and end.status != answer.statuses[-1]:
            yield f"{answer.generation_id}: shown as {end.status}, stored as {answer.statuses[-1]}"


def _misnumbered(text: str) -> Iterator[str]:
    """The faults of a text that should be the tokens 0, 1, 2 … of one generation."""
    tokens = _TOKEN.findall(text)
    if not tokens:
        return
    names = {name for name, _ in tokens}
    if len(names) > 1:
        yield f"tokens of {len(names)} generations are mixed"
    numbers = [int(number) for _, number in tokens]
    repeated = len(numbers) - len(set(numbers))
    if repeated:
        yield f"{repeated} tokens are repeated"
    elif numbers != sorted(numbers):
        yield "tokens are out of order"
    if missing := set(range(numbers[0], max(numbers) + 1)) - set(numbers):
        yield f"{len(missing)} tokens are missing"
