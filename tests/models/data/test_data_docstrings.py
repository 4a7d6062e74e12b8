from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from models.data import Splits, fingerprint, read
from models.data.docstrings import docstrings_key
from models.data.library import distribution_of, masker, source_files, version_of
from models.data.sentences import sentences
from models.spec import DataSpec, DocstringsData

Problems = Callable[[DataSpec], list[str]]

# All three are dependencies of this project; sklearn is installed under another name.
SPEC = DocstringsData(libraries=["sklearn", "pandas", "optuna"], sentences_per_library=40)


@pytest.fixture(scope="module")
def splits() -> Splits:
    return read(SPEC)


def rows_of(splits: Splits) -> list[tuple[str, int]]:
    parts = (splits.train, splits.validation, splits.test)
    return [(row["text"], row["label"]) for part in parts for row in part]


def test_balanced_and_in_order_of_the_spec(splits: Splits) -> None:
    assert splits.labels == ("sklearn", "pandas", "optuna")
    assert Counter(label for _, label in rows_of(splits)) == {0: 40, 1: 40, 2: 40}
    assert not splits.pair


def test_no_sentence_twice(splits: Splits) -> None:
    texts = [text.lower() for text, _ in rows_of(splits)]
    assert len(set(texts)) == len(texts)


def test_names_are_masked(splits: Splits) -> None:
    texts = [text for text, _ in rows_of(splits)]
    leaks = [text for text in texts if re.search(r"sklearn|scikit|pandas|optuna|\bpd\b", text, re.IGNORECASE)]
    assert leaks == []
    assert any("LIBRARY" in text for text in texts)


def test_sentences_are_natural(splits: Splits) -> None:
    for text, _ in rows_of(splits):
        assert 6 <= len(text.split()) <= 60
        assert text[0].isupper()
        assert text[-1] in ".!?"
        assert not re.search(r">>>|\.\. |:param|---|===|`", text)


def test_the_same_in_another_process(splits: Splits, python: Callable[..., str]) -> None:
    code = f"from models.spec import DocstringsData; from models.data import *; print(fingerprint(read({SPEC!r})))"
    assert python(code, PYTHONHASHSEED="7").strip() == fingerprint(splits)


def test_libraries_are_not_imported(python: Callable[..., str]) -> None:
    spec = DocstringsData(libraries=["optuna", "ray"], sentences_per_library=10)
    code = (
        "import sys; from models.spec import DocstringsData; from models.data import read\n"
        f"read({spec!r}); print('optuna' in sys.modules, 'ray' in sys.modules)"
    )
    assert python(code).strip() == "False False"


def test_sentences_come_from_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    nouns = ["apple", "bread", "cheese", "dates", "eggs", "figs", "grapes", "honey", "ice", "jam", "kale", "lemons"]
    for library in ("wide_one", "wide_two"):
        (tmp_path / library).mkdir()
        for file in ("__init__", "first", "second", "third", "fourth"):
            lines = [f"The {noun} of {library[-3:]} is sold at the {file.strip('_')} shop." for noun in nouns]
            (tmp_path / library / f"{file}.py").write_text('"""' + "\n\n".join(lines) + '"""\n')
    splits = read(DocstringsData(libraries=["wide_one", "wide_two"], sentences_per_library=20))
    shops = Counter((label, text.split()[-2]) for text, label in rows_of(splits))
    assert len(shops) == 10
    assert max(shops.values()) <= 6


def test_missing_libraries(problems: Problems) -> None:
    spec = DocstringsData(libraries=["pandas", "no_such_library", "no.dots"])
    hint = "(install it, or take it out of the list; the import name is needed, as in sklearn)"
    assert problems(spec) == [
        f"data.libraries: 'no_such_library' is not installed as Python source {hint}",
        f"data.libraries: 'no.dots' is not installed as Python source {hint}",
    ]


