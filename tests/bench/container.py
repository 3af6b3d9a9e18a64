"""The container: the image built of the Dockerfile, and a site started of it as compose.yaml says.

    apt-get install buildah catatonit crun debootstrap podman
    python -m tests.bench.container

Without a registry: in the place of the base images are clean Debian roots, made by debootstrap once
and kept in `build/container/`, one with Debian's Python and one with the Node of
`requirements/node.txt`. buildah runs the Dockerfile, podman what it makes: not as root, without any
capability, on a read-only root. Exit code 1 when a step fails, when the site is not healthy in
time, may write to its code, does not end in order, or is larger than it may be; 2 where the
programs are not installed.
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.process import ROOT
from tests.bench.table import show
from tests.compose_files import read

PLACE = ROOT / "build" / "container"
STORE = ["--root", PLACE / "store", "--runroot", PLACE / "run", "--storage-driver", "overlay"]
PROGRAMS = ("buildah", "catatonit", "crun", "debootstrap", "podman")
MIRROR = "http://deb.debian.org/debian"
PACKAGES = "ca-certificates,python3,python3-pip,python3-venv"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
# The certificates of this machine, which may reach registries by a proxy of its own.
TRUST = ["PIP_CERT", "NODE_EXTRA_CA_CERTS"]
_NO_CACHE = 'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";'
MOST_HEALTHY_SECONDS = 60
MOST_END_SECONDS = 10
# On top of the base image: 100 MB each for the bundled model's weights and its server, 80 for V8.
MOST_MEGABYTES = 530
_LOOK = """
import os, urllib.request
status = open("/proc/self/status").read().split("\\n")
said = dict(line.split(":\\t") for line in status if ":\\t" in line)
try:
    open("/app/written", "w")
except OSError as error:
    written = error.strerror
else:
    written = "yes"
