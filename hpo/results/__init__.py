"""What sweeps found, while they run or after: all that reports and pages read."""

from hpo.explain import Moment
from hpo.importance import Importance
from hpo.ledger import Attempt, Cause, Decided, State, TrialRecord, Verdict
from hpo.place import Place, add_place, place_of
from hpo.ranking import best_trial, by_merit, ranking
from hpo.results.look import Look, Reader, looks
from hpo.results.reproduce import override_text, train_command, train_overrides
from hpo.results.summary import SUMMARY, summarize, weights_dir, write_summary
from hpo.status import Status

__all__ = [
    "SUMMARY",
    "Attempt",
    "Cause",
    "Decided",
    "Importance",
    "Look",
    "Moment",
    "Place",
    "Reader",
    "State",
    "Status",
    "TrialRecord",
    "Verdict",
    "add_place",
    "best_trial",
    "by_merit",
    "looks",
    "override_text",
    "place_of",
    "ranking",
    "summarize",
    "train_command",
    "train_overrides",
    "weights_dir",
    "write_summary",
]
