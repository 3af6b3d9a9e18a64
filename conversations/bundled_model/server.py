"""The process of the bundled model: a llama.cpp server on a free loopback port.

Run as `python -m conversations.bundled_model.server WEIGHTS`. Prints its address as its only line,
and ends when its standard input closes, so that it never outlives its parent, even a killed one.
(Linux can signal a child when its parent dies, but means the thread that started it.)
"""

import os
import sys

import xllamacpp

MODEL_NAME = "SmolLM2-135M-Instruct"
# The server runs at most this many choices at once; the others wait in its queue.
PARALLEL = 4
CONTEXT_TOKENS = 4096
# Small, because an abandoned request occupies its place until the running batch is done.
BATCH_TOKENS = 64
SSE_PING_SECONDS = 1
# The longest answer to a request without max_tokens.
DEFAULT_MAX_TOKENS = 1024


def parameters(weights: str) -> xllamacpp.CommonParams:
    """Return the server's settings: quiet, on loopback, without its own pages."""
    chosen = xllamacpp.CommonParams()
    chosen.model.path = weights
    chosen.model_alias = [MODEL_NAME]
    chosen.port = 0
    chosen.ui = False
    chosen.verbosity = 1
    chosen.n_parallel = PARALLEL
    chosen.n_ctx = PARALLEL * CONTEXT_TOKENS
    chosen.n_batch = BATCH_TOKENS
    chosen.n_predict = DEFAULT_MAX_TOKENS
    chosen.sse_ping_interval = SSE_PING_SECONDS
    threads = max(1, (os.cpu_count() or 1) - 1)
    chosen.cpuparams.n_threads = threads
    chosen.cpuparams_batch.n_threads = threads
    return chosen


def main() -> None:
    """Serve until standard input ends."""
    # The server stops when this object is garbage-collected.
    server = xllamacpp.Server(parameters(sys.argv[1]))
    print(server.listening_address, flush=True)  # noqa: T201 - the address is this program's output
    while os.read(sys.stdin.fileno(), 4096):
        pass
    # Not sys.exit: shutting the server down would wait for its abandoned answers.
    os._exit(0)


if __name__ == "__main__":
    main()
