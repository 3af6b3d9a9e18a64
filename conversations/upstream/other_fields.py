"""Fields of a request that no model is sent: harmless ones, and ones that would change the answer.

What changes an answer is sent or refused, and never left out. A field that is in neither of these
lists nor in the table of parameters is unknown, and the site's setting decides.
"""

from collections.abc import Mapping
from typing import Any

# The answer is the same without these: names for the caller's own records, hints for speed and
# storage, and switches of other servers' replies. They may cost more, so they are not sent either.
HARMLESS = frozenset(
    {
        "cache_key", "cache_prompt", "cache_salt", "cached_content", "caching",
        "guided_decoding_backend", "id_slot", "include_usage", "keep_alive", "metadata",
        "prediction", "priority", "prompt_cache_key", "prompt_cache_retention", "request_id",
        "return_progress",
        "safety_identifier", "service_tier", "session_id", "slot_id", "store", "stream_chunk_size",
        "tags", "timings_per_token", "trace", "trace_id", "usage", "user_id",
    }
)  # fmt: skip

# The answer would be another one without these, and no model here is sent them: the value is what a
# client can use instead.
REFUSED: Mapping[str, str] = {
    "modalities": 'Only ["text"] is possible here.',
    "audio": "Only text is possible here.",
    "stop_sequences": "Use stop.",
    **dict.fromkeys(
        ("max_length", "max_new_tokens", "max_output_tokens", "n_predict", "num_predict"),
        "Use max_tokens.",
    ),
    **dict.fromkeys(("format", "json_schema", "response_schema"), "Use response_format."),
    **dict.fromkeys(
        ("generation_config", "generationConfig", "options", "parameters", "sampling_params"),
        "Put its fields at the top level of the body.",
    ),
    **dict.fromkeys(
        ("effort", "thinking_config", "thinkingConfig", "thinking_level", "google"),
        "Use reasoning_effort.",
    ),
    **dict.fromkeys(
        ("reasoning_budget", "reasoning_budget_tokens", "thinking_budget_tokens"),
        "Use thinking_budget.",
    ),
    **dict.fromkeys(("enable_search", "search_parameters"), "Use web_search_options."),
    **dict.fromkeys(("instructions", "system_prompt"), "Use a message with the role system."),
    "random_seed": "Use seed.",
    **dict.fromkeys(
        (
            "add_generation_prompt", "add_special_tokens", "do_sample", "ebnf",
            "include_stop_str_in_output", "mm_processor_kwargs", "penalty_score",
            "prompt_logprobs", "regex", "return_tokens_as_token_ids", "safe_prompt",
            "skip_special_tokens", "spaces_between_special_tokens", "structural_tag",
            "truncate_prompt_tokens", "allowed_token_ids", "bad_words", "best_of", "chat_template",
            "continue_final_message", "documents", "dry_allowed_length", "dry_base",
            "dry_multiplier", "dynatemp_exponent", "dynatemp_range", "echo",
            "guided_whitespace_pattern", "ignore_eos", "length_penalty", "logits_processors",
            "min_keep", "min_tokens", "mirostat", "mirostat_eta",
            "mirostat_tau", "num_ctx", "penalize_newline", "plugins", "prefix",
            "prompt", "repeat_last_n", "samplers", "stop_token_ids", "suffix", "system", "tfs_z",
            "top_a", "top_n_sigma", "typical_p", "use_beam_search", "vllm_xargs", "xtc_probability",
            "xtc_threshold",
        ),
        "",
    ),
}  # fmt: skip
# Values that ask for nothing, beside those that are empty, false or 0.
_NEUTRAL: Mapping[str, Any] = {
    "modalities": ["text"], "best_of": 1, "length_penalty": 1, "tfs_z": 1, "typical_p": 1,
    "penalty_score": 1,
}  # fmt: skip
# Switches that are on unless a request turns them off.
_ON = frozenset(
    {"add_special_tokens", "do_sample", "skip_special_tokens", "spaces_between_special_tokens"}
)


def asks_for_something(name: str, value: Any) -> bool:
    """Return whether the field, one of REFUSED, asks for anything with this value."""
    if name in _ON:
        return value is not None and value is not True
    return bool(value) and value != _NEUTRAL.get(name)
