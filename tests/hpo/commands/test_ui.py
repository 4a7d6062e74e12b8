from pathlib import Path

from hpo.commands.ui import _sweeps_url
from hpo.place import Place
from tests.dashboards.sweeps import Made, made_sweep

BASE = "http://127.0.0.1:5000"


def test_the_table_is_that_of_the_newest_sweep_that_is_in_this_store(tmp_path: Path) -> None:
    place = Place(tmp_path)
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    nothing = _sweeps_url(BASE, place, store)
    for name, uri, experiment in (("old", store, "3"), ("here", store, "4"), ("away", "http://server:5000", "7")):
        made_sweep(place, name, Made(trials=1, points=1, about={"mlflow_uri": uri, "mlflow_experiment_id": experiment}))
    assert f"{BASE}/#/experiments/4/runs?" in _sweeps_url(BASE, place, store)
    assert _sweeps_url(BASE, place, "sqlite:////elsewhere/mlflow.db") == nothing
