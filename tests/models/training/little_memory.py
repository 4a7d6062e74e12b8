"""Trainings in a process whose address space is limited; `python -m tests.models.training.little_memory FOLDER`.

Prints what came of each case as JSON. In a process of its own, because the limit holds for all that runs in it.
"""

from __future__ import annotations

import json
import logging
import random
import re
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from models.errors import TrainingOutOfMemoryError
from models.spec import FileData, FullTuning, TrainParams, TrainSpec, TransformerModel
from models.training import Evaluation, Wish, train

MIB = 2**20
LETTERS = ("abcdefgh", "stuvwxyz")
# A step with 32 rows of 500 tokens takes 480 MiB, one with 8 rows 220.
ROOM_MIB = 300
# An evaluation of 64 such rows takes 190 MiB.
ROOM_TO_EVALUATE_MIB = 100


def written(path: Path, long: int, short: int) -> str:
    """Rows of two classes: so many of 500 characters, then so many of 20."""
    drawn = random.Random(0)
    with path.open("w", encoding="utf-8") as file:
        for number, words in enumerate([250] * long + [10] * short):
            text = " ".join(drawn.choice(LETTERS[number % 2]) for _ in range(words))
            file.write(json.dumps({"text": text, "label": number % 2}) + "\n")
    return str(path)


def spec_in(folder: Path) -> TrainSpec:
    """Six steps over two epochs; in each, one batch of long rows and two of short ones."""
    data = FileData(
        source="json",
        train=written(folder / "train.jsonl", 32, 64),
        validation=written(folder / "validation.jsonl", 8, 8),
        test_fraction=0.0,
        max_length=512,
    )
    model = TransformerModel(vocabulary="bytes", hidden_size=64, layers=2, heads=2, dropout=0.0)
    params = TrainParams(epochs=2, batch_size=32, eval_batch_size=8, eval_every_steps=1, precision="fp32", seed=3)
    return TrainSpec(data, model, FullTuning(), params, cache_dir=str(folder / "cache"))


def address_space() -> int:
    """Bytes that this process has taken."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmSize:\s+(\d+) kB", status)[0]) * 1024


@contextmanager
def room(size: int) -> Iterator[None]:
    """So much address space, and no more."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def goes_on(spec: TrainSpec, size: int, out_dir: Path | None) -> dict[str, Any]:
    """A training that runs out of memory on its way, beside one that has enough."""
    asked: list[int] = []
    reported: list[Evaluation] = []

    def ask(step: int) -> Wish:
        asked.append(step)
        return Wish.SAVE

    with room(size):
        result = train(spec, reported.append, out_dir, ask=ask)
    return {"asked": asked, "reported": [asdict(one) for one in reported], "result": asdict(result)}


def hopeless(spec: TrainSpec, size: int) -> dict[str, Any]:
    """A training that cannot fit: 53 MiB of weights, as much for gradients, twice as much for the optimizer."""
    model = TransformerModel(vocabulary="bytes", hidden_size=768, layers=2, heads=2, dropout=0.0)
    try:
        with room(size):
            train(replace(spec, model=model, train=replace(spec.train, batch_size=2, max_steps=1)))
    except TrainingOutOfMemoryError as error:
        return {"what": error.what, "text": str(error), "cause": type(error.__cause__).__name__}
    return {}


def main(folder: Path) -> dict[str, Any]:
    """What came of each case. The unlimited trainings come last: the process keeps some of what they take."""
    spec = spec_in(folder)
    data = replace(spec.data, train=written(folder / "short.jsonl", 0, 16), validation=spec.data.train)
    params = replace(spec.train, batch_size=8, eval_batch_size=64, eval_every_steps=2)
    few = replace(spec, data=data, train=params)
    for one in (spec, few):  # Loads what is loaded once a process, and tokenizes.
        train(replace(one, train=replace(one.train, max_steps=1, eval_batch_size=1)), pieces=32)
    now = address_space()
    limited = {
        "evaluates": goes_on(few, now + ROOM_TO_EVALUATE_MIB * MIB, None),
        "goes on": goes_on(spec, now + ROOM_MIB * MIB, folder / "out"),
        "begins anew": goes_on(spec, now + ROOM_MIB * MIB, None),
        "no step fits": hopeless(spec, address_space() + 100 * MIB),
        "no model fits": hopeless(spec, address_space() + 20 * MIB),
    }
    return limited | {"whole": asdict(train(spec)), "evaluates whole": asdict(train(few))}


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    print(json.dumps(main(Path(sys.argv[1]))))  # noqa: T201  # Read by the test.
