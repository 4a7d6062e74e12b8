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
        memorize: Train on so many rows, the first ones, and measure on the same; 0: the sets as they are.
        validation_rows: Measure on so many rows, the first ones; 0: on all.
    """

    name: str
    data: str
    settings: tuple[str, ...]
    memorize: int = 0
    validation_rows: int = 0

    def overrides(self, folder: Path, scratch: Path) -> list[str]:
        """All overrides, with the files in place; smaller files are written to `scratch`."""
        place = folder / self.data
        train, validation = place / "train.jsonl", place / "validation.jsonl"
        if self.memorize:
            train = validation = _first(train, self.memorize, scratch)
        elif self.validation_rows:
            validation = _first(validation, self.validation_rows, scratch)
        return [*self.settings, f"data.train={train}", f"data.validation={validation}", "data.test_fraction=0"]


def _first(path: Path, rows: int, scratch: Path) -> Path:
    """The first rows of a file, as a file of their own."""
    with path.open(encoding="utf-8") as file:
        lines = [line for _, line in zip(range(rows), file, strict=False)]
    found = scratch / f"{path.stem}-{rows}.jsonl"
    found.write_text("".join(lines), encoding="utf-8")
    return found


def _recipe(name: str, data: str, settings: str, memorize: int = 0, validation_rows: int = 0) -> Recipe:
    return Recipe(name, data, tuple(settings.split()), memorize, validation_rows)


# Chinese to English: the columns change places.
_BACK = "data.text=target data.target=source"
_TRANSLATE = "experiment=translation data.num_beams=4 train.eval_every_epochs=4"
# Nothing but memory is asked for here: no dropout and no smoothing.
_MEMORIZE = (
    "experiment=translation sweep.metric=bleu train.epochs=60 train.eval_every_epochs=20 train.label_smoothing=0 "
    "model.encoder.dropout=0 model.decoder.dropout=0"
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        _recipe(
            "sst2-full",
            "sst2",
            "data=json train.epochs=3 train.learning_rate=1e-4 train.label_smoothing=0.1 train.eval_every_steps=144",
        ),
        _recipe("sst2-head", "sst2", "data=json tuning=head train.epochs=4 train.learning_rate=5e-3"),
        _recipe("banking77-head", "banking77", "data=json tuning=head train.epochs=8 train.learning_rate=2e-2"),
        _recipe("stsb", "stsb", "experiment=regression train.epochs=2 train.learning_rate=2e-4"),
        _recipe("mrpc", "mrpc", "data=json sweep.metric=f1 train.epochs=2 train.learning_rate=1e-4"),
        _recipe("wnut17", "wnut17", "experiment=token_classification train.epochs=3 train.learning_rate=3e-4"),
        _recipe("squad", "squad_small", "experiment=question_answering train.epochs=2 train.learning_rate=3e-4"),
        _recipe("en-zh", "tatoeba_en_zh", _TRANSLATE, validation_rows=500),
        _recipe("zh-en", "tatoeba_en_zh", f"{_TRANSLATE} {_BACK}", validation_rows=500),
        _recipe("en-zh-memory", "tatoeba_en_zh", _MEMORIZE, memorize=64),
        _recipe("zh-en-memory", "tatoeba_en_zh", f"{_MEMORIZE} {_BACK}", memorize=64),
        _recipe(
            "shakespeare",
            "tiny_shakespeare",
            "experiment=language_modeling model.vocabulary=bytes model.dropout=0 train.epochs=4 "
            "train.learning_rate=3e-3",
        ),
        # The embedded model is English; a network from nothing learns more of Chinese in a minute.
        _recipe("chnsenticorp", "chnsenticorp", "data=json model=cnn train.epochs=4 train.learning_rate=2e-3"),
        _recipe("tang", "tang_poetry", "experiment=language_modeling train.epochs=4"),
    )
}
