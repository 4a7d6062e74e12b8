"""What to train on: where the rows come from, which columns matter, and how they are split."""

from __future__ import annotations

from dataclasses import dataclass

from models.spec.fields import REQUIRED, opt

TASKS = ("text_classification",)


@dataclass(frozen=True)
class DataSpec:
    """What every data source has in common."""

    source: str = opt(REQUIRED, "Kind of source; set by the option of the `data` group.")
    task: str = opt("text_classification", "What the model learns to do.", choices=TASKS)
    train: str | None = opt(None, "Training rows: a file, or the name of a split. Required for files.")
    validation: str | None = opt(None, "Validation rows; null: a stratified part is cut from the training rows.")
    test: str | None = opt(None, "Test rows, never used to choose; null: a stratified part is cut as well.")
    text: str | None = opt(None, "Column of the text, or of the first of two; null: found by its name.")
    text_pair: str | None = opt(None, "Column of the second text of a pair; null: found by its name, or none.")
    label: str | None = opt(None, "Column of the label; null: found by its name.")
    labels: list[str] | None = opt(None, "Class names in order; null: the sorted distinct labels.")
    max_length: int = opt(128, "Longest input in tokens; longer ones are cut.", low=4, high=32768)
    train_rows: int | None = opt(None, "Use only so many training rows, drawn stratified with `split_seed`.", low=2)
    validation_fraction: float = opt(0.15, "Share of rows cut for validation when there is none.", above=0, below=1)
    test_fraction: float = opt(0.15, "Share of rows cut for test when there is none.", low=0, below=1)
    split_seed: int = opt(0, "Seed of the cuts and of the subsample; the same for every trial.", low=0)


@dataclass(frozen=True)
class DocstringsData(DataSpec):
    """Embedded data: sentences of the installed libraries' docstrings; the label is the library."""

    source: str = opt("docstrings", "Kind of source.", choices=("docstrings",))
    max_length: int = opt(48, "Longest input in tokens; longer ones are cut.", low=4, high=32768)
    libraries: list[str] = opt(
        ["torch", "pandas", "sklearn", "scipy", "mlflow", "ray", "transformers", "matplotlib"],
        "Import names of the libraries whose docstrings are read; each is a class.",
    )
    sentences_per_library: int = opt(130, "Sentences kept of each library, all splits together.", low=10)


@dataclass(frozen=True)
class FileData(DataSpec):
    """Local CSV, JSON (lines or an array) or Parquet files: one, or one for each split."""

    source: str = opt(REQUIRED, "File format.", choices=("csv", "json", "parquet"))


@dataclass(frozen=True)
class HubData(DataSpec):
    """A dataset of the Hugging Face hub, or of its local cache when HF_HUB_OFFLINE is set."""

    source: str = opt("hub", "Kind of source.", choices=("hub",))
    id: str = opt(REQUIRED, "Dataset id, as in `stanfordnlp/sst2`.")
    subset: str | None = opt(None, "Configuration of the dataset, where it has several.")
    revision: str | None = opt(None, "Branch, tag or commit; null: the default branch.")
    train: str | None = opt("train", "Split with the training rows.")


@dataclass(frozen=True)
class DiskData(DataSpec):
    """A folder written by `datasets.save_to_disk`: one split, or a dictionary of splits."""

    source: str = opt("disk", "Kind of source.", choices=("disk",))
    path: str = opt(REQUIRED, "The folder.")
    train: str | None = opt("train", "Split with the training rows, where the folder holds several.")
