"""A real nginx in front of processes of a site, with the configuration of `deploy/nginx/`."""

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.process import ROOT
from tests.bench.site import free_port

START_SECONDS = 10
FILES = ROOT / "deploy" / "nginx"
_FOLDERS = "/etc/nginx/parley/|/var/log/nginx/|/tmp/"
# One process in the foreground, which may read the folder of its files.
_FOREGROUND = "daemon off; master_process off;"


def program() -> str | None:
    """The path of nginx, or None where it is not installed."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def nginx_before(
    *site_urls: str, read_timeout: str = "15m", log: Path | None = None
) -> Iterator[str]:
    """The address of an nginx that passes requests on to these processes, while the block runs.

    Over plain http, which spares the clients of benches a certificate. ``read_timeout`` is how long
    it waits for a byte of the site, such as ``30s``; requests are logged in the file ``log``.
    """
    found = program()
    assert found is not None, "nginx is not installed: apt-get install nginx-light"
    port, place = free_port(), Path(tempfile.mkdtemp(prefix="parley-nginx-"))
    write_files(place, _servers(site_urls), port)
    if log:
        _change(place / "parley.conf", r"(?<=access_log )\S+", str(log))
    _change(place / "parley.conf", r"(?<=proxy_read_timeout )\w+", read_timeout)
    process = subprocess.Popen(
        [found, "-c", str(place / "nginx.conf"), "-g", _FOREGROUND], stderr=subprocess.PIPE
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate()
        shutil.rmtree(place, ignore_errors=True)


def write_files(place: Path, processes: str, port: int, *, tls: bool = False) -> None:
    """Write the configuration into a folder of its own, to listen on one port of loopback."""
    for name in ("nginx.conf", "parley.conf"):
        text = (FILES / name).read_text().replace("error_log stderr", "error_log /tmp/error.log")
        (place / name).write_text(re.sub(_FOLDERS, f"{place}/", text))
    (place / "processes.conf").write_text(processes)
    kind = " ssl" if tls else ""
    _change(place / "parley.conf", r"(?:^ *listen .*;\n)+", f"listen 127.0.0.1:{port}{kind};\n")
    if not tls:
        _change(place / "parley.conf", r"(?:^ *ssl_.*;\n)+", "")


def _servers(site_urls: Sequence[str]) -> str:
    """The processes as in `processes.conf`, with the options that they have there."""
    options = re.search(r"^server \S+(.*;)$", (FILES / "processes.conf").read_text(), re.MULTILINE)
    assert options, "deploy/nginx/processes.conf names no process."
    addresses = [url.removeprefix("http://") for url in site_urls]
    return "\n".join(f"server {address}{options[1]}" for address in addresses)


def _change(file: Path, pattern: str, text: str) -> None:
    changed, count = re.subn(pattern, text, file.read_text(), count=2, flags=re.MULTILINE)
    assert count == 1, f"{file.name} matches {pattern} {count} times."
    file.write_text(changed)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    process.kill()
    raise RuntimeError(f"nginx did not start: {process.communicate()[1].decode()}")
