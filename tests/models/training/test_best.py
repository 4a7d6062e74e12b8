from models.training.best import Best


def test_min_delta_and_patience() -> None:
    best = Best(maximize=True, min_delta=0.1, patience=2)
    assert best.update(0.5, 1, 0.1)
    assert not best.update(0.55, 2, 0.2)
    assert not best.exhausted
    assert not best.update(0.6, 3, 0.3)  # Compared with the best, not with the last.
    assert best.exhausted
    assert (best.value, best.step) == (0.5, 1)
    assert best.update(0.7, 4, 0.4)
    assert not best.exhausted


def test_minimize() -> None:
    best = Best(maximize=False)
    assert best.update(1.0, 1, 0.1)
    assert not best.update(1.0, 2, 0.2)
    assert best.update(0.9, 3, 0.3)
    assert not best.exhausted
