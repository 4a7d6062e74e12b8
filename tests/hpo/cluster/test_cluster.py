"""A real cluster on this machine: who gets in, what its nodes see, which code they run, what is left after it."""

import os
import stat
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

import hpo
from hpo.cluster import ClusterRecord, begin_cluster, end_cluster, read_record
from hpo.cluster.processes import gone, members
from hpo.cluster.token import token_settings
from hpo.errors import InputError
from tests.hpo.cluster.conftest import Drive, output_of

pytestmark = pytest.mark.e2e
SIZES = ["--num-cpus", "1", "--object-store-memory", str(128 * 2**20), "--dashboard-agent-listen-port", "0"]
LAUNCHER = Path(hpo.__file__).parent / "execution" / "local_node.py"
ALIVE = "connect(access(sys.argv[2], output)); say([n.cpus for n in wait_for_nodes(2, 60)])"


@contextmanager
def node_more(cluster: ClusterRecord, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """One node more, started by another command."""
    start = [*command, "start", "--address", cluster.address, "--node-ip-address", "127.0.0.1", "--block", *SIZES]
    environment = {**os.environ, **token_settings(cluster.token), "RAY_worker_niceness": "0"}
    environment.pop("PYTHONPATH", None)
    node = subprocess.Popen(
        start, cwd=cluster.temp_dir, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield node
    finally:
        below = psutil.Process(node.pid).children(recursive=True)
        node.terminate()
        node.wait(30)
        for process in below:
            if not gone(process):
                process.kill()


@pytest.mark.parametrize("named", ["auto", "address"])
def test_driver_of_the_output_folder_finds_cluster_and_token(cluster: ClusterRecord, drive: Drive, named: str) -> None:
    assert drive(ALIVE, cluster.address if named == "address" else named) == [1, 1]


def test_nobody_else_can_read_the_token(cluster: ClusterRecord) -> None:
    assert cluster.token is not None
    assert stat.S_IMODE(Path(cluster.token).stat().st_mode) == 0o600


def test_connection_without_the_token_is_refused(cluster: ClusterRecord, drive: Drive, tmp_path: Path) -> None:
    other = tmp_path / "token"
    other.write_text("0" * 64)
    for environment in ({"RAY_AUTH_TOKEN_PATH": str(other)}, {"RAY_AUTH_MODE": "disabled"}):
        said = drive(ALIVE, cluster.address, **environment)
        assert f"cluster.address: no connection to the cluster at {cluster.address}" in said


def test_no_token_to_be_found_is_said_with_the_way_out(cluster: ClusterRecord, drive: Drive, tmp_path: Path) -> None:
    code = "connect(Access(sys.argv[2], {'RAY_AUTH_MODE': 'token', 'RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER': '0'}))"
    said = drive(code, cluster.address, HOME=str(tmp_path))
    assert "asks for a token, and none was found" in said


def test_only_this_machine_can_connect(cluster: ClusterRecord) -> None:
    for process in members(cluster):
        for connection in process.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN:
                assert connection.laddr.ip.removeprefix("::ffff:") == "127.0.0.1", process


def test_second_cluster_for_the_same_folder_is_refused(cluster: ClusterRecord) -> None:
    with pytest.raises(InputError, match=f"one is up at {cluster.address}"):
        begin_cluster(output_of(cluster), nodes=1, cpus_per_node=1)
    assert read_record(output_of(cluster)) == cluster


CHECK = """
from hpo.provenance import versions
connect(access("auto", output))
from hpo.execution.reach import check_nodes
assert len(wait_for_nodes(int(sys.argv[3]), 60)) == int(sys.argv[3])
found = versions() | json.loads(sys.argv[4])
results = Path(sys.argv[5])
say([str(problem) for problem in check_nodes(results, {"data.train": Path(sys.argv[2])}, found)])
"""


def test_nodes_that_see_all_have_no_problems(cluster: ClusterRecord, drive: Drive) -> None:
    assert drive(CHECK, str(output_of(cluster)), "2", "{}", str(output_of(cluster))) == []
    assert not list(output_of(cluster).glob(".nodes-*"))


def test_missing_data_and_other_versions_are_named_with_the_node(cluster: ClusterRecord, drive: Drive) -> None:
    missing = output_of(cluster) / "rows.csv"
    problems = drive(CHECK, str(missing), "2", '{"torch": "0.1", "nothing": "2.0"}', str(output_of(cluster)))
    assert len(problems) == 4
    assert all("(127.0.0.1)" in problem for problem in problems)
    assert sum(f"cannot read {missing}: No such file" in problem for problem in problems) == 2
    assert sum("instead of 0.1, nothing is missing instead of 2.0" in problem for problem in problems) == 2


TOKENLESS = """
import os
from hpo.execution.reach import check_nodes
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
try:
    with connected(Access(cluster.address, {})):
        os.environ["RAY_AUTH_MODE"] = sys.argv[2]
        problems = check_nodes(output, {}, {})
finally:
    cluster.shutdown()
say([str(problem) for problem in problems])
"""


def test_cluster_without_tokens_is_told_from_one_with(drive: Drive) -> None:
    """Ray itself would connect, and never start a trial."""
    assert drive(TOKENLESS, "disabled") == []
    assert "has RAY_AUTH_MODE=disabled, the driver RAY_AUTH_MODE=token" in drive(TOKENLESS, "token")[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a node a view of the disk of its own")
def test_node_that_sees_another_folder_is_named(cluster: ClusterRecord, drive: Drive) -> None:
    results = output_of(cluster) / "results"
    results.mkdir()
    (results / "rows.csv").touch()
    hidden = f'mount -t tmpfs none {results} && exec {sys.executable} -m hpo.execution.local_node "$@"'
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespaces here")
    with node_more(cluster, "unshare", "-m", "sh", "-c", hidden, "sh"):
        problems = drive(CHECK, str(results / "rows.csv"), "3", "{}", str(results))
    assert len(problems) == 2
    assert "a file that the driver wrote is not seen (No such file or directory)" in problems[0]
    assert "must be on storage that all nodes share" in problems[0]
    assert "data.train: node" in problems[1]


CODE = """
from hpo.execution.code import code_for_workers
connect(access("auto", output), code_for_workers({"HPO_TEST_SETTING": "passed on"}))
import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On
def where():
    import os, sys, conf, hpo, models
    from hpo.config.store import CONF_DIR
    files = [hpo.__file__, models.__file__, conf.__file__, str(CONF_DIR / "config.yaml")]
    return files, os.environ.get("HPO_TEST_SETTING"), sys.executable, (CONF_DIR / "config.yaml").is_file()
on = [On(node.node_id, soft=False) for node in wait_for_nodes(3, 60)]
say(ray.get([ray.remote(where).options(num_cpus=0, scheduling_strategy=each).remote() for each in on]))
"""


def test_workers_run_the_drivers_code_even_where_the_project_is_not_installed(
    cluster: ClusterRecord, drive: Drive, tmp_path: Path
) -> None:
    """The third node has another Python environment: the dependencies, without this project."""
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    site = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    packages = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    (packages / "dependencies.pth").write_text(f"{site}\n")
    assert subprocess.run([python, "-c", "import hpo"], cwd=tmp_path, capture_output=True, check=False).returncode
    launch = f"import runpy; runpy.run_path({str(LAUNCHER)!r}, run_name='__main__')"
    with node_more(cluster, str(python), "-c", launch):
        seen = drive(CODE)
    assert len(seen) == 3
    for files, setting, _, config_is_there in seen:
        assert all("py_modules_files" in file for file in files)
        assert setting == "passed on"
        assert config_is_there
    assert str(python) in [executable for _, _, executable, _ in seen]


def test_a_lost_node_is_seen_and_down_ends_all_that_is_left(drive: Drive, cluster: ClusterRecord) -> None:
    """The last test here: it takes the cluster down."""
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], cwd=cluster.temp_dir, stdin=subprocess.PIPE)
    processes = members(cluster)
    assert len(processes) > 4
    assert bystander.pid not in [process.pid for process in processes]
    os.kill(cluster.nodes[1].pid, 9)
    deadline = time.monotonic() + 60
    while drive("connect(access('auto', output)); say(len(alive_nodes()))") != 1:
        assert time.monotonic() < deadline
    assert end_cluster(cluster) > 0
    assert all(map(gone, processes))
    assert read_record(output_of(cluster)) is None
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()
