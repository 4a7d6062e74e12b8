"""Several data sets prepared together: as each by itself, with one tokenizer, and problems at the place of the part."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from models.data import PreparedParts, prepare, read
from models.data.care import PartsCard
from models.errors import InputError
from models.spec import DataSpec, FileData, MultiTaskData, TinyModel

Write = Callable[[Path, Sequence[Mapping[str, Any]]], Path]
TINY = TinyModel(hidden_size=8, layers=1)


@pytest.fixture
def parts(in_tmp: Path, write_json: Write) -> dict[str, dict[str, Any]]:
    """40 texts with a class and 20 lists of words with tags; the second has words that the first does not."""
    write_json(in_tmp / "moods.jsonl", [{"text": f"row {at} is good", "label": "yn"[at % 2]} for at in range(40)])
    tagged = [{"tokens": ["zebra", "crossing", str(at)], "tags": ["O", "B-X", "O"]} for at in range(20)]
    write_json(in_tmp / "names.jsonl", tagged)
    return {
        "moods": {"source": "json", "train": "moods.jsonl"},
        "names": {"source": "json", "train": "names.jsonl", "task": "token_classification", "max_length": 12},
    }


def prepared(tasks: Mapping[str, Any], model: Any = TINY, **settings: Any) -> PreparedParts:
    found = prepare(MultiTaskData(tasks=dict(tasks), **settings), model, "cache")
    assert isinstance(found, PreparedParts)
    return found


def test_each_part_is_as_by_itself(parts: dict[str, dict[str, Any]]) -> None:
    together = prepared(parts)
    alone = {
        "moods": prepare(FileData(source="json", train="moods.jsonl"), TINY, "other"),
        "names": prepare(
            FileData(source="json", task="token_classification", train="names.jsonl", max_length=12), TINY, "other"
        ),
    }
    assert list(together.parts) == list(alone)
    for name, data in alone.items():
        part = together.parts[name]
        assert part.fingerprint == data.fingerprint
        assert part.train[:] == data.train[:]
        assert (part.card, part.about) == (data.card, data.about)
    assert max(len(ids) for ids in together.parts["names"].train["input_ids"]) == 12
    assert (len(together.train), len(together.validation), len(together.test)) == (28 + 14, 6 + 3, 6 + 3)
    assert together.train[28] == {"part": 1, "row": 0}
    assert together.raw.validation[8] == {"part": 1, "row": 2}


def test_what_is_known_of_them_together(parts: dict[str, dict[str, Any]]) -> None:
    data = prepared(parts, weights={"names": 2.0}, temperature=3.0)
    assert json.loads(json.dumps(data.about)) == data.about
    assert data.about["tasks"] == {"moods": "text_classification", "names": "token_classification"}
    assert data.about["weights"] == {"moods": 1.0, "names": 2.0}
    assert data.about["abouts"]["names"] == {"labels": ["O", "B-X"]}
    assert (data.temperature, data.labels, data.pair) == (3.0, (), False)
    assert [row["task"] for row in data.examples(2)] == ["moods", "moods", "names", "names"]
    assert data.examples(2)[2]["tokens"][:2] == ["zebra", "crossing"]
    assert any(note.startswith("names: words: column 'tokens'") for note in data.source_notes)


def test_the_fingerprint_is_of_rows_and_names(parts: dict[str, dict[str, Any]]) -> None:
    def fingerprint(tasks: Mapping[str, Any], **settings: Any) -> str:
        return prepared(tasks, **settings).fingerprint

    first = fingerprint(parts)
    assert fingerprint(parts, temperature=2.0, weights={"names": 2.0}) == first
    renamed = fingerprint({"moods": parts["moods"], "people": parts["names"]})
    Path("names.jsonl").write_text(Path("names.jsonl").read_text().replace("zebra", "horse"))
    assert len({first, renamed, fingerprint(parts)}) == 3


def test_a_learned_vocabulary_is_of_the_texts_of_all_parts(parts: dict[str, dict[str, Any]]) -> None:
    learned = TinyModel(hidden_size=8, layers=1, vocabulary="learned", vocabulary_size=400)
    data = prepared(parts, learned)
    assert all(part.tokenizers is data.tokenizers for part in data.parts.values())
    own = prepare(FileData(source="json", train="moods.jsonl"), learned, "cache")
    words = "crossing", "good"
    assert [len(data.tokenizers.source.tokenize(f" {word}")) for word in words] == [1, 1]
    assert len(own.tokenizers.source.tokenize(" crossing")) > 1


def test_the_cards_stand_together(parts: dict[str, dict[str, Any]]) -> None:
    rows = Path("moods.jsonl").read_text().splitlines()
    Path("moods.jsonl").write_text("\n".join([*rows, *rows]))
    card = prepared(parts).card
    assert isinstance(card, PartsCard)
    assert PartsCard.from_dict(json.loads(json.dumps(card.to_dict()))) == card
    assert card.to_dict()["rows_used"] == {"train": 56 + 14, "validation": 12 + 3, "test": 12 + 3}
    headings = [line for line in card.to_markdown().splitlines() if line.startswith("#")]
    assert headings[:2] == ["# Data for multi_task", "## moods: text_classification"]
    assert "## names: token_classification" in headings
    assert {line.split()[0] for line in headings[1:]} == {"##", "###"}
    warnings = card.warnings()
    assert any(line.startswith("moods: ") and "data.duplicates=drop" in line for line in warnings)
    assert [line for name, one in card.parts.items() for line in one.warnings()] == [
        line.split(": ", 1)[1] for line in warnings
    ]


def told(work: Callable[[DataSpec], object], tasks: Mapping[str, Any]) -> list[str]:
    with pytest.raises(InputError) as caught:
        work(MultiTaskData(tasks=dict(tasks)))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("work", [read, lambda spec: prepare(spec, TINY, "cache")], ids=["read", "prepare"])
def test_problems_of_all_parts_stand_at_their_parts(
    work: Callable[[DataSpec], object], parts: dict[str, dict[str, Any]]
) -> None:
    Path("bad.jsonl").write_text('{"text": "a", "label": "x"}\n{"text": 3, "label": "y"}\n')
    problems = told(
        work,
        {
            **parts,
            "lost": {"source": "csv", "train": "none.csv"},
            "none": {"source": "json"},
            "wrong": {**parts["moods"], "label": "topic"},
            "bad": {"source": "json", "train": "bad.jsonl"},
        },
    )
    assert [text.split(": ")[0] for text in problems] == [
        "data.tasks.lost.train",
        "data.tasks.none.train",
        "data.tasks.wrong.label",
        "bad.jsonl:2",
    ]
    assert told(work, {"b c": {}}) == [
        "data.tasks.b c: a part's name must be letters, digits and underscores, the first a letter; got 'b c'"
    ]


def test_reading_gives_the_rows_of_all(parts: dict[str, dict[str, Any]]) -> None:
    splits = read(MultiTaskData(tasks=parts))
    assert splits.train[:]["part"] == [0] * 28 + [1] * 14
    assert splits.train[:]["row"] == [*range(28), *range(14)]
