"""The command `hpo`: picks a command, turns what went wrong into a message and an exit code."""

from __future__ import annotations

import atexit
import contextlib
import importlib
import logging
import os
import sys
from collections.abc import Callable
from importlib.metadata import entry_points

from rich.console import Console

from hpo.config.compose import nearest
from hpo.errors import HpoError, InputError
from hpo.exitcode import ExitCode
from hpo.terminal.problems import show_errors

# Each command is a module of hpo.commands with `run(arguments, console) -> exit code`.
# Those of packages above this one are found by their entry points.
ABOVE = "hpo.commands"
COMMANDS = {
    "sweep": "search for the best configuration:  hpo sweep model=minilm data=csv data.train=my.csv",
    "plan": "show what a sweep would do, checked; starts nothing",
    "train": "train one configuration:  hpo train train.learning_rate=1e-4, or a trial's:  hpo train --from NAME",
    "resume": "go on with a sweep after a crash, a kill, Ctrl-C, here or elsewhere:  hpo resume NAME",
    "extend": "more budget:  hpo extend NAME --trials 8, or --hours 2",
    "stop": "leave a running sweep, resumable:  hpo stop NAME, or end one trial:  --trial 7",
    "enqueue": "try a configuration next:  hpo enqueue NAME train.learning_rate=1e-4 ...",
    "clone": "a trial with other values next:  hpo clone NAME --trial 7 train.batch_size=8 [--warm]",
    "list": "all sweeps",
    "status": "how a sweep stands:  hpo status NAME [--watch]",
    "explain": "why a trial was proposed, paused, advanced, stopped:  hpo explain NAME [--trial 7]",
    "results": "what a sweep found:  hpo results NAME [--json]",
    "report": "a sweep's report as one file:  hpo report NAME [--format md]",
    "predict": "what the best model says:  hpo predict NAME --text TEXT, or --file in.jsonl --out out.jsonl",
    "export": "the best model for transformers:  hpo export NAME --to DIR, or smaller:  --quantize int8",
    "cluster": "a Ray cluster on this machine, to try one out:  hpo cluster up [--nodes 2], status, down",
    "mlflow-server": "an MLflow server for sweeps of several machines:  hpo mlflow-server [--store URL]",
    "serve": "live pages and a REST API on 127.0.0.1:  hpo serve [--port 8080]",
    "optuna": "optuna-dashboard on the same ledger:  hpo optuna [--port 8081]",
    "ui": "the MLflow UI on what the sweeps logged:  hpo ui [--port 5000]",
}
WITH_OVERRIDES = ("sweep", "plan", "train")


def main() -> None:
    """Entry point of the installed command.

    Leaves without taking the interpreter apart, which takes two seconds when torch and Ray are loaded. What is
    registered to happen at the end happens.
    """
    code = run(sys.argv[1:], plain_console(), plain_console(stderr=True))
    atexit._run_exitfuncs()
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def plain_console(*, stderr: bool = False) -> Console:
    """A console that prints text as it is: reasons, errors and names of labels may have `[/path]` or `:x:` in them."""
    return Console(stderr=stderr, markup=False, emoji=False)


def run(arguments: list[str], console: Console, errors: Console) -> int:
    """Run a command line and return its `ExitCode`."""
    _quieten()
    if not arguments or arguments[0] in ("-h", "--help"):
        _usage(console)
        return 0
    name, rest = arguments[0], arguments[1:]
    try:
        if name in ("-sc", "--shell-completion"):
            completion = importlib.import_module("hpo.commands.completion")
            return int(completion.run(arguments, tuple(COMMANDS), WITH_OVERRIDES))
        if name not in COMMANDS:
            raise InputError.one(name, "no such command", nearest(name, tuple(COMMANDS), "commands"))
        # Asked before the command is imported, which takes seconds.
        if name in WITH_OVERRIDES and importlib.import_module("hpo.commands.hydra_flags").answered(name, rest):
            return 0
        return int(_command(name)(rest, console))
    except InputError as error:
        show_errors(errors, error)
        return ExitCode.BAD_INPUT
    except HpoError as error:
        errors.print(str(error), style="bold red", soft_wrap=True)
        return ExitCode.FAILED
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe went away, as in `hpo sweep --help | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED


def _command(name: str) -> Callable[[list[str], Console], int]:
    """What runs a command."""
    above = list(entry_points(group=ABOVE, name=name))
    run: Callable[[list[str], Console], int] = (
        above[0].load() if above else importlib.import_module(f"hpo.commands.{name.replace('-', '_')}").run
    )
    return run


def _quieten() -> None:
    """What the libraries tell of themselves is not news to the person; their warnings and errors are."""
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").addHandler(logging.NullHandler())
    for name in ("optuna", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")


def _usage(console: Console) -> None:
    console.print("usage: hpo COMMAND [arguments]\n", markup=False)
    for name, what in COMMANDS.items():
        console.print(f"  {name:15}{what}", highlight=False, markup=False)
    console.print("\n`hpo sweep --help` lists the groups and options of the config; tab completion for bash:")
    console.print('  eval "$(hpo -sc install=bash)"', highlight=False, markup=False)
