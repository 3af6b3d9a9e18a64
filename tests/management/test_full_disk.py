"""A site whose disk becomes full while it runs, and has room again."""

import http.cookiejar
import os
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench.site import free_port, migrate_quickly
from tests.management.test_serve import line, serving

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.geteuid() != 0, reason="Only root mounts a file system."),
]
SECONDS = 30


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A migrated data folder on a disk of 8 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("This machine lets nobody mount a file system.")
    migrate_quickly(disk)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def filled(disk: Path) -> Path:
    """A file that takes all the space that was left."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return path
    raise AssertionError("The disk has no end.")


class Visitor:
    """A browser without scripts."""

    def __init__(self) -> None:
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def ask(self, url: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """The status and the text of a page."""
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            with self._opener.open(url, data, timeout=SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; the site looks only every few seconds."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_it_says_so_and_goes_on_when_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    port = free_port()
    with serving(small_disk, port, STATIC_ROOT=str(tmp_path / "static")) as process:
        link = line(process, "administrator").split()[-1]
        ready, visitor = f"http://127.0.0.1:{port}/readyz", Visitor()
        assert visitor.ask(ready) == (200, "ready\n")
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', visitor.ask(link)[1])
        assert token
        form = {"username": "dana", "email": "dana@example.org", "password": "a quiet afternoon"}
        form["csrfmiddlewaretoken"] = token[1]

        filler = filled(small_disk)
        until(lambda: visitor.ask(ready) == (503, "no writes\n"))
        for _time in range(3):
            status, text = visitor.ask(link, form)
            assert (status, "The site cannot store anything" in text) == (503, True)
        assert visitor.ask(f"http://127.0.0.1:{port}/healthz") == (200, "ok\n")

        filler.unlink()
        until(lambda: visitor.ask(ready) == (200, "ready\n"))
        assert visitor.ask(link, form)[0] == 200
        process.terminate()
        rest, _none = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in rest
    assert len(re.findall("is full: free some space", rest)) == 1
