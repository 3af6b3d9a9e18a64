"""Decides whether a listed model is for chat, by its server's own words, or else by its name.

Servers list models for embeddings, reranking, pictures or speech beside those for chat, which the
endpoint of chat refuses. There is no common field for it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

# Together, LM Studio, SiliconFlow, Xinference, GitHub, Fireworks, LiteLLM, Hugging Face, Cohere,
# one-api and Gemini, in this order as far as each has one of its own. Values are texts or lists.
_WORDS = (
    "type", "sub_type", "model_type", "task", "kind", "mode", "pipeline_tag", "endpoints",
    "supported_endpoint_types", "supported_generation_methods", "supportedGenerationMethods",
    "capabilities",
)  # fmt: skip
# Mistral, Azure and Fireworks: flags, whose absence says nothing.
_FLAGS = ("completion_chat", "chat_completion", "supports_chat")
_CHAT = {
    "chat", "llm", "vlm", "language", "code", "chat-completion", "chat-completions", "completion",
    "completions", "conversational", "generate", "generatecontent", "openai", "text-generation",
    "image-text-to-text", "audio-text-to-text", "video-text-to-text", "any-to-any",
}  # fmt: skip
_OTHER = re.compile(
    r"embed|rerank|image|picture|video|audio|speech|voice|tts|asr|stt|transcri|moderat|classif"
    r"|similar|diffusion|feature-extraction|\bbert\b"
)
_OTHER_NAMES = re.compile(
    # Parts of names that are long enough to stand for one use alone.
    r"embed|rerank|whisper|minilm|mpnet|colbert|sentence-|paraphrase|transcri|moderation|speech"
    r"|voice|text-to-|stable-?diffusion|sdxl|dall-?e-?\d|seedream|cogview|cogvideo|hunyuanvideo"
    r"|kolors|paraformer|tts|sovits|ltx-video|turbo-instruct"
    # Short ones, which have to stand alone, with a number at most.
    r"|(?<![a-z0-9])(?:bge|gte|e5(?!\d)|m3e|bce|voyage|asr|stt|flux|image|imagen|veo|sora|clip|siglip"
    r"|t2i|t2v|i2v|realtime|reward|prm|midjourney|recraft|ideogram|babbage|davinci)(?![a-z])"
)


def is_for_chat(name: str, entry: Mapping[str, Any]) -> bool:
    """Return whether the model of that entry in a list is for chat, as far as can be told."""
    flags = [flag for flag in _flags(entry) if isinstance(flag, bool)]
    if flags:
        return any(flags)
    said = {word.strip().lower().replace("_", "-").replace(" ", "-") for word in _words(entry)}
    if said & _CHAT:
        return True
    if any(_OTHER.search(word) for word in said) or not _writes_text(entry):
        return False
    return not _OTHER_NAMES.search(name.lower())


def _flags(entry: Mapping[str, Any]) -> Iterator[Any]:
    for place in (entry, entry.get("capabilities")):
        if isinstance(place, dict):
            yield from (place.get(name) for name in _FLAGS)


def _words(entry: Mapping[str, Any]) -> Iterator[str]:
    details = entry.get("details")
    # Ollama's own list tells a model for embeddings by its family.
    families = details.get("family") if isinstance(details, dict) else None
    for value in (*(entry.get(name) for name in _WORDS), families):
        # Cloudflare's task is an object with a name.
        found = value.get("name") if isinstance(value, dict) else value
        for each in found if isinstance(found, list) else (found,):
            if isinstance(each, str):
                yield each


def _writes_text(entry: Mapping[str, Any]) -> bool:
    """Return False if the entry says what the model writes, as OpenRouter's do, and no text."""
    architecture = entry.get("architecture")
    written = architecture.get("output_modalities") if isinstance(architecture, dict) else None
    return not isinstance(written, list) or not written or "text" in written
