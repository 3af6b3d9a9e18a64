"""Decides from a history and the records alone whether the site kept its four promises.

1. Committed: what was shown is in the log or the message, in order, not repeated, not changed.
2. One end: each turn ends in exactly one final state, with one entry in the ledger.
3. Limits: settled and held together are never above a limit, and nothing is held in the end.
4. Snapshots: a shared page is its snapshot.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from uuid import UUID

from conversations.transcript import Finished, decode, fold
from tests.bench.chaos.history import ApiReply, History, ShownMessage
from tests.bench.chaos.records import CounterRow, LinkRow, Records
from tests.bench.checker import TERMINAL

# Markdown takes the angle brackets of a token for those of a link.
_TOKEN = re.compile(r"gen:\d+:\d+")
_TAG = re.compile(r"<[^>]*>")
# (user, measure) -> the limit in all.
Limits = Mapping[tuple[int, str], int]


def violations(history: History, records: Records, limits: Limits) -> list[str]:
    """Every broken promise as a sentence; an empty list means that all were kept."""
    return [
        *history.broken,
        *_committed(history, records),
        *_replies_committed(history, records),
        *_one_end(history, records),
        *_repeats(history, records),
        *_settled(records, limits),
        *(each for link in records.links.values() for each in _rendered(link)),
    ]


def _committed(history: History, records: Records) -> Iterator[str]:
    for shown in history.events:
        # Ten minutes after its end, by the clock of any process, an answer has no events.
        if (log := records.events.get(shown.generation_id)) is None:
            yield f"{shown.tab}: shown {shown.generation_id}, which is stored nowhere"
        elif log and json.loads(log.get(shown.seq, "null")) != shown.event:
            yield (
                f"{shown.tab}: event {shown.seq} of {shown.generation_id} was shown as "
                f"{shown.event}, and is stored as {log.get(shown.seq)}"
            )
    for message in history.messages:
        yield from _message_committed(message, records)


def _message_committed(shown: ShownMessage, records: Records) -> Iterator[str]:
    what = f"{shown.tab}: message {shown.message_id} at event {shown.seq}"
    stored, log = records.messages.get(shown.message_id), records.events.get(shown.generation_id)
    if stored is None or log is None:
        yield f"{what} is stored nowhere"
    # One that was continued has a later generation, and begins with what was shown before it.
    elif not stored.content.startswith(shown.content):
        yield f"{what} was shown as {shown.content!r}, and is stored as {stored.content!r}"
    elif log and not shown.content.endswith(_folded(log, shown.seq)):
        yield f"{what} was shown as {shown.content!r}, which its log does not have"
    elif log and shown.seq and shown.status in TERMINAL and shown.seq != max(log):
        yield f"{what} has more events after its end"


def _folded(log: Mapping[int, str], until: int) -> str:
    events = [decode(log[seq]) for seq in sorted(log) if seq <= until]
    return fold(events).choice(0).content


def _replies_committed(history: History, records: Records) -> Iterator[str]:
    entries = {entry.generation_id: entry for entry in records.ledger}
    for reply in history.replies:
        if reply.generation_id is None:
            continue
        what = f"{reply.person}: the reply {reply.generation_id}"
        row = records.generations.get(reply.generation_id)
        if row is None:
            yield f"{what} is of a generation that is stored nowhere"
        elif reply.is_done and row.status not in TERMINAL - {"interrupted"}:
            yield f"{what} had its end, and is stored as {row.status}"
        elif reply.is_done and reply.usage != _charged(entries[reply.generation_id].__dict__):
            yield f"{what} told the usage {reply.usage}, and another was charged"
        else:
            yield from _kept(what, reply, records.kept.get(reply.generation_id, ""))


def _charged(entry: Mapping[str, int]) -> dict[str, int]:
    counts = {name: entry[name] for name in ("prompt_tokens", "completion_tokens")}
    return {**counts, "total_tokens": sum(counts.values())}


def _kept(what: str, reply: ApiReply, kept: str) -> Iterator[str]:
    if not kept:
        return
    content = json.loads(kept)["choices"][0]["message"]["content"] or ""
    if not content.startswith(reply.text) or (reply.is_done and content != reply.text):
        yield f"{what} was {reply.text!r}, and is stored as {content!r}"


def _one_end(history: History, records: Records) -> Iterator[str]:
    entries = Counter(entry.generation_id for entry in records.ledger)
    for pk, row in records.generations.items():
        if row.status not in TERMINAL:
            yield f"{pk} never ended"
        if entries[pk] != 1:
            yield f"{pk} has {entries[pk]} entries in the ledger"
        if row.conversation_id and records.events[pk]:
            yield from _one_last_event(pk, row.status, row.last_seq, records.events[pk])
    for shown in history.messages:
        yield from _same_end(shown.tab, shown.generation_id, shown.status, records)
    for event in history.events:
        if event.event["type"] == "finished":
            yield from _same_end(event.tab, event.generation_id, event.event["cause"], records)


def _one_last_event(pk: UUID, status: str, last_seq: int, log: Mapping[int, str]) -> Iterator[str]:
    if sorted(log) != list(range(1, len(log) + 1)):
        yield f"{pk}: its log has gaps: {sorted(log)}"
    ends = {seq: event.cause for seq, payload in log.items()
            if isinstance(event := decode(payload), Finished)}  # fmt: skip
    if ends != {last_seq: status}:
        yield f"{pk} is {status} at {last_seq}, and has the ends {ends}"


def _same_end(tab: str, pk: UUID, shown: str, records: Records) -> Iterator[str]:
    row = records.generations.get(pk)
    if row and shown in TERMINAL and shown != row.status:
        yield f"{tab}: {pk} was shown as {shown}, and is {row.status}"


def _repeats(history: History, records: Records) -> Iterator[str]:
    made = Counter(row.client_request_id for row in records.generations.values())
    for request, generation in history.turns.items():
        if made[request] != 1:
            yield f"the turn {request} has {made[request]} generations, one is {generation}"
    charged = {entry.generation_id for entry in records.ledger if entry.requests}
    by_key: dict[str, dict[UUID, str]] = {}
    for reply in history.replies:
        if reply.generation_id in charged and reply.is_done:
            by_key.setdefault(reply.key, {})[reply.generation_id] = reply.text
    for key, answers in by_key.items():
        if len(answers) > 1:
            yield f"the Idempotency-Key {key} was charged {len(answers)} times"


def above_limits(counters: list[CounterRow], limits: Limits) -> Iterator[str]:
    """The counters that are above their limits at one moment.

    The token at which an answer finds that nothing is left is charged as well, as is promised.
    """
    answers = {
        each.user_id: each.used + each.held for each in counters if each.measure == "requests"
    }
    for each in counters:
        limit = limits.get((each.user_id, each.measure))
        more = answers.get(each.user_id, 0) if each.measure == "tokens" else 0
        if limit is not None and each.used + each.held > limit + more:
            yield f"user {each.user_id} has {each.used}+{each.held} of {limit} {each.measure}"


def _settled(records: Records, limits: Limits) -> Iterator[str]:
    yield from above_limits(records.counters, limits)
    if records.holds:
        yield f"{records.holds} holds are left"
    charged: Counter[tuple[int, str]] = Counter()
    for entry in records.ledger:
        charged[entry.user_id, "requests"] += entry.requests
        charged[entry.user_id, "tokens"] += entry.tokens
    for each in records.counters:
        if each.held:
            yield f"user {each.user_id} still holds {each.held} {each.measure}"
        if each.used != charged[each.user_id, each.measure]:
            yield (
                f"user {each.user_id} has used {each.used} {each.measure}, "
                f"and was charged {charged[each.user_id, each.measure]}"
            )


def _rendered(link: LinkRow) -> Iterator[str]:
    shown = _TOKEN.findall(html.unescape(_TAG.sub("", link.article)))
    stored = _TOKEN.findall(json.dumps(link.snapshot))
    if shown != stored:
        yield f"the page of the link {link.id} has not the text of its snapshot"