def test_too_few_sentences(tmp_path: Path, problems: Problems, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / "tiny_documented"
    package.mkdir()
    (package / "__init__.py").write_text('"""This small package documents very little of itself."""\n')
    spec = DocstringsData(libraries=["pandas", "tiny_documented"], sentences_per_library=10)
    assert problems(spec) == [
        "data.libraries: 'tiny_documented' has 1 usable sentences, sentences_per_library is 10 "
        "(ask for fewer sentences, or take the library out)"
    ]


def test_settings_that_docstrings_do_not_have(problems: Problems) -> None:
    spec = DocstringsData(libraries=["pandas", "pandas"], validation="dev")
    assert problems(spec) == [
        "data.validation: must be null for docstrings, which have no splits of their own, got 'dev'",
        "data.libraries: names a library twice: pandas, pandas",
    ]


def test_sentences_that_differ_in_case_are_one(
    tmp_path: Path, problems: Problems, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    words = ["The", "shop", "of", "this", "town", "sells", "bread", "all", "day."]
    shouted = [" ".join([*words[:at], words[at].upper(), *words[at + 1 :]]) for at in range(1, 9)]
    (tmp_path / "shouted_once.py").write_text('"""' + "\n\n".join(shouted) + '"""\n')
    spec = DocstringsData(libraries=["pandas", "shouted_once"], sentences_per_library=10)
    assert problems(spec)[0].startswith("data.libraries: 'shouted_once' has 1 usable sentences")


def test_a_sentence_of_two_libraries_is_in_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    nouns = ["apple", "bread", "cheese", "dates", "eggs", "figs", "grapes", "honey", "ice", "jam", "kale"]
    for name in ("documented_one", "documented_two"):
        own = [f"The {noun} of this shop is sold by {name[-3:]} people." for noun in nouns]
        lines = "\n\n".join([*own, "Both of these shops are open on every day."])
        (tmp_path / f"{name}.py").write_text(f'"""{lines}"""\n')
    splits = read(DocstringsData(libraries=["documented_one", "documented_two"], sentences_per_library=11))
    assert len(rows_of(splits)) == 22
    assert not any(text.startswith("Both of") for text, _ in rows_of(splits))


def test_versions_and_distributions() -> None:
    assert distribution_of("sklearn") == "scikit-learn"
    assert distribution_of("torch") == "torch"
    assert distribution_of("yaml") == "PyYAML"
    assert distribution_of("no_such_library") is None
    assert version_of("no_such_library") is None
    assert version_of("json") == ".".join(map(str, sys.version_info[:3]))
    assert docstrings_key(SPEC).startswith(f"sklearn=={version_of('sklearn')} pandas==")


def test_source_files_leave_out_tests_and_vendored_code() -> None:
    parts = {part for library in ("pandas", "ray") for file in source_files(library) for part in file.parts[-3:-1]}
    assert parts.isdisjoint({"tests", "thirdparty_files", "_vendor", "__pycache__"})
    assert len(source_files("pandas")) > 200


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Use Ray arrays, not X-rays.", "Use LIBRARY arrays, not X-rays."),
        ("A RayActor and ray_actor and ray.get", "A LIBRARYActor and LIBRARY_actor and LIBRARY.get"),
        ("pd.DataFrame of Pandas; PandasArray", "LIBRARY.DataFrame of LIBRARY; LIBRARYArray"),
        ("scikit-learn, Scikit Learn and sklearn.svm", "LIBRARY, LIBRARY and LIBRARY.svm"),
        ("PyTorch, torch and torchscript", "LIBRARY, LIBRARY and LIBRARYscript"),
        ("updated and arrays and a spd matrix", "updated and arrays and a spd matrix"),
    ],
)
def test_mask(text: str, masked: str) -> None:
    assert masker(["ray", "pandas", "sklearn", "torch"])(text) == masked


def test_sentences_of_a_docstring() -> None:
    docstring = """Return the :class:`~a.b.Frame` with all ``rows`` in order.

    It keeps the [labels](http://x.y) of every column. Too short. This one has x = 3 in it, so it is code.

    Parameters
    ----------
    x : int
        The number of rows that the frame has at most.

    Notes
    -----
    The sort is stable, as the Python sort always is.

    Examples
    --------
    The example shows how the frame is made from rows.

    >>> make(3)
    """
    assert list(sentences(docstring)) == [
        "Return the a.b.Frame with all rows in order.",
        "It keeps the labels of every column.",
        "The sort is stable, as the Python sort always is.",
    ]


def test_sentences_without_blocks() -> None:
    docstring = """Make a new frame from the rows.

    Args:
        x: The number of rows that the frame has at most.

    Returns:
        The frame that was made from all of the rows.

    ```
    This is inside of a fence, and so it is code.

    And this is the second paragraph of that same code.
    ```

    - This is an item of a list, not a sentence.

    .. note:: This is a directive, which is marked up as such.

    This is the last sentence and it is kept."""
    assert list(sentences(docstring)) == [
        "Make a new frame from the rows.",
        "This is the last sentence and it is kept.",
    ]
