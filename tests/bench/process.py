"""A server as a process of its own."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60
END_SECONDS = 20


class Process:
    """A Python program that listens on ``port`` of loopback once it is ready.

    ``code`` is the folder that it runs in.
    """

    def __init__(
        self,
        *arguments: str,
        port: int,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        code: Path = ROOT,
    ) -> None:
        self._arguments = arguments
        self._port = port
        self._environment = environment
        self._log = log
        self._code = code
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> float:
        """Start it and give the moment (monotonic seconds) at which its port answered."""
        log = self._log.open("ab") if self._log else subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *self._arguments,
            cwd=self._code, env=self._environment, stdout=log, stderr=log,
        )  # fmt: skip
        if self._log:
            log.close()
        await asyncio.wait_for(self._answers(), START_SECONDS)
        return time.monotonic()

    async def _answers(self) -> None:
        assert self._process is not None
        while not await _is_open(self._port):
            if self._process.returncode is not None:
                said = self._log.read_text() if self._log else ""
                raise RuntimeError(f"It ended with {self._process.returncode}:\n{said}")
            await asyncio.sleep(0.02)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait until it has ended by itself; its exit status."""
        assert self._process is not None
        return await self._process.wait()

    async def kill(self) -> None:
        """kill -9: the process can neither write nor notify anything."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def end(self) -> None:
        """Ctrl-C, and a harder end if that takes too long."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(self._process.wait(), END_SECONDS)
        except TimeoutError:
            await self.kill()


def cpu_seconds(pid: int, *, and_ended_children: bool = False) -> float:
    """User and system time that a process has used (Linux's /proc)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    counted = fields[11 : 15 if and_ended_children else 13]
    return sum(map(int, counted)) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """MB of memory that a process has."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def children(pid: int) -> list[int]:
    """The processes that a process has started and that live."""
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
