"""Run as a program: opens the study of each sampler in a folder, asks for three trials, prints their params as JSON."""

import json
import sys
from pathlib import Path

import optuna

from hpo.samplers import CmaEsSpec, GPSpec, GridSpec, QMCSpec, RandomSpec, Sampler, TPESpec, make_sampler
from tests.contract.studies import CONDITIONAL, GRID, NUMERIC, file_study

SAMPLERS = {
    "tpe": (TPESpec(startup_trials=4), CONDITIONAL),
    "gp": (GPSpec(startup_trials=4), CONDITIONAL),
    "random": (RandomSpec(), CONDITIONAL),
    "qmc": (QMCSpec(), CONDITIONAL),
    "cmaes": (CmaEsSpec(population=4), NUMERIC),
    "grid": (GridSpec(), GRID),
}


def sampler_of(name: str) -> Sampler:
    spec, space = SAMPLERS[name]
    return make_sampler(spec, space, 3)


def propose(folder: Path, name: str) -> list[dict[str, object]]:
    study = file_study(folder / f"{name}.db")
    return [sampler_of(name).ask(study).params for _ in range(3)]


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sys.stdout.write(json.dumps({name: propose(Path(sys.argv[1]), name) for name in SAMPLERS}))
