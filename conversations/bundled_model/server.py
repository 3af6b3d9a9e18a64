"""The process of the bundled model: a llama.cpp server on a free loopback port.

Run as `python -m conversations.bundled_model.server WEIGHTS`. Prints its address as its first and
only line, and ends when its standard input does, so that it never outlives its parent, however
that one died. (Linux can signal a child when its parent dies, but counts the parent's thread.)
"""

import os
import sys

import xllamacpp

MODEL_NAME = "SmolLM2-135M-Instruct"
# A server answers at most this many choices or people at once; the rest wait in its queue.
PARALLEL = 4
CONTEXT_TOKENS = 4096
# Small, because an abandoned request holds its place until the running batch is done.
BATCH_TOKENS = 64
SSE_PING_SECONDS = 1
# Answers when a request does not say how long it may be.
DEFAULT_MAX_TOKENS = 1024


def parameters(weights: str) -> xllamacpp.CommonParams:
    """How the server runs: quiet, on loopback, without its own pages."""
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
    # Kept referenced: the server stops when the object goes.
    server = xllamacpp.Server(parameters(sys.argv[1]))
    print(server.listening_address, flush=True)  # noqa: T201 - the address is this program's output
    while os.read(sys.stdin.fileno(), 4096):
        pass
    # Not sys.exit: taking the server down waits for the answers it is giving to nobody.
    os._exit(0)


if __name__ == "__main__":
    main()
