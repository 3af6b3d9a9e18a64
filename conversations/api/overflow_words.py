"""The sentence for a prompt that is too long, in OpenAI's words.

litellm, aider, LangChain, Cline and others look for these words, beside the code, and then shorten
the conversation by themselves. So they are never translated. The page has a sentence of its own
(``generation/error_texts.py``).
"""

from conversations.upstream import ContextOverflow


def overflow_words(error: ContextOverflow) -> str:
    """The sentence, with the numbers that are known."""
    limit = f"{error.limit} tokens" if error.limit else "exceeded"
    return f"This model's maximum context length is {limit}. However, {_asked(error)}."


def _asked(error: ContextOverflow) -> str:
    prompt, answer = error.prompt_tokens, error.answer_tokens
    if prompt and answer:
        return (
            f"you requested {prompt + answer} tokens ({prompt} in the messages, {answer} in the "
            "completion). Please reduce the length of the messages or completion"
        )
    tokens = f"{prompt} tokens" if prompt else "more tokens"
    return f"your messages resulted in {tokens}. Please reduce the length of the messages"
