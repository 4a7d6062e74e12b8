"""One configuration for each task that trains on two CPU cores in minutes. Where a setting is special, it says why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Recipe:
    """A training.

    Attributes:
        name: Of the line in the table.
        data: Folder of the data set.
        settings: Overrides of `hpo train`, the files apart.
    """

    name: str
    data: str
    settings: tuple[str, ...]

    def overrides(self, folder: Path) -> list[str]:
        """All overrides, with the files in place."""
        place = folder / self.data
        files = (f"data.train={place}/train.jsonl", f"data.validation={place}/validation.jsonl", "data.test_fraction=0")
        return [*self.settings, *files]


def _recipe(name: str, data: str, settings: str) -> Recipe:
    return Recipe(name, data, tuple(settings.split()))


# The new cross-attention learns nothing of use in the first passes, and overfits soon after: dropout in both sides.
_PAIR = "experiment=translation train.eval_every_epochs=4"

RECIPES = {
    recipe.name: recipe
    for recipe in (
        _recipe("sst2-full", "sst2", "data=json train.epochs=2 train.learning_rate=1e-4"),
        _recipe("sst2-head", "sst2", "data=json tuning=head train.epochs=4 train.learning_rate=5e-3"),
        _recipe("banking77-head", "banking77", "data=json tuning=head train.epochs=8 train.learning_rate=2e-2"),
        _recipe("stsb", "stsb", "experiment=regression train.epochs=3"),
        _recipe("wnut17", "wnut17", "experiment=token_classification train.epochs=4 train.learning_rate=3e-4"),
        _recipe("squad", "squad_small", "experiment=question_answering train.epochs=3 train.learning_rate=2e-4"),
        _recipe("mrpc", "mrpc", "data=json train.epochs=3 train.learning_rate=1e-4"),
        _recipe("chnsenticorp", "chnsenticorp", "data=json model.vocabulary=learned train.epochs=3"),
        _recipe("shakespeare", "tiny_shakespeare", "experiment=language_modeling model.vocabulary=bytes"),
        _recipe("tang", "tang_poetry", "experiment=language_modeling train.epochs=5"),
    )
}
