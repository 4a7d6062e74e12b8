"""How soon the page of a large sweep can be used in a real browser, and what the server takes for it.

    python -m bench.pages [--trials 1000] [--points 50] [--colds 3] [--warms 5] [--json FILE]

The sweep is made, not trained, and counts as running. Cold: the server has just been started, and nobody has asked for
the sweep. Usable: from the browser's request until the table of trials and its search are there; the figures come after
that, and their time is measured too. Memory is the server's resident set, after the pages are open and live.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from hpo.results import Place
from tests.dashboards.service.serving import Server
from tests.dashboards.sweeps import driven, made_sweep

CHROMIUM = "chromium"  # Debian's package; without it playwright looks for its own.
SWEEP = "many"
MIB = 2**20


@dataclass(frozen=True)
class Opened:
    """One opening of the page.

    Attributes:
        answered_s: Until the server had answered with the whole page.
        usable_s: Until the table and its search were there.
        drawn_s: Until the first two figures were drawn.
    """

    answered_s: float
    usable_s: float
    drawn_s: float


@dataclass(frozen=True)
class Found:
    """What was measured.

    Attributes:
        cold, warm: Openings with a server that was just started, and again with the same.
        idle_mib, most_mib: The server's memory before the first page, and the most that was seen.
    """

    trials: int
    points: int
    cold: list[Opened]
    warm: list[Opened]
    idle_mib: float
    most_mib: float


def measure(folder: Path, trials: int, points: int, colds: int, warms: int) -> Found:
    """Open the page again and again."""
    place = Place(folder)
    made_sweep(place, SWEEP, trials=trials, points=points, running=2, stopping=False)
    cold, warm, idle, most = [], [], 0.0, 0.0
    with driven(place, SWEEP), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which(CHROMIUM), args=["--no-sandbox"])
        for turn in range(colds):
            with Server(folder) as server:
                assert server.process is not None
                process = psutil.Process(server.process.pid)
                idle = process.memory_info().rss / MIB
                page = _entered(browser, server)
                cold.append(_open(page, server))
                if turn == colds - 1:
                    warm = [_open(page, server) for _ in range(warms)]
                page.wait_for_timeout(5000)  # Live: the server goes on reading.
                most = max(most, process.memory_info().rss / MIB)
                page.close()
        browser.close()
    return Found(trials, points, cold, warm, idle, most)


def _entered(browser: Browser, server: Server) -> Page:
    """A page of one who has logged in; no sweep was asked for."""
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/login?token={server.token}")
    return page


def _open(page: Page, server: Server) -> Opened:
    page.goto("about:blank")
    begun = time.perf_counter()
    page.goto(f"http://127.0.0.1:{server.port}/sweeps/{SWEEP}", wait_until="commit")
    page.locator("#trials tbody tr").first.wait_for()
    page.locator("#q").click()
    usable_s = time.perf_counter() - begun
    for number in (0, 1):
        page.locator(".js-plotly-plot").nth(number).locator(".main-svg").first.wait_for()
    drawn_s = time.perf_counter() - begun
    timing = "performance.getEntriesByType('navigation')[0].responseEnd / 1000"
    return Opened(float(page.evaluate(timing)), usable_s, drawn_s)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("trials", 1000), ("points", 50), ("colds", 3), ("warms", 5)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = measure(Path(scratch), given.trials, given.points, given.colds, given.warms)
    for name, opened in (("cold", found.cold), ("warm", found.warm)):
        for what in ("answered_s", "usable_s", "drawn_s"):
            each = [getattr(one, what) for one in opened]
            print(f"{name} {what:10} median {statistics.median(each):.2f}  worst {max(each):.2f}")
    print(f"server: {found.idle_mib:.0f} MiB idle, {found.most_mib:.0f} MiB at most")
    if given.json:
        given.json.write_text(json.dumps(asdict(found), indent=2))


if __name__ == "__main__":
    main()
