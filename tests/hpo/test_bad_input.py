"""Bad input: each row is what a person types and what they are told, before Ray starts and before any MLflow run."""

import os
from pathlib import Path

import pytest
from rich.console import Console

from hpo.cli import run
from hpo.ledger import Ledger, ledger_url

CSV = "text,label\n" + "".join(f"some words {i},{'yes' if i % 2 else 'no'}\n" for i in range(40))

FILES = {
    "rows.csv": CSV,
    "short_row.csv": CSV + "only one field\n",
    "one_class.csv": CSV.replace("no", "yes"),
    "numbers.csv": "text,label\n" + "".join(f"{i}.5,{'yes' if i % 2 else 'no'}\n" for i in range(40)),
    "new_label.csv": CSV + "other words,maybe\n",
    "bad.jsonl": '{"text": "a", "label": "x"}\n{"text": "b", "label": \n',
}

# Overrides (with {dir} for the folder of the files above), the place, and what is said of it.
TABLE = [
    (["train.epoch=3"], "train.epoch: no such key", "train.epochs"),
    (["model=minlm"], "model: no option 'minlm'", "options: bert-base, bert-base-chinese, cnn, distilbert"),
    (["data=docstring"], "data: no option 'docstring'", "docstrings"),
    (["sampler=bayes"], "sampler: no option 'bayes'", "tpe"),
    (["space.train.learning_rte={low: 1e-5, high: 1e-3}"], "space.train.learning_rte:", "train.learning_rate"),
    (["space.train.learning_rate={low: 1e-3, high: 1e-5}"], "space.train.learning_rate:", "low"),
    (["space.train.weight_decay={low: 0, high: 0.1, log: true}"], "space.train.weight_decay:", "log"),
    (["space.train.learning_rate.high=2"], "space.train.learning_rate:", "<= 1"),
    (["space.train.batch_size.choices=[]"], "space.train.batch_size:", "choices"),
    (
        ["space.train.label_smoothing={low: 0, high: 0.1, when: {train.epochs: 3}}"],
        "space.train.label_smoothing",
        "train.epochs",
    ),
    (
        [
            "space.train.adam_beta1={low: 0.8, high: 0.9, when: {train.adam_beta2: {low: 0.9}}}",
            "space.train.adam_beta2={low: 0.8, high: 0.99, when: {train.adam_beta1: {low: 0.85}}}",
        ],
        "space.train.adam_beta",
        "circle",
    ),
    (["space.model={choices: [tiny, huge]}"], "space.model:", "huge"),
    (["sweep.metric=acuracy"], "sweep.metric:", "accuracy"),
    (["confirm.seeds=1"], "confirm.seeds:", "must be >= 2"),
    (["confirm.top_k=-1", "confirm.level=1.0"], "confirm.level:", "must be > 0 and < 1"),
    (["sweep.metrics=[{name: accuracy},{name: latency}]"], "sweep.metrics[1].name: must be one of", "latency_ms?"),
    (["sweep.metrics=[{name: size_mib}]"], "sweep.metrics[0]: the first must be a validation metric", "early stopping"),
    (["sweep.metric=accuracy", "sweep.metrics=[{name: loss}]"], "sweep.metric: is for one metric", "sweep.metrics"),
    (["sweep.constraints=[latency_ms about 20]"], "sweep.constraints[0]: must be a name", "latency_ms <= 20"),
    (["sweep.constraints=['train_s<1','train_s>2']"], "sweep.constraints[1]: train_s > 2 and train_s < 1", "exclude"),
    (
        ["sweep.metrics=[{name: accuracy},{name: train_s}]", "scheduler=median"],
        "scheduler: median goes by one metric",
        "asha",
    ),
    (["data=csv"], "data.train:", "file"),
    (["data=csv", "data.train={dir}/row.csv"], "data.train:", "rows.csv"),
    (["data=csv", "data.train={dir}/rows.csv", "data.label=topic"], "data.label:", "label"),
    (["data=csv", "data.train={dir}/short_row.csv"], "short_row.csv:42", "field"),
    (["data=json", "data.train={dir}/bad.jsonl"], "bad.jsonl:2", ""),
    (["data=csv", "data.train={dir}/one_class.csv"], "data.label", "one class"),
    (["data=csv", "data.train={dir}/numbers.csv"], "data.text", "number"),
    (
        ["data=csv", "data.train={dir}/rows.csv", "data.test={dir}/new_label.csv"],
        "new_label.csv:42: label 'maybe'",
        "training labels: no, yes",
    ),
    (["slots.gpu_fraction=1"], "slots.gpu_fraction: asks for 1 of a GPU, but this machine has 0 GPUs", ""),
    (["slots.cpus=4096"], "slots.cpus: must be <=", "4096"),
    (["sampler=grid"], "space.train.learning_rate", "step"),
    (["sampler=cmaes"], "sampler", "cmaes"),
    (["sweep.name=taken"], "sweep.name: 'taken' is taken", "hpo resume taken"),
    (["sweep.name=a/b"], "sweep.name: must be letters", "a/b"),
    (["model=hub", "model.id=nobody/no-such-model"], "model.id:", "HF_HUB_OFFLINE"),
    (["data=hub", "data.id=nobody/no-such-data"], "data.id:", "HF_HUB_OFFLINE"),
    (["tracking.uri=http://127.0.0.1:9"], "tracking.uri: no MLflow server answers at http://127.0.0.1:9", "start it"),
    (["tracking=server"], "tracking.uri: must be given", ""),
    (["train.epochs=1,2"], "train.epochs=1,2: a value to set is one value, got several", "choices"),
    (["--multirun"], "--multirun: a sweep searches by itself", "space"),
    (["scheduler.min_epochs=3"], "scheduler.min_epochs:", "fifo"),
    (["data=multi_task"], "data.tasks: must name at least one data set", "data.tasks.mrpc={"),
    (
        ["data=multi_task", "data.tasks.mood={source: csv, trian: rows.csv}"],
        "data.tasks.mood.trian: no such key",
        "train",
    ),
    (
        ["data=multi_task", "data.tasks.mood={source: csv, train: row.csv}"],
        "data.tasks.mood.train: there is no file",
        "",
    ),
    (
        ["data=multi_task", "data.tasks.mood={source: csv, train: {dir}/short_row.csv}", "data.weights.mod=2"],
        "data.weights.mod: names no part",
        "parts: mood",
    ),
    (
        ["data=multi_task", "data.tasks.mood={source: csv, train: {dir}/rows.csv, label: topic}"],
        "data.tasks.mood.label:",
        "columns: text, label",
    ),
    (["data=multi_task", "data.tasks.lm={source: csv, task: language_modeling}"], "data.tasks.lm.task:", "minimized"),
    (
        ["experiment=multi_task", "sweep.metric=learning/acuracy"],
        "sweep.metric: must be one of score",
        "learning/accuracy",
    ),
    (
        ["experiment=multi_task", "sweep.metric=figures/loss", "sweep.direction=maximize"],
        "sweep.direction:",
        "minimized",
    ),
    (
        ["data=csv", "data.train={dir}/rows.csv", "data.task=multi_task"],
        "data.task: multi_task is for",
        "data=multi_task",
    ),
    (["train.precision=fp8"], "train.precision: must be one of auto, bf16, fp16, fp32, got 'fp8'", ""),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    Ledger.create(ledger_url(folder / "outputs"), "taken", maximize=True, about={})
    return folder


def told(folder: Path, *overrides: str) -> tuple[int, str]:
    errors = Console(width=10_000, file=(folder / "errors.txt").open("w"))
    given = [text.replace("{dir}", str(folder)) for text in overrides]
    if not any(text.startswith("output_dir=") for text in given) and "--multirun" not in given:
        given.append(f"output_dir={folder / 'outputs'}")
    code = run(["sweep", "model=tiny", *given], Console(file=(folder / "out.txt").open("w")), errors)
    errors.file.close()
    return code, (folder / "errors.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("overrides", "place", "piece"), TABLE, ids=lambda value: str(value)[:60])
def test_row(folder: Path, overrides: list[str], place: str, piece: str) -> None:
    code, text = told(folder, *overrides)
    assert code == 2
    assert place in text
    assert piece in text[text.index(place) :]
    assert not (folder / "outputs" / "mlflow.db").exists(), "an MLflow store was made"


def test_all_problems_come_together(folder: Path) -> None:
    code, text = told(
        folder,
        "train.epoch=3",
        "sweep.trials=0",
        "slots.cpus=4096",
        "space.train.learning_rate={low: 1, high: 2}",
        "sweep.metric=nothing",
        "data=csv",
        "data.train={dir}/short_row.csv",
        "sweep.name=taken",
    )
    assert code == 2
    for place in (
        "train.epoch",
        "sweep.trials",
        "slots.cpus",
        "space.train.learning_rate",
        "sweep.metric",
        "sweep.name",
    ):
        assert f"  {place}" in text
    assert "short_row.csv:42" in text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_output_folder(folder: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    code, text = told(folder, f"output_dir={tmp_path / 'inner'}")
    assert (code, "output_dir: cannot write to" in text) == (2, True)


def test_output_folder_that_is_a_file(folder: Path) -> None:
    code, text = told(folder, f"output_dir={folder / 'rows.csv'}")
    assert code == 2
    assert f"output_dir: cannot write to {folder / 'rows.csv'}" in text


@pytest.mark.parametrize(
    ("arguments", "message"), [(["swep"], "nearest commands: sweep"), (["results", "nope"], "no sweep called 'nope'")]
)
def test_command_line(arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HPO_OUTPUT_DIR", str(tmp_path))
    with (tmp_path / "errors.txt").open("w") as file:
        code = run(arguments, Console(), Console(width=1000, file=file))
    assert code == 2
    assert message in (tmp_path / "errors.txt").read_text()