page = urllib.request.urlopen("http://localhost:8000/accounts/login/").status
print(os.getuid(), said["CapEff"], said["CapBnd"], said["NoNewPrivs"], page, written, sep="|")
"""
LOOKED = "1000|0000000000000000|0000000000000000|1|200|Read-only file system"


def build() -> None:
    """Run the Dockerfile, in the place of an image that was made before."""
    PLACE.mkdir(parents=True, exist_ok=True)
    _run("buildah", *STORE, "rmi", "--all", "--force")
    variables = [f"--change=ENV {name}={CERTIFICATES}" for name in TRUST]
    for name, root in (("PYTHON", _python_root()), ("NODE", _node_root())):
        _run("podman", *STORE, "import", "--quiet", *variables, root, _base(name))
    _run(
        "buildah", *STORE, "build", "--isolation", "chroot", "--format", "docker",
        "--pull=never", "--tag", "parley", ROOT,
    )  # fmt: skip


def _python_root() -> Path:
    def fill(root: Path) -> None:
        _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", root, MIRROR)
        (root / "usr/bin/python").symlink_to("python3")
        # As in Debian's images for containers: apt leaves nothing behind.
        (root / "etc/apt/apt.conf.d/docker-clean").write_text(_NO_CACHE)
        _run("chroot", root, "apt-get", "clean")
        shutil.copyfile(CERTIFICATES, root / CERTIFICATES[1:])

    return _kept("python", fill)


def _node_root() -> Path:
    def fill(root: Path) -> None:
        _run("tar", "-C", root, "-xf", _python_root())
        shutil.copyfile(ROOT / "requirements" / "node.txt", root / "tmp" / "node.txt")
        _run("chroot", root, "python", "-m", "pip", "install", "--quiet", "--no-compile",
             "--break-system-packages", "--require-hashes", "-r", "/tmp/node.txt")  # fmt: skip

    return _kept("node", fill)


def _kept(name: str, fill: Callable[[Path], None]) -> Path:
    root, kept = PLACE / name, PLACE / f"{name}.tar"
    if not kept.exists():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        fill(root)
        _run("tar", "-C", root, "-cf", kept.with_suffix(".part"), ".")
        kept.with_suffix(".part").rename(kept)
        shutil.rmtree(root)
    return kept


def start() -> bool:
    """Start the site, look at it and end it, in namespaces that only loopback is in."""
    _run("ip", "link", "set", "lo", "up")
    if not Path("/sys/fs/cgroup/cgroup.controllers").exists():
        _run("mount", "-t", "cgroup2", "none", "/sys/fs/cgroup")
    [service] = read("compose.yaml")["services"].values()
    _podman("run", "--detach", "--name", "site", *_options(service), "parley")
    try:
        healthy = _seconds(_is_healthy, MOST_HEALTHY_SECONDS)
        model = _seconds(lambda: "model is ready" in _podman("logs", "site"), MOST_HEALTHY_SECONDS)
        looked = _podman("exec", "site", "python", "-c", _LOOK).strip()
        began = time.monotonic()
        _podman("stop", "--time", service["stop_grace_period"].removesuffix("s"), "site")
        ended = time.monotonic() - began
        status = _podman("inspect", "--format", "{{.State.ExitCode}}", "site").strip()
    finally:
        sys.stderr.write(_podman("logs", "site"))
        _podman("rm", "--force", "site")
    size = _megabytes("parley") - _megabytes(_base("PYTHON"))
    show(
        "the container, on Debian's Python",
        {
            "healthy after": f"{healthy:.1f} s",
            "bundled model ready after": f"{healthy + model:.1f} s",
            "uid|capabilities|their bound|no new privileges|page|may write to its code": looked,
            "ended after": f"{ended:.1f} s, with status {status}",
            "on top of the base image": f"{size:.0f} MB",
        },
    )
    return (looked, status) == (LOOKED, "0") and ended < MOST_END_SECONDS and size < MOST_MEGABYTES


def _options(service: dict[str, Any]) -> list[str]:
    """The options of podman that say what compose.yaml says."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return [
        *(f"--env={name}={value or ''}" for name, value in service["environment"].items()),
        *(f"--volume={volume}" for volume in service["volumes"]),
        *(f"--tmpfs={folder}" for folder in service["tmpfs"]),
        *(f"--cap-drop={each}" for each in service["cap_drop"]),
        *(f"--security-opt={each.removesuffix(':true')}" for each in service["security_opt"]),
        f"--read-only={service['read_only']}",
        f"--init={service['init']}",
        # podman would raise both bounds, which a container of our own machine may not.
        *("--network=host", "--cgroups=disabled", f"--ulimit=nofile={files}:{files}"),
        "--ulimit=nproc=4096:4096",
    ]


def _is_healthy() -> bool:
    tried = ["podman", "--cgroup-manager=cgroupfs", *STORE, "healthcheck", "run", "site"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


def _seconds(condition: Callable[[], bool], most: float) -> float:
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > most:
            raise TimeoutError(f"It took longer than {most} s.")
        time.sleep(0.2)
    return time.monotonic() - began


def _base(name: str) -> str:
    [image] = re.findall(rf"(?m)^ARG {name}_IMAGE=(\S+)", (ROOT / "Dockerfile").read_text())
    return str(image)


def _megabytes(image: str) -> float:
    return json.loads(_podman("image", "inspect", image))[0]["Size"] / 1e6


def _podman(*arguments: str) -> str:
    return subprocess.run(
        ["podman", "--cgroup-manager=cgroupfs", *STORE, *arguments],
        check=True, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if arguments[0] == "logs" else None,
    ).stdout  # fmt: skip


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)


def main() -> int:
    """Run from the command line; the exit code says whether the container works."""
    if sys.argv[1:] == ["start"]:
        return int(not start())
    missing = [each for each in PROGRAMS if shutil.which(each) is None]
    if missing or os.getuid() != 0:
        sys.stderr.write(f"It needs root and: apt-get install {' '.join(missing or PROGRAMS)}\n")
        return 2
    build()
    apart = ["unshare", "--mount", "--net", sys.executable, "-m", "tests.bench.container", "start"]
    return subprocess.run(apart, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
