"""`manage.py` of a process that notes its tasks, which nobody can count from outside.

TASKS_FILE=/tmp/tasks python -m tests.bench.observed serve
"""

import asyncio
import json
import os
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from chatsite.commands import run

SECONDS = 2.0


def _note(file: Path) -> None:
    while True:
        time.sleep(SECONDS)
        if reactor := sys.modules.get("twisted.internet.reactor"):
            # It may lose a race with the loop, and looks again soon.
            with suppress(RuntimeError):
                tasks = asyncio.all_tasks(reactor._asyncioEventloop)  # type: ignore[attr-defined]
                kinds = Counter(getattr(task.get_coro(), "__qualname__", "other") for task in tasks)
                # Whoever reads it gets all of it.
                written = file.with_suffix(".new")
                written.write_text(json.dumps(kinds))
                written.replace(file)


if __name__ == "__main__":
    observer = threading.Thread(target=_note, args=[Path(os.environ["TASKS_FILE"])], daemon=True)
    observer.start()
    run(["manage.py", *sys.argv[1:]])
