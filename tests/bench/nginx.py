"""A real nginx in front of a site, with what docs/deploy.md has for its configuration."""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.bench.process import ROOT
from tests.bench.site import free_port

START_SECONDS = 10
_FILE = """
daemon off;
master_process off;
pid {place}/nginx.pid;
error_log {place}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    {mapping}
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""


def program() -> str | None:
    """The path of nginx, or None where it is not installed."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def nginx_before(site_url: str, *, read_timeout: str) -> Iterator[str]:
    """The address of an nginx that passes requests on to the site, for as long as the block runs.

    ``read_timeout`` is how long it waits for a byte of the site, such as ``30s``.
    """
    found = program()
    assert found is not None, "nginx is not installed: apt-get install nginx-light"
    port, place = free_port(), Path(tempfile.mkdtemp(prefix="parley-nginx-"))
    written = place / "nginx.conf"
    written.write_text(_configuration(place, port, site_url, read_timeout))
    process = subprocess.Popen(
        [found, "-c", str(written), "-p", str(place)], stderr=subprocess.PIPE
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate()
        shutil.rmtree(place, ignore_errors=True)


def _configuration(place: Path, port: int, site_url: str, read_timeout: str) -> str:
    told = (ROOT / "docs" / "deploy.md").read_text()
    location, mapping = (
        re.search(r"^location / \{.*?^\}", told, re.MULTILINE | re.DOTALL),
        re.search(r"map \$http_upgrade [^`]*", told),
    )
    assert location, "docs/deploy.md has no configuration of nginx."
    assert mapping, "docs/deploy.md has no map for websockets."
    text, count = re.subn(r"(?<=proxy_read_timeout )\w+", read_timeout, location[0])
    text, passed = re.subn(r"(?<=proxy_pass )[^;]+", site_url, text)
    assert (count, passed) == (1, 1)
    return _FILE.format(place=place, port=port, mapping=mapping[0], location=text)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("nginx did not start.")
