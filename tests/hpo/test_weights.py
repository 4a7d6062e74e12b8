from pathlib import Path

import pytest

from hpo.ledger import State, TrialRecord
from hpo.results import weights_dir
from hpo.weights import WeightKeeper


@pytest.mark.parametrize(("maximize", "kept"), [(True, [1, 2]), (False, [0, 4])])
def test_only_the_best_complete_trials_keep_their_weights(tmp_path: Path, maximize: bool, kept: list[int]) -> None:
    keeper = WeightKeeper(tmp_path, 2, maximize)
    for number, value in enumerate([0.1, 0.5, 0.7, 0.9, 0.3, None]):
        weights_dir(tmp_path, number).mkdir(parents=True)
        (weights_dir(tmp_path, number) / "model.safetensors").touch()
        record = TrialRecord(number, State.PRUNED if number == 3 else State.COMPLETE, {}, value=value)
        keeper.ended(record)
        assert len(list(tmp_path.glob("trials/*/best"))) <= 2
    assert [path.name for path in sorted((tmp_path / "trials").iterdir())] == [f"{number:04d}" for number in kept]
