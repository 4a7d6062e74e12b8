"""A sweep that was checked and may start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpo.aims import Aims
from hpo.config.schema import Config
from hpo.history import History
from hpo.ledger import ledger_url
from hpo.samplers import Sampler
from hpo.slots import Slots
from hpo.space import Space, TrialSchema
from hpo.trialspec import apply_params, train_spec
from models.data import PreparedData
from models.spec import TrainSpec


@dataclass(frozen=True)
class Plan:
    """Everything that a sweep needs, resolved and checked.

    Attributes:
        name: The sweep's name.
        overrides: The command line's overrides, as given.
        schema: The trial's config, and the options of the searched groups.
        choices: The chosen option of each group.
        data: The data, tokenized in the cache.
        metric: Validation metric that is optimized; of several, the first.
        aims: All that is optimized, and the limits to keep.
        start: The person's own configuration as first trial; None: not tried, for the reason in `start_note`.
        history: What earlier sweeps say, as the ledger keeps it; None: it begins cold.
        trials: How many trials there will be at most.
        config_dir: The person's own folder of options; None: none was named.
        notes: What a person should know before starting.
    """

    name: str
    config: Config
    overrides: tuple[str, ...]
    schema: TrialSchema
    choices: Mapping[str, str]
    space: Space
    sampler: Sampler
    data: PreparedData
    slots: Slots
    metric: str
    maximize: bool
    aims: Aims
    trials: int
    start: Mapping[str, Any] | None
    history: History | None = None
    notes: tuple[str, ...] = ()
    config_dir: str | None = None

    @property
    def believed(self) -> History | None:
        """The history, where more than its first configurations is taken from it."""
        return self.history if self.config.warm_start.weight > 0 else None

    @property
    def output_dir(self) -> Path:
        """Folder of all sweeps."""
        return Path(self.config.output_dir)

    @property
    def ledger_url(self) -> str:
        """Database of the ledger."""
        return ledger_url(self.output_dir, self.config.ledger.url)

    @property
    def sweep_dir(self) -> Path:
        """Folder of this sweep."""
        return self.output_dir / self.name

    @property
    def cache_dir(self) -> Path:
        """Folder of the tokenized data, shared by all sweeps of the output folder."""
        return self.output_dir / "cache"

    def train_spec(self, params: Mapping[str, Any]) -> TrainSpec:
        """What one proposal trains."""
        return train_spec(
            apply_params(self.schema, self.space, params),
            metric=self.metric,
            maximize=self.maximize,
            device=self.slots.device,
            cache_dir=str(self.cache_dir.resolve()),
        )

    def trial_dir(self, number: int) -> Path:
        """Folder of one trial."""
        return self.sweep_dir / "trials" / f"{number:04d}"
