"""What `hpo serve` refuses before it listens."""

import io
import logging
import socket
import sys
from pathlib import Path

import pytest
from rich.console import Console

from dashboards.commands.serve import Masking, address_of, run
from hpo.errors import InputError


def refused(folder: Path, *arguments: str) -> list[str]:
    with pytest.raises(InputError) as error:
        run(["--output-dir", str(folder), *arguments], Console(file=io.StringIO()))
    return [problem.where for problem in error.value.problems]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.test"])
def test_other_machines_reach_it_by_tls_or_by_a_word_alone(tmp_path: Path, host: str) -> None:
    assert refused(tmp_path, "--host", host) == ["--host"]


def test_everything_that_is_wrong_is_told_together(tmp_path: Path) -> None:
    found = refused(tmp_path, "--port", "99999", "--max-sweeps", "0", "--tls-cert", str(tmp_path / "none"))
    assert found == ["--port", "--max-sweeps", "--tls-cert, --tls-key", "--tls-cert"]
    assert not list(tmp_path.iterdir())


def test_a_password_that_a_cluster_would_show_is_refused(tmp_path: Path) -> None:
    ray = ("--ray-jobs", "http://127.0.0.1:1", "--ledger", "postgresql://me:pw@host/x", "--max-sweeps", "0")
    assert refused(tmp_path, *ray) == ["--max-sweeps", "--ledger"]


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert refused(tmp_path, "--port", str(other.getsockname()[1])) == ["--port"]


@pytest.mark.parametrize(
    ("host", "names", "tls", "proxied", "address"),
    [
        ("127.0.0.1", [], False, False, "http://127.0.0.1:8080/"),
        ("::1", [], False, False, "http://[::1]:8080/"),
        ("0.0.0.0", ["hpo.example.org", "other"], True, False, "https://hpo.example.org:8080/"),
        ("0.0.0.0", [], True, False, f"https://{socket.getfqdn()}:8080/"),
        ("127.0.0.1", ["hpo.example.org"], False, True, "https://hpo.example.org/"),
        ("127.0.0.1", ["hpo.example.org"], False, False, "http://127.0.0.1:8080/"),  # Nobody else reaches it.
        ("127.0.0.1", [], False, True, "http://127.0.0.1:8080/"),
    ],
)
def test_the_link_is_one_that_a_browser_can_open(
    host: str, names: list[str], tls: bool, proxied: bool, address: str
) -> None:
    assert address_of(host, 8080, names, tls=tls, proxied=proxied) == address


def test_the_log_has_no_secrets_in_its_tracebacks() -> None:
    try:
        raise ValueError("no answer from https://me:hunter2@host")
    except ValueError:
        record = logging.LogRecord("hpo.service", logging.ERROR, __file__, 1, "broken", (), sys.exc_info())
    line = Masking("%(levelname)s %(message)s").format(record)
    assert "Traceback" in line
    assert "https://***@host" in line
    assert "hunter2" not in line
