"""Take the pictures of the README again: `python -m tests.bench.pictures`.

The site is `manage.py serve` and the browser is Chromium; only the answers are written by hand, in
`tests/upstreams/demo.py`, because the bundled model is too small to say anything worth a picture.
The letters are those of the machine; the pictures in the repository have Inter and JetBrains Mono.
Exit code 1 when a reload after `kill -9` does not show all that was on the page before.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.bench.pictures.kill import film_of_a_kill
from tests.bench.pictures.scene import Scene
from tests.bench.pictures.still import take_stills
from tests.bench.process import ROOT


async def take(folder: Path) -> bool:
    """Write all pictures into a folder; False when an answer lost anything on the way."""
    async with Scene() as scene:
        await take_stills(scene, folder)
        return await film_of_a_kill(scene, folder / "kill.webp")


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Take the pictures of the README again.")
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "pictures")
    return int(not asyncio.run(take(parser.parse_args().folder)))


if __name__ == "__main__":
    sys.exit(main())
