"""The examples of docs/cluster, against the schemas that can be had, and the Slurm script with Slurm's part played.

KubeRay's own schema comes in no package: of it, the names of fields are written down here, as its API reference has
them. What is inside of a pod is checked against Kubernetes' schema.
"""

import os
import shutil
import signal
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from ray.autoscaler._private.util import prepare_config, validate_config

from tests.waiting import wait_for

FOLDER = Path(__file__).parents[3] / "docs" / "cluster"
CONSTRAINTS = (FOLDER.parents[1] / "constraints.txt").read_text(encoding="utf-8")
PATIENCE_S = 60.0
RAY_CLUSTER = {"rayVersion", "authOptions", "headGroupSpec", "workerGroupSpecs"}
HEAD_GROUP = {"rayStartParams", "template"}
WORKER_GROUP = HEAD_GROUP | {"groupName", "replicas", "minReplicas", "maxReplicas"}
RAY_JOB = {"entrypoint", "backoffLimit", "shutdownAfterJobFinishes", "ttlSecondsAfterFinished", "rayClusterSpec"}


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))


def test_ray_up_takes_the_aws_example() -> None:
    config = prepare_config(deepcopy(documents("aws.yaml")[0]))
    validate_config(config)
    assert config["provider"]["type"] == "aws"
    assert any("RAY_AUTH_MODE=token" in command for command in config["setup_commands"])
    config["hed_node_type"] = "head"
    with pytest.raises(Exception, match="hed_node_type"):
        validate_config(config)


def spec_of_cluster(name: str) -> dict[str, Any]:
    found = documents(name)[-1]
    assert found["apiVersion"] == "ray.io/v1"
    spec: dict[str, Any] = found["spec"]
    if found["kind"] == "RayJob":
        assert set(spec) <= RAY_JOB
        spec = spec["rayClusterSpec"]
    else:
        assert found["kind"] == "RayCluster"
    return spec


@pytest.mark.parametrize("name", ["raycluster.yaml", "rayjob.yaml"])
def test_kuberay_examples_have_known_fields_token_and_versions(name: str) -> None:
    spec = spec_of_cluster(name)
    assert set(spec) <= RAY_CLUSTER
    assert set(spec["headGroupSpec"]) <= HEAD_GROUP
    assert all(set(group) <= WORKER_GROUP for group in spec["workerGroupSpecs"])
    assert spec["authOptions"] == {"mode": "token"}
    assert f"\nray=={spec['rayVersion']}\n" in CONSTRAINTS


@pytest.mark.parametrize("name", ["raycluster.yaml", "rayjob.yaml"])
def test_pods_are_what_kubernetes_takes(name: str) -> None:
    spec = spec_of_cluster(name)
    version = kubernetes_validate.latest_version()
    for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"]):
        pod = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "pod"}, "template": group["template"]}
        kubernetes_validate.validate(pod, version, strict=True)
        container = group["template"]["spec"]["containers"][0]
        assert {entry["name"] for entry in container["env"]} >= {"HPO_OUTPUT_DIR", "HPO_LEDGER_URL"}
        assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/shared"]
    for other in documents(name)[:-1]:
        kubernetes_validate.validate(other, version, strict=True)


@pytest.mark.parametrize("file", ["slurm.sh"])
def test_scripts_are_sound(file: str) -> None:
    subprocess.run(["bash", "-n", FOLDER / file], check=True)
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    found = subprocess.run(["shellcheck", FOLDER / file], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


# Slurm's part, and what its jobs would start. Each writes down what it was asked for.
# Their sleeps are how long they live if the script does not end them.
PLAYED = {
    "srun": 'echo "srun $*" >> log; while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"',
    "scontrol": 'echo "scontrol $*" >> log',
    "ray": """
        if [ "$1" = get-auth-token ]; then mkdir -p ~/.ray && echo secret > ~/.ray/auth_token; exit; fi
        echo "ray $*" >> log
        case "$*" in *--head*)
            port=$(echo "$*" | sed 's/.*--port \\([0-9]*\\).*/\\1/')
            exec python3 -c "import socket,sys,time; s=socket.create_server(('', $port)); time.sleep(60)";;
        esac
        exec sleep 60""",
    "hpo": """
        echo "hpo $* at $RAY_ADDRESS" >> log
        case "$1" in
            status) [ -e sweep-is-there ];;
            *) touch sweep-is-there; [ -e finish ] && exit 0
               trap 'echo left >> log; exit 130' TERM; while true; do sleep 0.1; done;;
        esac""",
}


@pytest.fixture
def submit_dir(tmp_path: Path) -> Path:
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, body in PLAYED.items():
        (programs / name).write_text(f"#!/bin/bash\n{body}\n")
        (programs / name).chmod(0o755)
    return tmp_path


def submit(folder: Path) -> subprocess.Popen[bytes]:
    """The batch shell as Slurm starts it on the first of two nodes."""
    slurm = {"SLURM_JOB_ID": str(os.getpid()), "SLURM_JOB_NUM_NODES": "2", "SLURM_CPUS_PER_TASK": "4"}
    (folder / "log").write_text("")
    command = ["bash", FOLDER / "slurm.sh", "first", "sweep.trials=4"]
    environment = {**os.environ, **slurm, "HOME": str(folder)}
    environment.pop("HPO_OUTPUT_DIR", None)
    return subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)


def wait_for_line(folder: Path, text: str) -> None:
    log = (folder / "log").read_text
    wait_for(lambda: text in log(), log, PATIENCE_S)


def test_slurm_job_stops_in_order_is_queued_again_and_resumes(submit_dir: Path) -> None:
    job = submit(submit_dir)
    try:
        wait_for_line(submit_dir, "hpo sweep cluster=address cluster.address=auto sweep.name=first sweep.trials=4 at ")
        job.send_signal(signal.SIGTERM)
        assert job.wait(PATIENCE_S) == 0
        said = (submit_dir / "log").read_text()
        assert "ray start --block --num-cpus 4 --head" in said
        assert "--nodes=1 --ntasks-per-node=1 --exclude=" in said
        assert said.rstrip().endswith(f"left\nscontrol requeue {os.getpid()}")
        token = submit_dir / ".ray" / "auth_token"
        assert token.stat().st_mode & 0o077 == 0
    finally:
        os.killpg(job.pid, signal.SIGKILL)
    (submit_dir / "finish").touch()
    job = submit(submit_dir)
    try:
        assert job.wait(PATIENCE_S) == 0
        said = (submit_dir / "log").read_text()
        assert "hpo resume first at " in said
        assert "hpo sweep" not in said
        assert "requeue" not in said
    finally:
        os.killpg(job.pid, signal.SIGKILL)
