"""What can be done with sweeps: all that commands and pages act through."""

from hpo.control.answer import Answer, Outcome
from hpo.control.asking import ANSWER_S, POLL_S, answer_to, ask, driver_at, refuse_busy, refuse_old
from hpo.control.begin import (
    command_of,
    environment_at,
    extend_arguments,
    open_environment,
    resume_arguments,
    start,
    sweep_arguments,
)
from hpo.control.catalog import Group, Preset, config_groups, experiments
from hpo.control.checker import Checked, Checker
from hpo.control.child import BusyError, Child, ChildError, answer_lines
from hpo.control.keys import known_keys
from hpo.control.more import More, extend
from hpo.control.points import check_point, clone, enqueue, parsed
from hpo.control.preview import Preview, preview, preview_of
from hpo.control.screen import NAME, PLACES, Rules, screen, shortened
from hpo.control.stop import stop, stop_trial
from hpo.execution.ray_jobs import RayJobs
from hpo.ledger import SweepBusyError

__all__ = [
    "ANSWER_S",
    "NAME",
    "PLACES",
    "POLL_S",
    "Answer",
    "BusyError",
    "Checked",
    "Checker",
    "Child",
    "ChildError",
    "Group",
    "More",
    "Outcome",
    "Preset",
    "Preview",
    "RayJobs",
    "Rules",
    "SweepBusyError",
    "answer_lines",
    "answer_to",
    "ask",
    "check_point",
    "clone",
    "command_of",
    "config_groups",
    "driver_at",
    "enqueue",
    "environment_at",
    "experiments",
    "extend",
    "extend_arguments",
    "known_keys",
    "open_environment",
    "parsed",
    "preview",
    "preview_of",
    "refuse_busy",
    "refuse_old",
    "resume_arguments",
    "screen",
    "shortened",
    "start",
    "stop",
    "stop_trial",
    "sweep_arguments",
]
