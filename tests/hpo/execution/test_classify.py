"""What Ray tells of a trial's end, as a failure in the words of the search."""

import errno

import pytest
from ray.exceptions import ActorDiedError, OutOfMemoryError, RayTaskError

from hpo.execution.classify import failure_of, is_disk_full
from hpo.failures import Kind
from models.errors import ProcessLostError


def in_a_trial(error: Exception) -> Exception:
    """As Ray hands over what a trial raised."""
    wrapped: Exception = RayTaskError("train", f"Traceback\n{error!r}", error).as_instanceof_cause()
    return wrapped


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (KeyError("x"), Kind.ERROR),
        (FileNotFoundError(errno.ENOENT, "gone"), Kind.ERROR),
        (OSError(errno.ESTALE, "stale file handle"), Kind.PASSING),
        (OSError(errno.EIO, "I/O error"), Kind.PASSING),
        (ConnectionResetError("reset"), Kind.PASSING),
        (TimeoutError("another process still trains this trial"), Kind.PASSING),
        (RuntimeError("CUDA error: unspecified launch failure"), Kind.PASSING),
        (ProcessLostError(1, "killed"), Kind.PASSING),
    ],
    ids=repr,
)
def test_what_a_trial_raised(error: Exception, kind: Kind) -> None:
    failure = failure_of(in_a_trial(error), node_lost=False, hung="")
    assert failure.kind is kind
    assert repr(error) in failure.reason


def test_what_became_of_its_process() -> None:
    died = ActorDiedError()
    assert failure_of(died, node_lost=False, hung="").kind is Kind.LOST
    assert failure_of(died, node_lost=True, hung="").kind is Kind.NODE_LOST
    assert failure_of(died, node_lost=False, hung="no step for 5 minutes").kind is Kind.HUNG
    assert failure_of(OutOfMemoryError("killed"), node_lost=False, hung="").kind is Kind.HOST_MEMORY


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (RuntimeError("I/O error: No space left on device (os error 28)"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (ValueError("no"), False),
    ],
    ids=repr,
)
def test_full_disk(error: Exception, full: bool) -> None:
    assert is_disk_full(error) is full
    assert is_disk_full(in_a_trial(error)) is full
