"""When a process was born, as no change of the clock moves it: tells a process from a later one with its number."""

from __future__ import annotations

from pathlib import Path

import psutil

PROC = Path("/proc")
BOOT_ID = PROC / "sys/kernel/random/boot_id"
STARTED = 19  # Place of the start among the fields after the command's name, in clock ticks since the boot.


def birth_of(pid: int) -> str:
    """The boot of the machine and the ticks until the process began; where the system has no /proc, Unix seconds.

    Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html

    Raises:
        psutil.NoSuchProcess: There is none, it is another user's, or it has ended and only its number is left.
    """
    process = psutil.Process(pid)
    if process.status() == psutil.STATUS_ZOMBIE:
        raise psutil.ZombieProcess(pid)
    if not BOOT_ID.is_file():
        return f"at {process.create_time()}"
    try:
        fields = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError, PermissionError) as error:
        raise psutil.NoSuchProcess(pid) from error
    return f"{BOOT_ID.read_text().strip()} {fields[STARTED]}"
