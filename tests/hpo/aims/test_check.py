from dataclasses import dataclass, field

import pytest

from hpo.aims import Aim, Aims, Constraint
from hpo.aims.check import check_aims, check_fit, check_measured, primary_of

KNOWN = {"accuracy": True, "macro_f1": True, "loss": False}


@dataclass
class Sweep:
    metric: str | None = None
    direction: str = "auto"
    metrics: list[dict[str, str]] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)


def read(sweep: Sweep, known: dict[str, bool] = KNOWN) -> tuple[Aims, list[tuple[str, str]]]:
    aims, problems = check_aims(sweep, "accuracy", True, known)
    return aims, [(problem.where, f"{problem.message} | {problem.hint}") for problem in problems]


def named(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def test_directions_are_the_natural_ones() -> None:
    aims, problems = read(Sweep(metrics=[*named("accuracy", "loss"), {"name": "latency_ms", "direction": "minimize"}]))
    assert problems == []
    assert aims.aims == (Aim("accuracy", True), Aim("loss", False), Aim("latency_ms", False))


def test_one_metric_is_the_default() -> None:
    assert read(Sweep(constraints=["size_mib < 50"])) == (
        Aims((Aim("accuracy", True),), (Constraint("size_mib", "<", 50.0),)),
        [],
    )


@pytest.mark.parametrize(
    ("sweep", "where", "pieces"),
    [
        (Sweep(metrics=named("accuracy", "latency")), "sweep.metrics[1].name", ["train_s", "did you mean latency_ms?"]),
        (Sweep(metrics=named("latency_ms", "accuracy")), "sweep.metrics[0]", ["must be a validation metric", "first"]),
        (Sweep(metrics=named("accuracy", "loss", "accuracy")), "sweep.metrics[2]", ["accuracy is named twice"]),
        (Sweep(metrics=[{"nam": "accuracy"}]), "sweep.metrics[0]", ["keys name", "got nam"]),
        (
            Sweep(metrics=[{"name": "accuracy", "direction": "up"}]),
            "sweep.metrics[0].direction",
            ["maximize", "got 'up'"],
        ),
        (
            Sweep(metrics=[*named("accuracy"), {"name": "latency_ms", "direction": "maximize"}]),
            "sweep.metrics[1].direction",
            ["latency_ms must be minimized"],
        ),
        (Sweep(metric="accuracy", metrics=named("loss")), "sweep.metric", ["sweep.metrics is given"]),
        (Sweep(direction="maximize", metrics=named("loss")), "sweep.direction", ["sweep.metrics is given"]),
        (Sweep(constraints=["latency_ms is 20"]), "sweep.constraints[0]", ["must be a name", "latency_ms <= 20"]),
        (Sweep(constraints=["latency <= 20"]), "sweep.constraints[0]", ["must be one of", "did you mean latency_ms?"]),
        (
            Sweep(constraints=["latency_ms <= 20", "size_mib < 9", "latency_ms > 20"]),
            "sweep.constraints[2]",
            ["latency_ms > 20 and latency_ms <= 20 (in sweep.constraints[0]) exclude each other"],
        ),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_is_wrong_is_said_where_it_is(sweep: Sweep, where: str, pieces: list[str]) -> None:
    _, problems = read(sweep)
    assert [place for place, _ in problems] == [where]
    assert all(piece in problems[0][1] for piece in pieces), problems


def test_all_problems_come_together() -> None:
    _, problems = read(Sweep(metrics=named("accuracy", "a", "b"), constraints=["c", "d < 1"]))
    assert len(problems) == 4


def test_an_unknown_task_is_reported_elsewhere() -> None:
    assert read(Sweep(metrics=named("anything", "latency_ms"), constraints=["whatever < 1"]), {})[1] == []


SEVERAL = Aims((Aim("accuracy", True), Aim("latency_ms", False)))
LIMITED = Aims((Aim("accuracy", True),), (Constraint("latency_ms", "<=", 20.0),))


@pytest.mark.parametrize(
    ("aims", "sampler", "scheduler", "wrong"),
    [
        (SEVERAL, "tpe", "asha", []),
        (SEVERAL, "gp", "fifo", []),
        (SEVERAL, "cmaes", "asha", ["sampler"]),
        (SEVERAL, "tpe", "median", ["scheduler"]),
        (SEVERAL, "random", "hyperband", ["scheduler"]),
        (LIMITED, "tpe", "median", []),
        (LIMITED, "cmaes", "median", ["sampler"]),
        (Aims.single("accuracy", True), "cmaes", "median", []),
    ],
)
def test_what_goes_by_one_number_is_refused(aims: Aims, sampler: str, scheduler: str, wrong: list[str]) -> None:
    assert [problem.where for problem in check_fit(aims, sampler, scheduler)] == wrong


def test_metrics_that_the_rows_do_not_have() -> None:
    aims = Aims((Aim("accuracy", True), Aim("f1", True)), (Constraint("mcc", ">", 0.1),))
    problems = check_measured(aims, {"accuracy": "reported elsewhere", "f1": "only of two classes", "mcc": "no"})
    assert [(problem.where, problem.message) for problem in problems] == [
        ("sweep.metrics", "only of two classes"),
        ("sweep.constraints", "no"),
    ]


def test_the_first_of_several_is_what_a_training_is_judged_by() -> None:
    assert primary_of(named("macro_f1", "latency_ms"), KNOWN) == "macro_f1"
    assert primary_of(named("latency_ms"), KNOWN) is None
    assert primary_of([], KNOWN) is None
