"""Sizes and the time of a prediction, as a training measures them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.spec import HeadTuning, LoraTuning, TinyModel, TrainSpec
from models.training import Evaluation, train
from models.tuning import ParameterCounts

Make = Callable[..., TrainSpec]


class TooLargeError(Exception):
    """What a listener raises."""


def test_latency_is_measured_once_and_only_when_asked_for(spec_of: Make, tmp_path: Path) -> None:
    asked = train(spec_of(), None, tmp_path / "asked", measure_latency=True).evaluations
    assert asked[0].latency_ms is not None
    assert 0.01 < asked[0].latency_ms < 10_000
    assert {evaluation.latency_ms for evaluation in asked} == {asked[0].latency_ms}
    assert {evaluation.latency_ms for evaluation in train(spec_of()).evaluations} == {None}


def test_a_frozen_backbone_is_part_of_a_prediction(spec_of: Make) -> None:
    def latency_ms(layers: int) -> float:
        spec = spec_of(model=TinyModel(dropout=0.0, layers=layers), tuning=HeadTuning(), max_steps=1)
        found = train(spec, measure_latency=True).evaluations[0].latency_ms
        assert found is not None
        return found

    assert latency_ms(24) > 2 * latency_ms(1)


def test_measuring_latency_changes_no_metric(spec_of: Make) -> None:
    def metrics(**more: bool) -> list[dict[str, float]]:
        return [evaluation.metrics for evaluation in train(spec_of(batch_size=8), **more).evaluations]  # type: ignore[arg-type]

    assert metrics(measure_latency=True) == metrics()


def test_a_larger_network_takes_longer(spec_of: Make) -> None:
    def latency_ms(layers: int) -> float:
        model = TinyModel(dropout=0.0, layers=layers)
        found = train(spec_of(model=model, max_steps=1), measure_latency=True).evaluations[0].latency_ms
        assert found is not None
        return found

    assert latency_ms(24) > 2 * latency_ms(1)


def test_sizes_are_those_of_the_network_and_of_the_saved_file(spec_of: Make, tmp_path: Path) -> None:
    seen: list[Evaluation] = []
    result = train(spec_of(tuning=LoraTuning()), seen.append, tmp_path)
    file = tmp_path / "best" / "model.safetensors"
    for evaluation in seen:
        assert evaluation.trainable_parameters == result.parameters.trainable
        assert evaluation.total_parameters == result.parameters.total
        assert evaluation.size_mib == pytest.approx(file.stat().st_size / 2**20)
    assert result.parameters.trainable < result.parameters.total


def test_the_beginning_is_told_the_sizes_and_may_end_the_training(spec_of: Make, tmp_path: Path) -> None:
    told: list[ParameterCounts] = []

    def begin(sizes: ParameterCounts) -> None:
        told.append(sizes)
        raise TooLargeError

    seen: list[Evaluation] = []
    with pytest.raises(TooLargeError):
        train(spec_of(), seen.append, tmp_path, begin=begin)
    assert seen == []
    assert told[0].total > 1000
