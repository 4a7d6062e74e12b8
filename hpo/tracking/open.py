"""The tracker of a sweep, with what is said of the sweep itself."""

from __future__ import annotations

from pathlib import Path

from hpo.config.schema import TrackingSpec
from hpo.ledger import Ledger
from hpo.tracking.description import begun
from hpo.tracking.store import artifact_dir
from hpo.tracking.telling import PARAM_NAMES
from hpo.tracking.tracker import Tracker
from hpo.tracking.view import views_of

DESCRIBED = ("data", "model", "tuning", "train", "sampler", "scheduler", "sweep", "slots")


def open_tracker(ledger: Ledger, spec: TrackingSpec, output_dir: Path) -> Tracker:
    """Show a sweep in MLflow: its settings as parameters, where it comes from as tags."""
    about = ledger.about
    tracker = Tracker(ledger, spec, artifact_dir(spec, output_dir), about["metric"])
    config = about["config"]
    params = {f"{section}.{key}": value for section in DESCRIBED for key, value in config[section].items()}
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    tags = {"sweep": ledger.name, "versions": versions, "data_fingerprint": about["data_fingerprint"]}
    tags[PARAM_NAMES] = tracker.telling.param_names
    if about["git_commit"]:
        tags["mlflow.source.git.commit"] = about["git_commit"]
    tracker.describe(params | {"space": config["space"]}, tags)
    tracker.note(begun(ledger.name, about["metric"]))
    tracker.view(views_of(tracker.telling))
    return tracker
