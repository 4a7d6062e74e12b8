"""`hpo predict NAME`: what a sweep's best model, or any trained model, says of texts or of a file of rows."""

from __future__ import annotations

import argparse
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from rich.console import Console
from rich.text import Text

from hpo.errors import InputError
from hpo.place import add_place, place_of
from hpo.rows_file import answered, check_file, check_target, chunks, whole_file
from hpo.terminal import words
from hpo.terminal.predictions import show_predictions
from hpo.trained import find_trained
from models.predict import Predictor

EXAMPLES = """\
examples:
  hpo predict first --text "Returns a tensor with the same data" --text "Draws a histogram"
  hpo predict first --text "A man sleeps." --text-pair "Someone is asleep."
  hpo predict first --question "Who built it?" --context "The bridge was built by Maria Lopez in 1890."
  hpo predict first --file in.jsonl --out out.jsonl
  hpo predict first --trial 3 --file in.jsonl | jq .prediction.label
  hpo predict outputs/train-1124-150000 --file in.jsonl --out out.jsonl

A line of the file is a JSON object with the row's keys, as the training rows have them without the answer, or a text:
  {"id": 7, "text": "Draws a histogram"}
  {"question": "Who built it?", "context": "The bridge was built by Maria Lopez in 1890."}
  {"tokens": ["Maria", "left", "Rome"]}
Each line of the answer is that object with one more key: prediction."""


def run(arguments: list[str], console: Console) -> int:
    """Predict. Arguments: NAME and options, as `hpo predict --help` lists them."""
    given = _parser().parse_args(arguments)
    inputs = _inputs(given)
    out: Path | None = given.out
    if out is not None:
        check_target(out, force=given.force)
    found = find_trained(given.name, place_of(given), given.trial)
    if found.note:
        Console(stderr=True).print(Text(f"note: {found.note}", style="yellow"), soft_wrap=True)
    predictor = Predictor.load(found.folder, gpu=given.gpu, trust_remote_code=given.trust_remote_code)
    if inputs is None:
        return _predict_file(predictor, given, console)
    try:
        predictions = predictor.predict(inputs, given.batch_size)
    except InputError as error:
        raise _of_options(error) from error
    if out is None and not given.json:
        show_predictions(console, inputs, predictions)
        return 0
    lines = [answered(row, prediction) for row, prediction in zip(inputs, predictions, strict=True)]
    if out is None:
        _standard_output().writelines(lines)
        return 0
    with whole_file(out, force=given.force) as file:
        file.writelines(lines)
    return 0


def _predict_file(predictor: Predictor, given: argparse.Namespace, console: Console) -> int:
    """Every line is checked before the first is predicted."""
    path, out = given.file, given.out
    rows = check_file(path, predictor.rows)
    if out is None:
        _predict_lines(predictor, path, _standard_output(), given.batch_size)
        return 0
    begin = time.monotonic()
    with whole_file(out, force=given.force) as file:
        _predict_lines(predictor, path, file, given.batch_size)
    took_s = time.monotonic() - begin
    console.print(f"{out}: {rows} rows in {words.seconds(took_s)}", highlight=False, markup=False, soft_wrap=True)
    return 0


def _predict_lines(predictor: Predictor, path: Path, file: BinaryIO, batch_size: int | None) -> None:
    for lines in chunks(path):
        predictions = predictor.predict([line.row for line in lines], batch_size)
        file.writelines(answered(line.row, found) for line, found in zip(lines, predictions, strict=True))
        file.flush()


def _standard_output() -> BinaryIO:
    """Bytes, so that the terminal's language has no say in what is written."""
    sys.stdout.flush()
    return sys.stdout.buffer


def _inputs(given: argparse.Namespace) -> list[dict[str, Any]] | None:
    """The rows that the options give; None: they are in a file.

    Raises:
        InputError: None, several kinds, or pairs of which one half is missing.
    """
    asked = {name: getattr(given, name) for name in ("text", "question", "file") if getattr(given, name)}
    if len(asked) != 1:
        got = " and ".join(f"--{name}" for name in asked) or "none"
        raise InputError.one("input", f"must be one of --text, --question with --context, and --file; got {got}")
    part = {} if given.part is None else {"task": given.part}
    if given.file is not None:
        if given.part is not None:
            raise InputError.one("--part", "is for --text and --question; in a file each row names its own: task")
        return None
    if given.force and given.out is None:
        raise InputError.one("--force", "replaces the file of --out, which is not given")
    if given.question:
        _paired("--question", given.question, "--context", given.context)
        contexts = given.context * (len(given.question) if len(given.context) == 1 else 1)
        rows = zip(given.question, contexts, strict=True)
        return [{**part, "question": question, "context": context} for question, context in rows]
    if not given.text_pair:
        return [{**part, "text": text} for text in given.text]
    _paired("--text", given.text, "--text-pair", given.text_pair, one_for_all=False)
    pairs = zip(given.text, given.text_pair, strict=True)
    return [{**part, "text": text, "text_pair": other} for text, other in pairs]


def _paired(one: str, firsts: list[str], other: str, seconds: list[str], *, one_for_all: bool = True) -> None:
    if len(firsts) == len(seconds) or (one_for_all and len(seconds) == 1):
        return
    raise InputError.one(other, f"must be given once for each {one}: {len(firsts)} times, got {len(seconds)}")


def _of_options(error: InputError) -> InputError:
    """Problems of inputs, told by the options that gave them."""
    return InputError(
        replace(problem, where=re.sub(r"inputs\[(\d+)\]", lambda at: f"input {int(at[1]) + 1}", problem.where))
        for problem in error.problems
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number, at least 1, got {text!r}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hpo predict",
        description="What a trained model says of texts, or of a file of rows.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_model(parser)
    what = parser.add_argument_group("what to predict")
    what.add_argument("--text", action="append", metavar="TEXT", help="a text; may be repeated")
    what.add_argument("--text-pair", action="append", metavar="TEXT", help="of pairs, the second text of each --text")
    what.add_argument("--question", action="append", metavar="TEXT", help="a question; may be repeated")
    what.add_argument(
        "--context", action="append", default=[], metavar="TEXT", help="where its answer is; one for each, or for all"
    )
    what.add_argument("--part", metavar="NAME", help="of a multi-task model, the part that --text is for")
    what.add_argument("--file", type=Path, metavar="IN", help="JSON lines, read piece by piece; all are checked first")
    how = parser.add_argument_group("how, and where to")
    how.add_argument("--out", type=Path, metavar="OUT", help="JSON lines; without it they go to standard output")
    how.add_argument("--force", action="store_true", help="replace OUT")
    how.add_argument("--json", action="store_true", help="answer --text and --question in JSON lines too")
    how.add_argument("--gpu", action="store_true", help="compute on the GPU")
    how.add_argument("--batch-size", type=_positive, metavar="N", help="rows in one forward pass (by their length)")
    return parser


def add_model(parser: argparse.ArgumentParser) -> None:
    """The arguments that say which model is meant."""
    parser.add_argument("name", metavar="NAME", help="a sweep's name, or the folder of a trained model")
    parser.add_argument(
        "--trial", type=int, metavar="K", help="of the sweep's trials (the best of those with weights on disk)"
    )
    parser.add_argument(
        "--trust-remote-code", action="store_true", help="run Python code that the model came with, if you trust it"
    )
    add_place(parser)
