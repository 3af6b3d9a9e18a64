"""The answers in the database, by themselves and beside what the pages were shown."""

import psycopg

from tests.bench.checker import Answer, History, violations
from tests.bench.outages.stage import Stage, stored
from tests.bench.upstream import last_words, sent_text

_EMPTY = {
    "generations still running": """
        SELECT count(*) FROM conversations_generation WHERE status = 'running'
    """,
    "holds left": "SELECT count(*) FROM conversations_hold",
    "tokens still held": "SELECT coalesce(sum(held), 0) FROM conversations_counter",
    "generations without one ledger entry": """
        SELECT count(*) FROM conversations_generation WHERE (
            SELECT count(*) FROM conversations_ledgerentry AS entry
            WHERE entry.generation_id = conversations_generation.id) <> 1
    """,
    "logs with a gap or another end than one": """
        SELECT count(*) FROM (
            SELECT generation_id FROM conversations_loggedevent GROUP BY generation_id
            HAVING count(*) <> max(seq)
                OR count(*) FILTER (WHERE payload LIKE '{"type":"finished"%') <> 1) AS wrong
    """,
    "generations with other than one message": """
        SELECT count(*) FROM conversations_generation WHERE conversation_id IS NOT NULL AND (
            SELECT count(*) FROM conversations_message
            WHERE generation_id = conversations_generation.id) <> 1
    """,
    "tokens settled and not in the ledger": """
        SELECT abs(coalesce(sum(used), 0) - (
            SELECT coalesce(sum(prompt_tokens + completion_tokens), 0)
            FROM conversations_ledgerentry))
        FROM conversations_counter
    """,
}  # fmt: skip


def wrong_records(address: str) -> list[str]:
    """The sentences that the tables contradict."""
    with psycopg.connect(address) as connection:
        counts = {
            name: connection.execute(statement).fetchone()[0]  # type: ignore[arg-type, index]
            for name, statement in _EMPTY.items()
        }
    return [f"{count} {name}" for name, count in counts.items() if count]


async def broken_promises(stage: Stage) -> list[str]:
    """A comparison of what the pages were shown, what is stored and what the upstream sent."""
    calls, _ = await stage.upstream.record()
    history = History()
    for stream in stage.streams:
        messages = [await stored(stream, site.url) for site in stage.sites]
        sent = [sent_text(call) for call in calls if stream.mark in last_words(call)]
        statuses = [message["generation"]["status"] for message in messages]
        for tab in stream.tabs:
            history.shown += tab.history
        history.answers.append(
            Answer(
                stream.generation_id, stream.tab.account.name, stream.mark,
                messages[0]["content"], statuses, sent,
            )
        )  # fmt: skip
    return violations(history)


async def not_completed(stage: Stage) -> list[str]:
    """The answers that the upstream completed and the site did not."""
    calls, _ = await stage.upstream.record()
    found = [
        f"{stream.generation_id} ended as {stream.status}"
        for stream in stage.streams
        if stream.status != "completed"
    ]
    texts = {sent_text(call) for call in calls}
    for number, reply in enumerate(stage.replies):
        if reply.text not in texts or reply.finish_reason != "stop" or not reply.is_done:
            end = reply.failure or reply.finish_reason
            found.append(f"reply {number} to a program: {reply.text.count('<')} tokens, {end}")
    return found
