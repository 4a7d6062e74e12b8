"""Hydra's own flags (`--cfg`, `--info`, `--help`, tab completion) beside the project's checks of overrides."""

from __future__ import annotations

import sys

import hydra
from hydra._internal.utils import get_args_parser  # Hydra has no public face for its argument parser
from omegaconf import DictConfig

from hpo.again import again
from hpo.config.compose import Composed, compose
from hpo.config.store import CONF_DIR, CONFIG_NAME, register
from hpo.errors import InputError

MORE_HELP = """
== A trial of a sweep again ==
  hpo train --from NAME             the best trial's configuration, data, seed, threads and precision
  hpo train --from NAME --trial 7   another's; overrides after it win: train.epochs=10
  hpo train --schedule FILE         a trial of a population, with the schedule of values that led to it

== A training that was interrupted ==
  hpo train --resume FOLDER         goes on from its newest checkpoint; train.checkpoint_every_steps writes them
"""


def answered(command: str, arguments: list[str]) -> bool:
    """Let Hydra answer a command line that only asks to be shown something; False when it asks for more."""
    given, _ = get_args_parser().parse_known_args(arguments)  # `--from` is the command's own
    if not (given.cfg or given.info or given.help or given.hydra_help or given.shell_completion):
        return False
    found = again(arguments) if command == "train" else None
    if command == "train" and given.help:
        sys.stdout.write(MORE_HELP)  # Before Hydra's own, after which it leaves.
    show_with_hydra(f"hpo {command}", arguments if found is None else found.arguments)
    return True


def composed(arguments: list[str]) -> Composed:
    """The config of a command line.

    Raises:
        InputError: `--multirun`, or what `compose` raises.
    """
    given = get_args_parser().parse_args(arguments)
    if given.multirun:
        hint = "put what varies into the space: space.train.learning_rate='{low: 1e-5, high: 1e-3, log: true}'"
        raise InputError.one("--multirun", "a sweep searches by itself", hint)
    return compose(given.overrides, given.config_dir)


def show_with_hydra(program: str, arguments: list[str]) -> None:
    """Let Hydra answer a flag."""
    register()
    sys.argv = [program, *arguments]

    @hydra.main(config_path=str(CONF_DIR), config_name=CONFIG_NAME, version_base="1.3")
    def show(config: DictConfig) -> None:
        raise AssertionError("only flags that show something come here")

    show()
