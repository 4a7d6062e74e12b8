from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hpo.storage.scratch import scratch

CODE = """
import sys
from pathlib import Path
from hpo.storage.scratch import scratch
print(scratch(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


def test_each_process_has_its_own_until_it_is_dead(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", CODE, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    theirs = Path(other.stdout.readline().strip())
    (theirs / "trial").mkdir()
    own = scratch(tmp_path)
    assert scratch(tmp_path) == own != theirs
    assert theirs.is_dir()
    other.kill()
    other.communicate()
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not theirs.exists()
    assert own.is_dir()
    assert Path(done.stdout.strip()).is_dir()
