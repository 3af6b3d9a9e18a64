"""Which of the models that a server lists are for chat: its own words first, then their names."""

from typing import Any

import pytest

from conversations.upstream.models_list import ListedModels, read_models

CHAT_NAMES = """
gpt-4o gpt-4.1-mini gpt-5 o3-mini chatgpt-4o-latest gpt-4o-audio-preview codestral-latest
Qwen/QwQ-32B Qwen/Qwen2.5-72B-Instruct-128K Qwen/Qwen2.5-VL-72B-Instruct Qwen2-Audio-7B-Instruct
deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B deepseek-ai/DeepSeek-OCR THUDM/glm-4-9b-chat GLM-4.5V
meta-llama/Llama-Guard-4-12B mistral-large-latest magistral-medium-2506 pixtral-12b-2409
claude-sonnet-4-5 gemini-2.5-pro models/gemma-3-27b-it grok-2-vision grok-4 kimi-k2-instruct
llama3.2:1b phi4-mini command-r-plus c4ai-aya-expanse-32b internlm/internlm2_5-20b-chat
nvidia/llama-3.1-nemotron-70b-instruct moonshotai/Moonlight-16B tencent/Hunyuan-A13B-Instruct
smollm2 SmolLM2-135M good slow 429 flu-expert imagery-7b clipper e5000-chat
"""
OTHER_NAMES = """
text-embedding-3-small text-embedding-ada-002 nomic-embed-text:latest mxbai-embed-large
BAAI/bge-m3 Pro/BAAI/bge-reranker-v2-m3 BAAI/bge-large-zh-v1.5 netease-youdao/bce-embedding-base_v1
Qwen/Qwen3-Embedding-8B Qwen/Qwen3-Reranker-0.6B thenlper/gte-large intfloat/multilingual-e5-large
moka-ai/m3e-base jina-embeddings-v3 jina-clip-v2 jina-colbert-v2 embeddinggemma voyage-3-large
sentence-transformers/all-MiniLM-L6-v2 all-mpnet-base-v2 rerank-v3.5 models/text-embedding-004
whisper-1 gpt-4o-transcribe gpt-4o-mini-tts tts-1-hd FunAudioLLM/SenseVoiceSmall CosyVoice2-0.5B
fishaudio/fish-speech-1.5 qwen3-asr-flash gpt-4o-realtime-preview omni-moderation-latest
dall-e-3 gpt-image-1 Qwen/Qwen-Image black-forest-labs/FLUX.1-schnell Kwai-Kolors/Kolors
stabilityai/stable-diffusion-xl-base-1.0 imagen-4.0-generate-001 sora-2 veo-3.0-generate
Wan-AI/Wan2.1-T2V-14B Wan-AI/Wan2.2-I2V-A14B tencent/HunyuanVideo
IndexTeam/IndexTTS-2 fnlp/MOSS-TTSD-v0.5 RVC-Boss/GPT-SoVITS Lightricks/LTX-Video
Skywork/Skywork-Reward-Llama-3.1-8B babbage-002 davinci-002 gpt-3.5-turbo-instruct
"""


def not_for_chat(**entry: Any) -> bool:
    listed = read_models({"data": [{"id": "some-model", **entry}]})
    assert listed.names == [entry.get("id", "some-model")]
    return bool(listed.not_for_chat)


@pytest.mark.parametrize("name", CHAT_NAMES.split())
def test_a_model_that_nothing_speaks_against_is_for_chat(name: str) -> None:
    assert not not_for_chat(id=name, object="model", owned_by="openai")


@pytest.mark.parametrize("name", OTHER_NAMES.split())
def test_a_model_with_the_name_of_another_use_is_not_for_chat(name: str) -> None:
    assert not_for_chat(id=name, object="model", owned_by="openai")


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "embedding"},
        {"type": "embeddings"},
        {"type": "rerank"},
        {"type": "image"},
        {"type": "audio"},
        {"type": "transcribe"},
        {"type": "text", "sub_type": "embedding"},
        {"type": "text", "sub_type": "reranker"},
        {"sub_type": "text-to-image"},
        {"model_type": "embedding"},
        {"model_type": "rerank"},
        {"task": "embeddings"},
        {"task": {"id": "7", "name": "Text Embeddings", "description": "Chat with vectors."}},
        {"task": {"name": "Automatic Speech Recognition"}},
        {"pipeline_tag": "feature-extraction"},
        {"pipeline_tag": "sentence-similarity"},
        {"pipeline_tag": "text-to-image"},
        {"kind": "EMBEDDING_MODEL"},
        {"mode": "image_generation"},
        {"mode": "audio_transcription"},
        {"endpoints": ["embed", "classify"]},
        {"supported_endpoint_types": ["jina-rerank"]},
        {"supported_generation_methods": ["embedContent"]},
        {"capabilities": ["embedding"]},
        {"capabilities": {"completion_chat": False, "completion_fim": False}},
        {"capabilities": {"chat_completion": False, "embeddings": True}},
        {"supports_chat": False},
        {"architecture": {"input_modalities": ["text"], "output_modalities": ["embeddings"]}},
        {"architecture": {"output_modalities": ["image"]}},
        {"details": {"family": "nomic-bert"}},
    ],
    ids=str,
)
def test_the_servers_own_words_decide_against_chat(entry: dict[str, Any]) -> None:
    assert not_for_chat(**entry)


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "chat"},
        {"type": "llm"},
        {"type": "vlm"},
        {"type": "text", "sub_type": "chat"},
        {"model_type": "LLM"},
        {"task": "chat-completion"},
        {"task": {"name": "Text Generation"}},
        {"pipeline_tag": "image-text-to-text"},
        {"mode": "chat"},
        {"endpoints": ["chat", "rerank"]},
        {"supported_endpoint_types": ["openai", "image-generation"]},
        {"supportedGenerationMethods": ["generateContent", "countTokens"]},
        {"capabilities": ["completion", "tools", "embedding"]},
        {"capabilities": {"completion_chat": True, "vision": True}},
        {"supports_chat": True},
    ],
    ids=str,
)
def test_the_servers_own_words_decide_for_chat_against_a_name(entry: dict[str, Any]) -> None:
    assert not not_for_chat(id="text-embedding-that-chats", **entry)


@pytest.mark.parametrize(
    "entry",
    [
        {"type": None, "capabilities": None, "architecture": None, "details": None},
        {"type": 5, "task": [], "endpoints": [5, None], "capabilities": {"tools": True}},
        {"type": "text", "capabilities": ["tool_use"], "supports_chat": "no"},
        {"architecture": {"output_modalities": ["text", "image"]}},
        {"architecture": {"output_modalities": []}, "details": {"family": "qwen2"}},
    ],
    ids=str,
)
def test_words_that_say_nothing_leave_the_name(entry: dict[str, Any]) -> None:
    assert not not_for_chat(id="some-model", **entry)
    assert not_for_chat(id="bge-m3", **entry)


def test_every_kind_of_list_is_read() -> None:
    assert read_models(["bge-m3", "phi4"]) == ListedModels(["bge-m3", "phi4"], {"bge-m3"})
    ollama = {"models": [{"name": "a", "details": {"family": "bert"}}, {"name": "b"}]}
    assert read_models(ollama) == ListedModels(["a", "b"], {"a"})
    twice = [{"id": "a", "type": "chat"}, {"id": "a", "type": "embedding"}, {"id": ""}, 5, {}]
    assert read_models({"data": twice}) == ListedModels(["a"], frozenset())
