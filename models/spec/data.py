"""What to train on: where the rows come from, which columns matter, how they are cleaned, and how they are split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.spec.fields import REQUIRED, opt

TASKS = (
    "text_classification",
    "multi_label_classification",
    "regression",
    "token_classification",
    "question_answering",
    "translation",
    "summarization",
    "language_modeling",
    "multi_task",
)


@dataclass(frozen=True)
class DataSpec:
    """What every data source has in common."""

    source: str = opt(REQUIRED, "Kind of source; set by the option of the `data` group.")
    task: str = opt("text_classification", "What the model learns to do.", choices=TASKS)
    train: str | None = opt(
        None,
        "Training rows: a file, by path or URL (`s3://`, `https://`, …), or the name of a split. Required for files.",
    )
    validation: str | None = opt(None, "Validation rows; null: a stratified part is cut from the training rows.")
    test: str | None = opt(None, "Test rows, never used to choose; null: a stratified part is cut as well.")
    text: str | None = opt(
        None, "Column of the text, of the first of two, of the words, or of the source; null: found by its name."
    )
    text_pair: str | None = opt(None, "Column of the second text of a pair; null: found by its name, or none.")
    label: str | None = opt(None, "Column of the label, the number, or the tags; null: found by its name.")
    labels: list[str] | None = opt(None, "Class names in order; null: the sorted distinct labels.")
    label_separator: str | None = opt(
        None, "What separates the labels of a row that are one text, for multi_label_classification; null: a list."
    )
    question: str | None = opt(None, "Column of the question; null: found by its name.")
    context: str | None = opt(None, "Column of the text that holds the answer; null: found by its name.")
    answers: str | None = opt(None, "Column of the answers, as SQuAD has them; null: found by its name.")
    target: str | None = opt(None, "Column of the text to generate; null: found by its name.")
    prefix: str = opt("", "Put before each source text, as T5 was trained: `translate English to German: `.")
    max_length: int = opt(128, "Longest input in tokens; longer ones are cut.", low=4, high=32768)
    max_target_length: int = opt(64, "Longest generated text in tokens; longer ones are cut.", low=4, high=32768)
    num_beams: int = opt(
        1, "Beams of the search for the text to generate; 1: the likeliest token each time.", low=1, high=64
    )
    stride: int | None = opt(
        None, "Tokens by which the pieces of a long context overlap; null: a quarter of `max_length`.", low=0
    )
    pack: bool = opt(True, "Fill each block of `max_length` tokens with several short texts, for language_modeling.")
    train_rows: int | None = opt(None, "Use only so many training rows, drawn stratified with `split_seed`.", low=2)
    validation_fraction: float = opt(0.15, "Share of rows cut for validation when there is none.", above=0, below=1)
    test_fraction: float = opt(0.15, "Share of rows cut for test when there is none.", low=0, below=1)
    split_seed: int = opt(0, "Seed of the cuts and of the subsample; the same for every trial.", low=0)
    empty: str = opt("error", "Rows without text: refuse the data, or leave the rows out.", choices=("error", "drop"))
    duplicates: str = opt(
        "keep", "Training rows that say the same twice: keep, or drop the later.", choices=("keep", "drop")
    )
    conflicts: str = opt(
        "keep", "Training rows of one text and several labels: keep, or drop all of them.", choices=("keep", "drop")
    )
    leakage: str = opt(
        "keep",
        "Training rows whose text is also in validation or test: keep, or drop them from training.",
        choices=("keep", "drop"),
    )
    too_long: str = opt(
        "cut",
        "Training rows with more than `max_length` tokens: cut their text, or drop them.",
        choices=("cut", "drop"),
    )
    normalize: str = opt(
        "none",
        "Texts as they are; `space`: runs of white space become one space, control characters go; `nfc`, `nfkc`: "
        "that, and Unicode's normal form.",
        choices=("none", "space", "nfc", "nfkc"),
    )


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
    """CSV, JSON (lines or an array) or Parquet files, local or at a URL: one, or one for each split."""

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


@dataclass(frozen=True)
class MultiTaskData(DataSpec):
    """Several data sets, one shared encoder, a head each.

    `tasks` names them; each is described by the keys of a `data` section of its own: its `source`, its `task`, its
    files and columns. What is said here of lengths, splits and cleaning holds for those that do not say otherwise.
    """

    source: str = opt("multi_task", "Kind of source.", choices=("multi_task",))
    task: str = opt("multi_task", "What the model learns to do.", choices=("multi_task",))
    tasks: dict[str, Any] = opt({}, "The data sets by name: `{mrpc: {source: json, task: text_classification, …}}`.")
    weights: dict[str, float] = opt({}, "Weight of each data set's own metric in `score`, their mean; 1 if not named.")
    temperature: float = opt(
        1.0,
        "Batches are of one data set each, drawn in proportion to its rows to the power 1 / temperature: 1 takes every "
        "row once an epoch; more takes the small ones more often.",
        above=0,
    )
