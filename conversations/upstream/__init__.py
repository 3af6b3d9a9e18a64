"""Client for servers that speak ``POST /chat/completions``.

Pure: the standard library, httpx over aiohttp's connections, and msgspec; no Django. Replies of
every form become the ``types`` of this package, and every failure becomes one of its ``errors``.

    async with Upstream(base_url, api_key, dialect=SILICONFLOW) as upstream:
        async with upstream.stream(request, stop) as stream:
            while chunks := await stream.read():
                ...
        stream.finish_reasons, stream.usage, stream.complete
"""

from .address import BadAddress, check_base_url, check_header
from .address_policy import AddressPolicy
from .bounds import Caps, Clocks
from .client import Upstream
from .consistency import TOOL_CHOICES, check_consistency
from .dialects import (
    DIALECTS,
    GENERIC,
    LLAMACPP,
    OLLAMA,
    OPENAI,
    SILICONFLOW,
    VLLM,
    Dialect,
    InlineThinking,
    ReplayReasoning,
)
from .errors import (
    AddressRefused,
    BadAnswer,
    Busy,
    ContentPolicy,
    ContextOverflow,
    Denied,
    EmptyAnswer,
    Failed,
    Forbidden,
    KeyUnreadable,
    Malformed,
    NotAStream,
    OutOfBalance,
    Overloaded,
    RateLimited,
    Redirected,
    RequestRejected,
    TimedOut,
    TooLarge,
    Truncated,
    Unauthorised,
    UnknownModel,
    Unreachable,
    UpstreamError,
)
from .fields import InvalidField
from .models_list import ListedModels
from .other_fields import HARMLESS, REFUSED, asks_for_something
from .parameter import Parameter, Range
from .parameters import (
    ALIASES,
    BY_NAME,
    DEFAULT_RANGES,
    MOST_STOP_SEQUENCES,
    MOST_TOOLS,
    PARAMETERS,
)
from .quotation import without_quotations
from .ranges import Fitted, Ranges, check, find_invalid, fit, nearest
from .redaction import excerpt
from .request import CompletionRequest
from .response_format import ResponseFormat
from .sse import ServerSentEvent, SSEDecoder
from .stream import CompletionStream
from .tools import Tool
from .types import (
    ChatMessage,
    Chunk,
    ChunkChoice,
    Delta,
    FinishReason,
    Role,
    ToolCall,
    ToolCallDelta,
    Usage,
)

__all__ = [
    "ALIASES",
    "BY_NAME",
    "DEFAULT_RANGES",
    "DIALECTS",
    "GENERIC",
    "HARMLESS",
    "LLAMACPP",
    "MOST_STOP_SEQUENCES",
    "MOST_TOOLS",
    "OLLAMA",
    "OPENAI",
    "PARAMETERS",
    "REFUSED",
    "SILICONFLOW",
    "TOOL_CHOICES",
    "VLLM",
    "AddressPolicy",
    "AddressRefused",
    "BadAddress",
    "BadAnswer",
    "Busy",
    "Caps",
    "ChatMessage",
    "Chunk",
    "ChunkChoice",
    "Clocks",
    "CompletionRequest",
    "CompletionStream",
    "ContentPolicy",
    "ContextOverflow",
    "Delta",
    "Denied",
    "Dialect",
    "EmptyAnswer",
    "Failed",
    "FinishReason",
    "Fitted",
    "Forbidden",
    "InlineThinking",
    "InvalidField",
    "KeyUnreadable",
    "ListedModels",
    "Malformed",
    "NotAStream",
    "OutOfBalance",
    "Overloaded",
    "Parameter",
    "Range",
    "Ranges",
    "RateLimited",
    "Redirected",
    "ReplayReasoning",
    "RequestRejected",
    "ResponseFormat",
    "Role",
    "SSEDecoder",
    "ServerSentEvent",
    "TimedOut",
    "TooLarge",
    "Tool",
    "ToolCall",
    "ToolCallDelta",
    "Truncated",
    "Unauthorised",
    "UnknownModel",
    "Unreachable",
    "Upstream",
    "UpstreamError",
    "Usage",
    "asks_for_something",
    "check",
    "check_base_url",
    "check_consistency",
    "check_header",
    "excerpt",
    "find_invalid",
    "fit",
    "nearest",
    "without_quotations",
]
