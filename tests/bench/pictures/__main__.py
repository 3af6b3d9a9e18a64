"""Take the pictures of the README again: `python -m tests.bench.pictures`.

The site is `manage.py serve` and the browser is Chromium; only the answers are written by hand, in
`tests/upstreams/demo.py` and `tests/bench/shots/`, because the bundled model is too small to say
anything worth a picture. The letters are those of the machine.
Exit code 1 when a reload after `kill -9` does not show all that was on the page before, or when a
page could not be brought into its state. `--without-film` leaves the moving picture as it is.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.bench.pictures.album import take_album
from tests.bench.pictures.kill import film_of_a_kill
from tests.bench.pictures.scene import Scene
from tests.bench.pictures.still import take_stills
from tests.bench.process import ROOT


async def take(folder: Path, *, films: bool) -> bool:
    """Write all pictures into a folder; False when an answer lost anything on the way, or when
    one could not be taken."""
    async with Scene() as scene:
        await take_stills(scene, folder)
        kept = not films or await film_of_a_kill(scene, folder / "kill.webp")
    failed = await take_album(folder)
    print("\n".join(failed))  # noqa: T201
    return kept and not failed


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Take the pictures of the README again.")
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument("--without-film", action="store_true")
    options = parser.parse_args()
    return int(not asyncio.run(take(options.folder, films=not options.without_film)))


if __name__ == "__main__":
    sys.exit(main())
