"""A real browser, and what is looked at with it: a small sweep that really ran, in the MLflow UI."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from hpo.ledger import Ledger, ledger_url
from tests.browser.visiting import Visit
from tests.hpo.tracking.servers import answers, end_group, free_port
from tests.waiting import wait_for

HPO = str(Path(sys.executable).with_name("hpo"))
CHROMIUM = "chromium"  # Debian's package; nothing is downloaded.
REQUIRED = "HPO_BROWSER_REQUIRED"  # Set where tests without a browser prove nothing.
START_S = 120.0


@dataclass(frozen=True)
class RealSweep:
    """A sweep that has ended.

    Attributes:
        folder: The output folder.
    """

    folder: Path
    name: str

    @property
    def ledger(self) -> Ledger:
        return Ledger.open(ledger_url(self.folder), self.name)


@pytest.fixture(scope="session", autouse=True)
def chromium() -> str:
    """Path of the browser. Without one the tests skip before anything is trained, or fail where it is required."""
    found = shutil.which(CHROMIUM)
    if found is None:
        why = f"no {CHROMIUM} on the PATH (Debian: apt-get install {CHROMIUM})"
        if os.environ.get(REQUIRED):
            pytest.fail(f"{why}, and {REQUIRED} is set")
        pytest.skip(why)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One process for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visiting(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Makes visits; at the end of the test, none may have left this machine or met an error."""
    visits: list[Visit] = []

    def begin(**options: object) -> Visit:
        visits.append(Visit(browser, **options))
        return visits[-1]

    yield begin
    for visit in visits:
        visit.end()


@pytest.fixture(scope="session")
def real_sweep(rows_file: Path, tmp_path_factory: pytest.TempPathFactory) -> RealSweep:
    """Four trials of a tiny model, run by the command that a person types; the best is trained again twice."""
    folder = tmp_path_factory.mktemp("outputs")
    command = [HPO, "sweep", "model=tiny", "data=json", f"data.train={rows_file}", "data.max_length=48"]
    command += ["train.epochs=2", "train.batch_size=8", "train.learning_rate=1e-3", "space=none"]
    command += ["space.train.learning_rate={low: 1e-4, high: 1e-2, log: true}", "sweep.trials=4"]
    command += ["confirm.top_k=1", "confirm.seeds=2", "sweep.name=seen", f"output_dir={folder}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return RealSweep(folder, "seen")


@pytest.fixture(scope="session")
def mlflow_ui(real_sweep: RealSweep) -> Iterator[str]:
    """Address of the MLflow UI on that sweep, as `hpo ui` serves it."""
    with MlflowUi(real_sweep.folder, free_port()) as ui:
        yield ui.answering()


class MlflowUi:
    """`hpo ui` on an output folder: a context manager."""

    def __init__(self, folder: Path, port: int) -> None:
        self.address, self._log = f"http://127.0.0.1:{port}", folder / "ui.log"
        self._command = [HPO, "ui", "--port", str(port), "--output-dir", str(folder)]

    def answering(self) -> str:
        """Its address, as soon as it answers there."""
        wait_for(lambda: self._server.poll() is not None or answers(self.address), "the server", START_S)
        assert self._server.poll() is None, self._log.read_text()
        return self.address

    def __enter__(self) -> "MlflowUi":
        quiet = ("PYTEST_CURRENT_TEST", "CI")  # With these MLflow tells nobody anything, whatever it is told.
        environment = {name: value for name, value in os.environ.items() if name not in quiet}
        with self._log.open("w") as out:
            command = self._command
            self._server = subprocess.Popen(command, stdout=out, stderr=out, env=environment, start_new_session=True)
        return self

    def __exit__(self, *error: object) -> None:
        end_group(self._server)
