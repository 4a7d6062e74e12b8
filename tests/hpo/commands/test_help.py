"""What the help of commands shows can be typed."""

import shlex

import pytest

from hpo.commands.predict import EXAMPLES, _parser


@pytest.mark.parametrize("line", [line.strip() for line in EXAMPLES.splitlines() if line.startswith("  hpo predict ")])
def test_examples_of_predict(line: str) -> None:
    given = _parser().parse_args(shlex.split(line.partition(" | ")[0])[2:])
    assert given.trial is None or "/" not in given.name, "--trial is for a sweep's name"
