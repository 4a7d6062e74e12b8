"""Production samplers and schedulers, and peers, on recorded learning curves under a virtual clock.

    python -m bench.replay --curves DIR --format taskset --methods random,tpe+asha,ray-asha --seeds 3 --slots 1

For each method: the cost and the virtual time until a configuration of the final top 1 % (algoperf: 3 %) has been
trained to its end, median over seeds, geometric mean over tasks. `>`: most seeds never came there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from bench.replay import report
from bench.replay.methods import parts
from bench.replay.tables import FORMS, load
from bench.replay.work import Done, Setting, jobs, run

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # Read when a process first loads numpy.


def main() -> None:
    """Parse, replay, report."""
    args = _parser().parse_args()
    methods = args.methods.split(",")
    try:
        for method in methods:
            parts(method)
        tables = load(args.curves, args.format, args.tasks)
    except (ValueError, FileNotFoundError) as error:
        sys.exit(str(error))
    if not tables:
        sys.exit(f"--tasks {args.tasks}: no task has that in its name")
    for name in THREADS:  # The matrices are small: threads would only wait for each other.
        os.environ[name] = "1"
    setting = Setting(args.curves, args.format, args.slots, args.max_cost, args.history_trials)
    found: list[Done] = []
    for done in run(setting, jobs([table.name for table in tables], methods, args.seeds), args.jobs):
        found.append(done)
        reached = "reached" if done.result.reached else "not reached"
        words = f"{done.job.task} {done.job.method} seed {done.job.seed}: {reached} at {done.result.cost:,.1f}"
        print(f"{words}, {done.result.trials} trials, {done.seconds:.1f} s", file=sys.stderr, flush=True)
    print(report.table(found))
    if args.json is not None:
        about = {"format": args.format, "slots": args.slots, "seeds": args.seeds, "unit": tables[0].unit}
        about |= {"caps": {table.name: setting.cap(table) for table in tables}, "history_trials": args.history_trials}
        args.json.write_text(json.dumps(report.to_dict(found, about), indent=1), encoding="utf-8")
    if args.figures is not None:
        report.draw(found, args.figures, tables[0].unit)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__.splitlines()[0])
    parser.add_argument("--curves", type=Path, required=True, help="folder of the curves")
    parser.add_argument("--format", choices=list(FORMS), required=True)
    parser.add_argument(
        "--methods", required=True, help="comma-separated: SAMPLER+SCHEDULER or a peer, also with -warm or -misled"
    )
    parser.add_argument("--seeds", type=_positive, default=3)
    parser.add_argument("--slots", type=_positive, default=1, help="trials at once")
    parser.add_argument("--tasks", default="", help="part of a task's name")
    parser.add_argument("--max-cost", type=float, help="at which a replay ends; default: 3000, algoperf: whole table")
    parser.add_argument("--history-trials", type=_positive, help="trainings of each earlier sweep; default: all")
    parser.add_argument("--jobs", type=_positive, default=2, help="processes")
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("--figures", type=Path, help="folder for regret against cost")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {text}")
    return value


if __name__ == "__main__":
    main()
