"""From the plain mappings of a multi-task training to specifications, or to everything that is wrong with them."""

from typing import Any

import pytest

from models.errors import InputError
from models.spec import DiskData, DocstringsData, FileData, HubData, MultiTaskData
from models.spec.parts import part_specs, place_of, read_parts, weight_of

ROWS = {"source": "json", "train": "rows.jsonl"}


def told(**given: Any) -> list[str]:
    return [str(problem) for problem in read_parts(MultiTaskData(**given))[1]]


def test_each_source_has_its_specification() -> None:
    spec = MultiTaskData(
        tasks={
            "rows": {**ROWS, "task": "token_classification", "labels": ["O", 1], "validation_fraction": 0.5},
            "doc": {"source": "docstrings", "libraries": ["torch"]},
            "hub": {"source": "hub", "id": "someone/something"},
            "disk": {"source": "disk", "path": "folder", "train": None},
        },
        weights={"hub": 2},
    )
    assert list(part_specs(spec).items()) == [
        (
            "rows",
            FileData(
                source="json",
                task="token_classification",
                train="rows.jsonl",
                labels=["O", "1"],
                validation_fraction=0.5,
            ),
        ),
        ("doc", DocstringsData(libraries=["torch"], max_length=128)),
        ("hub", HubData(id="someone/something")),
        ("disk", DiskData(path="folder", train=None)),
    ]
    assert [weight_of(spec, name) for name in spec.tasks] == [1.0, 1.0, 2.0, 1.0]


def test_what_is_said_of_all_holds_for_those_that_do_not_say_otherwise() -> None:
    spec = MultiTaskData(tasks={"a": ROWS, "b": {**ROWS, "max_length": 16}}, max_length=64, leakage="drop")
    parts = part_specs(spec)
    assert [(part.max_length, part.leakage) for part in parts.values()] == [(64, "drop"), (16, "drop")]
    assert place_of(spec, "a", "max_length") == "data.max_length"
    assert place_of(spec, "b", "max_length") == "data.tasks.b.max_length"
    assert place_of(spec, "a", "train") == "data.tasks.a.train"


@pytest.mark.parametrize(
    ("given", "where", "says"),
    [
        ({}, "data.tasks", "at least one data set"),
        ({"tasks": {"a b": ROWS}}, "data.tasks.a b", "letters, digits and underscores"),
        ({"tasks": {"a": "rows.jsonl"}}, "data.tasks.a", "must be a mapping"),
        ({"tasks": {"a": {"train": "rows.jsonl"}}}, "data.tasks.a.source", "csv, json, parquet, docstrings, hub, disk"),
        ({"tasks": {"a": {"source": "multi_task"}}}, "data.tasks.a.source", "got 'multi_task'"),
        ({"tasks": {"a": {"source": "hub"}}}, "data.tasks.a.id", "must be given"),
        ({"tasks": {"a": {**ROWS, "libraries": ["torch"]}}}, "data.tasks.a.libraries", "no such key"),
        ({"tasks": {"a": {**ROWS, "lable": "x"}}}, "data.tasks.a.lable", "nearest keys: label"),
        ({"tasks": {"a": {**ROWS, "max_length": "long"}}}, "data.tasks.a.max_length", "a whole number, got 'long'"),
        ({"tasks": {"a": {**ROWS, "train_rows": 2.5}}}, "data.tasks.a.train_rows", "a whole number or null, got 2.5"),
        ({"tasks": {"a": {**ROWS, "pack": 1}}}, "data.tasks.a.pack", "true or false, got 1"),
        ({"tasks": {"a": {**ROWS, "text": True}}}, "data.tasks.a.text", "a text or null, got True"),
        ({"tasks": {"a": {**ROWS, "labels": "x"}}}, "data.tasks.a.labels", "a list, each of it a text or null"),
        ({"tasks": {"a": {**ROWS, "max_length": 1}}}, "data.tasks.a.max_length", ">= 4"),
        ({"tasks": {"a": {**ROWS, "task": "nothing"}}}, "data.tasks.a.task", "text_classification"),
        ({"tasks": {"a": ROWS}, "weights": {"b": 1.0}}, "data.weights.b", "names no part (parts: a)"),
        ({"tasks": {"a": ROWS}, "weights": {"a": 0.0}}, "data.weights.a", "above 0, got 0.0"),
        ({"tasks": {"a": ROWS}, "weights": {"a": float("inf")}}, "data.weights.a", "above 0, got inf"),
        ({"tasks": {"a": ROWS}, "weights": {"a": True}}, "data.weights.a", "above 0, got True"),
        ({"tasks": {"a": ROWS}, "train": "rows.jsonl"}, "data.train", "data.tasks.NAME.train"),
    ],
    ids=str,
)
def test_one_fault_is_one_problem(given: dict[str, Any], where: str, says: str) -> None:
    (text,) = told(**given)
    assert text.startswith(f"{where}: ")
    assert says in text


def test_all_faults_are_told_together_and_the_sound_parts_are_known() -> None:
    spec = MultiTaskData(
        tasks={"good": ROWS, "bad": {"source": "csv", "trian": "x", "max_length": 1.5}, "worse": {"sorce": "csv"}},
        weights={"ugly": -1.0},
        text="body",
    )
    parts, problems = read_parts(spec)
    assert list(parts) == ["good"]
    assert [problem.where for problem in problems] == [
        "data.text",
        "data.tasks.bad.trian",
        "data.tasks.bad.max_length",
        "data.tasks.worse.source",
        "data.tasks.worse.sorce",
        "data.weights.ugly",
        "data.weights.ugly",
    ]
    with pytest.raises(InputError) as caught:
        part_specs(spec)
    assert list(caught.value.problems) == problems


def test_a_bad_value_for_all_is_told_once() -> None:
    assert told(tasks={"a": ROWS, "b": ROWS}, max_length=1) == []  # `problems_in` of the whole tells it.
