from hpo.budget import Budget


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_trials_and_hours_both_limit() -> None:
    clock = Clock()
    budget = Budget(4, hours=1.0, spent_s=1800, clock=clock)
    assert [budget.allows(count) for count in (0, 3, 4)] == [True, True, False]
    clock.now += 1799
    assert budget.allows(0)
    clock.now += 1
    assert not budget.allows(0)
    assert budget.spent_s == 3600
    assert str(budget) == "4 trials within 1 hours"


def test_more_trials_and_more_hours_alone_are_the_only_limit() -> None:
    clock = Clock()
    budget = Budget(4, hours=1.0, spent_s=3600, clock=clock)
    budget.extend(4, trials=2)
    assert (budget.trials, budget.hours) == (6, None)
    budget.extend(6, hours=2)
    assert (budget.trials, budget.hours) == (None, 3.0)
    budget.extend(9, trials=5)
    assert (budget.trials, budget.hours) == (14, None)
    budget.extend(14, trials=1, hours=1)
    assert (budget.trials, budget.hours) == (15, 2.0)
    assert str(budget) == "15 trials within 2 hours"


def test_a_trial_by_hand_is_on_top_and_touches_no_limit_of_time() -> None:
    budget = Budget(4, hours=1.0)
    budget.one_more()
    assert (budget.trials, budget.hours) == (5, 1.0)
