"""Every name and query of the boards and the rules, in a real Prometheus that reads the real service.

What Ray tells was recorded from a real node: see the head of `ray.prom`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.grafana.__main__ import BOARDS, FOLDER, written
from dashboards.grafana.board import Board, Panel
from hpo.results import Place
from tests.dashboards.grafana.monitoring import Prometheus, exposed, program
from tests.dashboards.service.serving import Server
from tests.dashboards.sweeps import driven, made_sweep

HERE = Path(__file__).parent
HOME = FOLDER.parent
RULES = HOME / "prometheus" / "rules.yml"
NAME = re.compile(r"\b(?:hpo|ray)_[a-z_]+\b")
GROUPING = re.compile(r"\b(?:by|on)\s*\([^)]*\)|\{[^}]*\}")  # Where words are labels.
PANELS = [pytest.param(panel, id=f"{name}: {panel.title}") for name, board in BOARDS.items() for panel in board.panels]
# Of nodes with a GPU; their names are in Ray's sources, `dashboard/modules/reporter/reporter_agent.py`.
WITH_GPU = {"ray_node_gpus_utilization", "ray_node_gram_used"}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def filled(expression: str) -> str:
    """As Grafana sends it, with everything chosen."""
    return expression.replace("$sweep", ".*").replace("$node", ".*").replace("$__rate_interval", "1m")


def names(expression: str) -> set[str]:
    return set(NAME.findall(GROUPING.sub("", expression)))


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("service")
    made_sweep(Place(folder), trials=6, points=3, running=2)
    server = Server(folder)
    with driven(Place(folder)), exposed((HERE / "ray.prom").read_text()) as ray:
        server.start()
        token = {"credentials_file": str(folder / "service" / "token")}
        jobs = [
            {"job_name": "hpo", "authorization": token, "static_configs": [{"targets": [f"127.0.0.1:{server.port}"]}]},
            {"job_name": "ray", "static_configs": [{"targets": [ray]}]},
        ]
        prometheus = Prometheus(tmp_path_factory.mktemp("prometheus"), jobs, RULES)
        try:
            # Twice read: else nothing can be said of how things grow.
            prometheus.wait(lambda: len(prometheus.query("count_over_time(up[1m]) >= 3")) == 2)
            prometheus.wait(lambda: len(prometheus.query("rate(hpo_seconds_total[1m])")) > 0)
            yield prometheus
        finally:
            prometheus.close()
            server.kill()


def test_prometheus_reads_both(prometheus: Prometheus) -> None:
    assert {row["metric"]["job"]: row["value"][1] for row in prometheus.query("up")} == {"hpo": "1", "ray": "1"}


@pytest.mark.parametrize("panel", PANELS)
def test_each_panel_shows_something(prometheus: Prometheus, panel: Panel) -> None:
    for query in panel.queries:
        found = prometheus.query(filled(query.expression))
        if panel.gpu:
            assert names(query.expression) <= WITH_GPU
            continue
        assert found, query.expression
        for label in re.findall(r"\{\{(\w+)\}\}", query.legend):
            assert all(label in row["metric"] for row in found), query


@pytest.mark.parametrize("board", BOARDS.values(), ids=list(BOARDS))
def test_each_variable_has_choices(prometheus: Prometheus, board: Board) -> None:
    for variable in board.variables:
        found = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable.query)
        assert found is not None
        assert all(found[2] in row["metric"] for row in prometheus.query(found[1]))
        assert prometheus.query(found[1])


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_each_rule_asks_for_what_there_is(prometheus: Prometheus, rule: dict[str, Any]) -> None:
    known = set(prometheus.ask("label/__name__/values"))
    assert names(rule["expr"]) <= known
    prometheus.query(rule["expr"])  # It may give nothing, but not an error.
    loaded = prometheus.ask("rules")["groups"]
    (state,) = [one for group in loaded for one in group["rules"] if one["name"] == rule["alert"]]
    assert state["health"] != "err", state


def test_the_rules_speak_when_they_must(tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path)
    shutil.copy(HERE / "rules_test.yml", tmp_path)
    told = subprocess.run(
        [program("promtool"), "test", "rules", "rules_test.yml"], cwd=tmp_path, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_every_rule_is_tested() -> None:
    text = (HERE / "rules_test.yml").read_text()
    for rule in rules():
        assert f"alertname: {rule['alert']}\n        exp_alerts" in text, rule["alert"]


def test_the_config_is_one() -> None:
    config = HOME / "prometheus" / "prometheus.yml"
    subprocess.run([program("promtool"), "check", "config", "--syntax-only", str(config)], check=True)


@pytest.mark.parametrize("name", BOARDS)
def test_the_files_are_the_boards(name: str) -> None:
    assert (FOLDER / name).read_text() == written(BOARDS[name]), "run: python -m dashboards.grafana"
    panels = json.loads((FOLDER / name).read_text())["panels"]
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)


def test_provisioning_names_what_there_is() -> None:
    source = yaml.safe_load((HOME / "provisioning" / "datasources" / "prometheus.yaml").read_text())
    assert source["datasources"][0]["type"] == "prometheus"
    provider = yaml.safe_load((HOME / "provisioning" / "dashboards" / "hpo.yaml").read_text())["providers"][0]
    assert provider["options"]["path"] == "${HPO_GRAFANA_BOARDS}"
