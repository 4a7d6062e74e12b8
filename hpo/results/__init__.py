"""What sweeps found, while they run or after: all that reports and pages read."""

from hpo.explain import Moment
from hpo.failures import TRIED_AGAIN
from hpo.importance import Importance
from hpo.ledger import Attempt, Cause, Decided, State, TrialRecord, Verdict
from hpo.place import Place, add_place, place_of
from hpo.ranking import best_trial, by_merit, ranking
from hpo.redact import Redactor
from hpo.results.axes import Axis, axes_of, short_names
from hpo.results.card import card_markdown
from hpo.results.lines import Best, Line, Lines
from hpo.results.look import Look, Reader, looks, newest
from hpo.results.near import Neighbour, dimensions, nearest
from hpo.results.picture import PICTURE, read_picture
from hpo.results.ranked import Ranked, baselines, ranked_rows
from hpo.results.reproduce import config_dir_of, in_config_dir, key_of, override_text, train_command, train_overrides
from hpo.results.summary import REPORT, SUMMARY, summarize, weights_dir, write_summary
from hpo.status import Status
from hpo.tally import Tally

__all__ = [
    "PICTURE",
    "REPORT",
    "SUMMARY",
    "TRIED_AGAIN",
    "Attempt",
    "Axis",
    "Best",
    "Cause",
    "Decided",
    "Importance",
    "Line",
    "Lines",
    "Look",
    "Moment",
    "Neighbour",
    "Place",
    "Ranked",
    "Reader",
    "Redactor",
    "State",
    "Status",
    "Tally",
    "TrialRecord",
    "Verdict",
    "add_place",
    "axes_of",
    "baselines",
    "best_trial",
    "by_merit",
    "card_markdown",
    "config_dir_of",
    "dimensions",
    "in_config_dir",
    "key_of",
    "looks",
    "nearest",
    "newest",
    "override_text",
    "place_of",
    "ranked_rows",
    "ranking",
    "read_picture",
    "short_names",
    "summarize",
    "train_command",
    "train_overrides",
    "weights_dir",
    "write_summary",
]
