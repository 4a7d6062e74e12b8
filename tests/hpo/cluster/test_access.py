"""Which cluster an address means, and what is set for Ray before it is imported."""

import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hpo.cluster import Access, ClusterRecord, NodeProcess, access
from hpo.cluster.access import host_and_port
from hpo.errors import HpoError, InputError


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClusterRecord:
    """A record whose only node is this process."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    (tmp_path / "cluster").mkdir()
    record = ClusterRecord(str(tmp_path / "cluster"), "127.0.0.1:7777", str(tmp_path), str(tmp_path / "token"))
    return record.with_node(NodeProcess.of(pid_of_this(), tmp_path / "log"))


def pid_of_this() -> int:
    return int(Path("/proc/self").resolve().name)


@pytest.mark.parametrize("address", ["auto", "127.0.0.1:7777"])
def test_auto_and_the_address_mean_the_cluster_of_the_output_folder(
    record: ClusterRecord, tmp_path: Path, address: str
) -> None:
    found = access(address, tmp_path)
    assert found.address == record.address
    assert found.settings["RAY_AUTH_TOKEN_PATH"] == record.token
    assert found.settings["RAY_AUTH_MODE"] == "token"


def test_another_address_is_another_cluster_with_rays_own_token(record: ClusterRecord, tmp_path: Path) -> None:
    found = access("10.0.0.1:6379", tmp_path)
    assert found.address == "10.0.0.1:6379"
    assert found.settings["RAY_AUTH_MODE"] == "token"
    assert "RAY_AUTH_TOKEN_PATH" not in found.settings


def test_ray_address_comes_before_the_folders_cluster(
    record: ClusterRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert access("auto", tmp_path).address == "auto"


def test_a_cluster_that_is_gone_is_not_meant(record: ClusterRecord, tmp_path: Path) -> None:
    replace(record, nodes=(replace(record.nodes[0], born_at="another boot 1"),)).write()
    assert access("auto", tmp_path).address == "auto"


def test_nobody_at_the_address_is_said_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
        begin = time.monotonic()
        with pytest.raises(HpoError, match=rf"cluster.address: no Ray cluster answers at {address}: .*refused"):
            Access(address).check_answers()
        assert time.monotonic() - begin < 1
        probe.listen()
        Access(address).check_answers()
    Access("auto").check_answers()


def test_ray_client_is_refused_with_what_to_do_instead(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cluster.address: a driver runs on a node .* got ray://head:10001 .*auto"):
        access("ray://head:10001", tmp_path)


@pytest.mark.parametrize(
    ("address", "parts"),
    [("head:6379", ("head", 6379)), ("[fd00::1]:6379", ("fd00::1", 6379)), ("auto", (None, 0)), ("a:b", (None, 0))],
)
def test_parts_of_an_address(address: str, parts: tuple[str | None, int]) -> None:
    assert host_and_port(address) == parts
