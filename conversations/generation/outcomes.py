"""Counts the answers of this process for its metrics: those that run, and how the others ended."""

from collections.abc import Sequence

from chatsite import metrics
from conversations.generation.run import Run
from conversations.models import LanguageModel
from conversations.transcript import Finished


def by_kind(runs: Sequence[Run]) -> dict[str, float]:
    """The numbers of runs of the page and of programs."""
    of_programs = sum(run.api_key_id is not None for run in runs)
    return {"page": len(runs) - of_programs, "api": of_programs}


def count(run: Run, model: LanguageModel, last: Finished) -> None:
    """Count an answer that has ended and is stored."""
    provider, name = model.provider.name, model.name
    metrics.GENERATIONS.labels(provider, name, last.cause).inc()
    if last.error:
        metrics.GENERATION_ERRORS.labels(provider, last.error.code).inc()
    if run.first_token_ms is not None:
        metrics.FIRST_TOKEN_SECONDS.labels(provider, name).observe(run.first_token_ms / 1000)
    metrics.TOKENS.labels(provider, name, "completion").inc(run.tokens)
    if run.usage:
        metrics.TOKENS.labels(provider, name, "prompt").inc(run.usage.prompt_tokens)
