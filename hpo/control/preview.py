"""What a sweep would do, checked, as a value: `hpo plan` prints it, the service answers with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # Its import takes seconds, and a server does without.
    from hpo.plan import Plan
    from hpo.space import Row

LABELS = 8  # Names of so many are told.


@dataclass(frozen=True)
class Preview:
    """A sweep that was checked and may start.

    Attributes:
        facts: What it is of, name and text, in the order in which a person wants them.
        space: Its dimensions.
        fixed: Values of the space that do not vary.
        trials: How many trials there will be at most.
        slots: What one trial occupies, and how many run at once.
        rows: Number of rows by split.
        overrides: What it was made of.
        warm_start: What earlier sweeps say.
        notes: What a person should know before starting.
    """

    name: str
    metric: str
    maximize: bool
    trials: int
    facts: tuple[tuple[str, str], ...]
    space: tuple[Row, ...]
    fixed: Mapping[str, Any]
    slots: Mapping[str, Any]
    rows: Mapping[str, int]
    overrides: tuple[str, ...]
    warm_start: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {**asdict(self), "facts": [{"name": name, "text": text} for name, text in self.facts]}


def preview(overrides: Sequence[str], config_dir: str | None = None) -> Preview:
    """What a sweep would do. The data is read, and tokenized into the cache, on the way.

    Args:
        overrides: Of the config, in Hydra's grammar.
        config_dir: The person's own folder of options.

    Raises:
        InputError: Everything that is wrong.
    """
    from hpo.check import check  # noqa: PLC0415
    from hpo.config.compose import compose  # noqa: PLC0415

    return preview_of(check(compose(overrides, config_dir)))


def preview_of(plan: Plan) -> Preview:
    """The same, of a plan."""
    from hpo.config.resolve import to_plain  # noqa: PLC0415

    return Preview(
        name=plan.name,
        metric=plan.metric,
        maximize=plan.maximize,
        trials=plan.trials,
        facts=tuple(_facts(plan)),
        space=tuple(plan.space.describe()),
        fixed=to_plain(plan.space.fixed),
        slots=to_plain(plan.slots),
        rows={name: len(split) for name, split in _splits(plan)},
        overrides=tuple(plan.overrides),
        warm_start=() if plan.history is None else tuple(plan.history.describe()),
        notes=plan.notes,
    )


def _facts(plan: Plan) -> list[tuple[str, str]]:
    config = plan.config
    early = str(config.sweep.stop)
    return [
        ("sweep", plan.name),
        ("metric", str(plan.aims)),
        ("data", _data(plan)),
        ("model", config.model.name),
        ("tuning", config.tuning.name),
        ("sampler", f"{config.sampler.name}, seed {config.sweep.seed}"),
        ("scheduler", config.scheduler.name),
        ("slots", str(plan.slots)),
        ("trainings", _trainings(plan)),
        ("confirmation", _confirmation(plan)),
        *([("ends earlier", early)] if early else []),
        ("output", str(plan.sweep_dir)),
    ]


def _data(plan: Plan) -> str:
    data = plan.data
    rows = " + ".join(f"{len(split)} {name}" for name, split in _splits(plan) if len(split))
    what = f"{rows} {'pairs of texts' if data.pair else 'rows'} for {plan.config.data.task}"
    if data.labels:
        more = ", ..." if len(data.labels) > LABELS else ""
        what += f"; {len(data.labels)} labels: {', '.join(data.labels[:LABELS])}{more}"
    parts = getattr(data, "parts", None)
    if parts:
        tasks = data.about["tasks"]
        told = (f"{name} ({tasks[name]}, {len(part.train)} training rows)" for name, part in parts.items())
        what += f"; parts: {', '.join(told)}"
    return f"{plan.choices.get('data', '')}: {what}"


def _splits(plan: Plan) -> tuple[tuple[str, Any], ...]:
    return ("training", plan.data.train), ("validation", plan.data.validation), ("test", plan.data.test)


def _trainings(plan: Plan) -> str:
    epochs = plan.config.train.epochs
    length = f"{plan.config.train.max_steps} steps" if plan.config.train.max_steps else f"{epochs} epochs"
    points = plan.sampler.planned()
    grid = f"; the grid has {points} points" if points is not None else ""
    early = "" if plan.config.scheduler.name == "fifo" else ", fewer where the scheduler stops early"
    return f"{plan.trials} of at most {length}{early}{grid}"


def _confirmation(plan: Plan) -> str:
    asked = plan.config.confirm
    if not asked.top_k:
        return "none (confirm.top_k=0)"
    best = "the best configuration" if asked.top_k == 1 else f"the {asked.top_k} best configurations"
    return f"{best} again under {asked.seeds} fresh seeds each, then the test rows"
