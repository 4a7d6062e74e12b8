"""What a sweep loses to those who watch it.

    python -m bench.watchers [--watchers 50] [--rounds 2] [--json FILE]

Real sweeps (experiment=smoke) beside a server of the same output folder, in turn with nobody and with all watchers on
the event stream, the order turned round each time, so that what else the machine does meets both alike. The watchers
are one process on the same machine. Beside the sweep's seconds, the processor time of server and watchers is measured:
as a share of all cores' time it bounds what they can take from the sweep, however much the wall clock varies.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import psutil

from hpo.results import Place, Reader
from tests.dashboards.service.serving import Server

SEED, TRIALS = 0, 12


@dataclass(frozen=True)
class Run:
    """One sweep.

    Attributes:
        watchers: How many watched it.
        trials_s: From the start of its first trial to the end of its last.
        whole_s: From the command's start to its end.
        server_cpu_s, watchers_cpu_s: Processor time of the server and of the watchers meanwhile.
        events: How many events the watchers were sent, all together.
    """

    watchers: int
    trials_s: float
    whole_s: float
    server_cpu_s: float
    watchers_cpu_s: float
    events: int


def run(folder: Path, server: Server, name: str, watchers: int) -> Run:
    """One sweep, watched or not."""
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    before, begun = _cpu_s(process), time.perf_counter()
    sweep = _start(folder, name)
    listening = _listen(server, name, watchers) if watchers else None
    if sweep.wait():
        raise SystemExit(f"hpo sweep ended with {sweep.returncode}")
    whole_s = time.perf_counter() - begun
    heard = json.loads(listening.communicate(timeout=60)[0]) if listening else {"events": 0, "cpu_s": 0.0}
    records = Reader(Place(folder), name).look().records
    ends = [record.ended_at for record in records if record.ended_at]
    trials_s = max(ends) - min(record.started_at for record in records if record.started_at)
    return Run(watchers, trials_s, whole_s, _cpu_s(process) - before, heard["cpu_s"], heard["events"])


def _start(folder: Path, name: str) -> subprocess.Popen[bytes]:
    hpo = str(Path(sys.executable).with_name("hpo"))
    settings = [f"sweep.name={name}", f"sweep.seed={SEED}", f"sweep.trials={TRIALS}", f"output_dir={folder}"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    quiet = subprocess.DEVNULL
    return subprocess.Popen([hpo, "sweep", "experiment=smoke", *settings], stdout=quiet, stderr=quiet, env=environment)


def _listen(server: Server, name: str, watchers: int) -> subprocess.Popen[bytes]:
    """Watchers from as soon as the sweep is there."""
    while server.get(f"/sweeps/{name}").status_code != 200:
        time.sleep(0.2)
    command = [sys.executable, "-m", "bench.watchers", "--listen", f"{server.port}/{name}", "--watchers", str(watchers)]
    environment = {**os.environ, "HPO_BENCH_TOKEN": server.token}
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)


async def listen(port: str, name: str, watchers: int) -> int:
    """Watch a sweep until it ends. Returns how many events came to all."""
    headers = {"Authorization": f"Bearer {os.environ['HPO_BENCH_TOKEN']}"}
    limits = httpx.Limits(max_connections=watchers)
    address = f"http://127.0.0.1:{port}/api/v1/sweeps/{name}/events"
    async with httpx.AsyncClient(headers=headers, limits=limits, timeout=None, trust_env=False) as client:

        async def one() -> int:
            async with client.stream("GET", address) as answer:
                answer.raise_for_status()
                return sum([line.startswith("data:") async for line in answer.aiter_lines()])

        return sum(await asyncio.gather(*(one() for _ in range(watchers))))


def measure(folder: Path, watchers: int, rounds: int) -> list[Run]:
    """Sweeps, in turn with nobody and with all watchers."""
    found = []
    with Server(folder) as server:
        for turn in range(rounds):
            for count in (0, watchers) if turn % 2 == 0 else (watchers, 0):
                found.append(run(folder, server, f"turn{turn}-{count}", count))
                print(found[-1], flush=True)
    return found


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--watchers", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--listen", metavar="PORT/NAME", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.listen:
        port, _, name = given.listen.partition("/")
        events = asyncio.run(listen(port, name, given.watchers))
        print(json.dumps({"events": events, "cpu_s": _cpu_s(psutil.Process())}))
        return
    with tempfile.TemporaryDirectory() as scratch:
        runs = measure(Path(scratch), given.watchers, given.rounds)
    alone, watched = ([one for one in runs if bool(one.watchers) is is_watched] for is_watched in (False, True))
    for what in ("trials_s", "whole_s"):
        one, other = (statistics.median(getattr(run, what) for run in each) for each in (alone, watched))
        print(f"{what:9} alone {one:.1f}  watched {other:.1f}  slower by {100 * (other / one - 1):.1f} %")
    more_s = statistics.median(run.server_cpu_s for run in watched) - statistics.median(
        run.server_cpu_s for run in alone
    )
    cores_s = statistics.median(run.whole_s for run in watched) * (os.cpu_count() or 1)
    clients_s = statistics.median(run.watchers_cpu_s for run in watched)
    print(f"server: {more_s:.1f} s of processor time more, {100 * more_s / cores_s:.1f} % of all cores")
    print(f"watchers: {clients_s:.1f} s, {100 * clients_s / cores_s:.1f} % of all cores")
    if given.json:
        given.json.write_text(json.dumps([asdict(run) for run in runs], indent=2))


if __name__ == "__main__":
    main()
