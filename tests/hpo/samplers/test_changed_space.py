"""A sweep that goes on with another space: old trials count as far as they are in it."""

import optuna
import pytest
from optuna.trial import TrialState

from hpo.history import History
from hpo.samplers import GPSpec, RandomSpec, Sampler, SamplerSpec, TPESpec, make_sampler
from hpo.samplers.lines import lines_of
from hpo.samplers.past import PastSampler, with_history
from hpo.space import FloatDimension, Space
from tests.contract.studies import advance, memory_study
from tests.hpo.history.toys import SPACE, past_sweeps

RATE, DECAY, _ = SPACE.dimensions
NARROWER = Space((FloatDimension.make(RATE.name, 1e-5, 1e-3, log=True), DECAY))
SPECS = [RandomSpec(), TPESpec(startup_trials=4), GPSpec(startup_trials=4)]


@pytest.fixture
def study() -> optuna.Study:
    """Of twelve trials."""
    study = memory_study()
    advance(study, make_sampler(RandomSpec(), SPACE, 0), 12, 1)
    return study


def after(spec: SamplerSpec, warm: bool) -> Sampler:
    inner = make_sampler(spec, NARROWER, 0)
    return with_history(inner, History(NARROWER, past_sweeps(0)), 8.0) if warm else inner


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_it_goes_on_without_a_dimension_and_in_a_narrower_range(
    study: optuna.Study, spec: SamplerSpec, warm: bool
) -> None:
    sampler = after(spec, warm)
    assert isinstance(sampler, PastSampler) == warm
    for _ in range(4):
        trial = sampler.ask(study)
        assert NARROWER.contains(NARROWER.decode(trial.params)) == []
        assert sampler.explain(study, trial)[0]
        study.tell(trial.number, 0.0)


def test_what_lies_outside_is_no_evidence_at_the_edge(study: optuna.Study) -> None:
    telling = [t for t in study.get_trials() if t.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    inside = [trial.params[RATE.name] for trial in telling if trial.params[RATE.name] <= 1e-3]
    found = [line.params for line in lines_of(telling, NARROWER, maximize=True)]
    assert 0 < len(inside) < len(telling)
    assert [params[RATE.name] for params in found] == inside
    assert {frozenset(params) for params in found} == {frozenset(NARROWER.names)}
