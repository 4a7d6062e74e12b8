from dashboards.figures import finding, pictures

COUNTS = [[8, 2, 0], [1, 9, 0], [0, 0, 5]]
CONFUSION = {"labels": ["cat", "dog", "(2 others)"], "counts": COUNTS, "right": 18}
PAIRS = [{"true": "eel", "said": "cod", "count": 4}, {"true": "cat", "said": "dog", "count": 2}]


def test_confusion_shades_shares_of_the_true_class() -> None:
    made = pictures.confusion(CONFUSION, PAIRS)
    assert made is not None
    assert finding(made) == "18 of 25 are right; most often eel is taken for cod (4 times)"
    assert made.data[0].z[0] == [0.8, 0.2, 0.0] == list(made.data[0].z[0])
    assert list(made.data[0].text[0]) == ["8", "2", ""]


def test_without_rows_there_is_no_confusion() -> None:
    assert pictures.confusion({"labels": ["a"], "counts": [[0]], "right": 0}, []) is None


def test_calibration_says_in_which_way_it_is_off() -> None:
    sure = {"low": 0.9, "high": 1.0, "count": 10, "confidence": 0.95, "right": 0.6}
    made = pictures.calibration({"bins": [sure], "error": 0.35})
    assert made is not None
    assert finding(made).startswith("It is surer than it is right: confidence and accuracy are 0.35 apart")
    humble = pictures.calibration({"bins": [{**sure, "right": 1.0}], "error": 0.05})
    assert humble is not None
    assert finding(humble).startswith("It is right more often than it is sure")
    assert pictures.calibration({"bins": [], "error": 0.0}) is None


def test_histogram_bars_are_as_wide_as_their_bins() -> None:
    made = pictures.histogram("spread", {"edges": [0, 1, 3], "counts": [4, 2]}, "score")
    assert made is not None
    assert (list(made.data[0].x), list(made.data[0].width)) == ([0.5, 2.0], [1, 2])


def test_numbers_against_the_diagonal() -> None:
    made = pictures.true_and_said([[1.0, 1.5], [3.0, 2.0]], -0.25)
    assert made is not None
    assert finding(made) == "What it says against what is true; on average it says 0.25 too little"
    assert list(made.data[0].x) == list(made.data[0].y) == [1.0, 3.0]
    assert pictures.true_and_said([], None) is None


def test_bars_and_positions() -> None:
    assert pictures.bars("nothing", {"a": 0}, "rows") is None
    parts = [
        {"low": 1, "high": 8, "loss": 3.2, "tokens": 9},
        {"low": 9, "high": 16, "loss": 2.5, "tokens": 7},
    ]
    made = pictures.by_position(parts)
    assert made is not None
    assert finding(made) == "The loss goes from 3.2 at the begin of a block to 2.5 at its end"
