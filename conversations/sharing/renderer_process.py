"""The process of the renderer: V8 with the script of the conversation page, one text at a time.

Run as a file, since it needs nothing of the site. Each line of its input is a request in JSON; each
line of its output is the answer. It ends when its input does, so that it never outlives its parent;
and whatever else goes wrong ends it as well, since another is started for the next text.
"""

import json
import os
import signal
import sys
from html.entities import html5
from typing import Any

from py_mini_racer import MiniRacer, init_mini_racer

# Of V8 for all that a text makes; a text of 200 kB needs a tenth.
MOST_BYTES = 256 * 1024 * 1024
# Small spaces for what is new, so that a process that waits for a text keeps some 40 MB less.
_FLAGS = ("--single-threaded", "--max-semi-space-size=2")


def main() -> None:
    """Answer requests until the input ends. The first has the script, the others texts."""
    init_mini_racer(flags=_FLAGS)
    context = MiniRacer()
    context.set_hard_memory_limit(MOST_BYTES)
    for line in sys.stdin:
        request = json.loads(line)
        # The kernel ends this process when it has used that much time of a processor, which does
        # not depend on what else the machine does, and holds for V8's own code too.
        signal.setitimer(signal.ITIMER_PROF, request["seconds"])
        answer = _answer(context, request)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.buffer.write(f"{answer}\n".encode())
        sys.stdout.buffer.flush()


def _answer(context: MiniRacer, request: dict[str, Any]) -> object:
    if "script" not in request:
        arguments = json.dumps(request["arguments"])
        return context.eval(f"JSON.stringify(renderer.{request['function']}(...{arguments}))")
    context.eval(request["script"])
    names = {name[:-1]: text for name, text in html5.items() if name.endswith(";")}
    context.eval(f"renderer.setReferences({json.dumps(names)})")
    return "null"


if __name__ == "__main__":
    try:
        main()
    finally:
        # Not sys.exit, which would wait for V8's threads for ever.
        os._exit(0)
