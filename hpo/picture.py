"""Makes the picture of a sweep's best model, at its end: `picture.json` in the sweep's folder."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hpo.confirm.winner import Delivered, delivered
from hpo.ledger import Ledger, TrialRecord
from hpo.plan import Plan
from hpo.results.picture import PICTURE, VERSION, read_picture
from hpo.weights import bring_weights
from models.errors import HpoError
from models.remote import RemoteError

SPLIT = "validation"  # The test rows are looked at once, by the confirmation.
SHORT_S = 10.0  # For predictions, where a person waits for the sweep to be left.


def picture_best(plan: Plan, ledger: Ledger, best: TrialRecord, *, in_haste: bool = False) -> str:
    """Look at the validation rows with the confirmed winner, else with the best trial, unless that was done.

    A picture of another model goes first, so that none is taken for this one's; so does any where none is wanted, since
    it has rows of the data in it.

    Args:
        in_haste: Whether the sweep is left before it was done: fewer rows are looked at where they take long.

    Returns:
        Why there is none; empty: there is one, or none is wanted.
    """
    if not plan.config.sweep.picture:
        return _removed(plan.sweep_dir / PICTURE)
    model = delivered(ledger, best, plan.sweep_dir)
    named = _named(plan, model)
    known = read_picture(plan.sweep_dir)
    if known is not None and known["model"] == named["model"]:
        return ""
    try:
        (plan.sweep_dir / PICTURE).unlink(missing_ok=True)
        bring_weights(model.ledger, model.stored, model.weights)
        if not model.weights.is_dir():
            return _without(model, f"its weights are not at {model.weights}")
        params = ledger.trial(model.record.number).params
        _write(plan.sweep_dir, named | _picture(plan, model.weights, params, in_haste=in_haste))
    except (HpoError, OSError) as error:
        again = f"; hpo resume {plan.name} makes it" if isinstance(error, (RemoteError, OSError)) else ""
        return _without(model, f"{error}{again}")
    return ""


def _removed(picture: Path) -> str:
    try:
        picture.unlink(missing_ok=True)
    except OSError as error:
        return f"the picture of the best model, which is not wanted, could not be removed: {error}"
    return ""


def _named(plan: Plan, model: Delivered) -> dict[str, Any]:
    """Which training the picture is of."""
    seed = model.tags.get("seed")
    trained = {
        "trial": model.record.number,
        "confirmed": seed is not None,
        "seed": None if seed is None else int(seed),
        "metric": plan.metric,
        "value": model.record.value,
    }
    return {"version": VERSION, "model": trained, "split": SPLIT}


def _picture(plan: Plan, weights: Path, params: Mapping[str, Any], *, in_haste: bool) -> dict[str, Any]:
    import torch  # noqa: PLC0415  # seconds to import, as all that predicts

    from models.pictures import SECONDS, picture_of  # noqa: PLC0415

    begin = time.monotonic()
    gpu = plan.slots.gpu > 0 and torch.cuda.is_available()
    trusted = bool(getattr(plan.train_spec(params).model, "trust_remote_code", False))
    seconds = SHORT_S if in_haste else SECONDS
    found = picture_of(weights, plan.data, SPLIT, seconds=seconds, gpu=gpu, trust_remote_code=trusted)
    return {"seconds": round(time.monotonic() - begin, 1), **found.to_json()}


def _write(sweep_dir: Path, picture: Mapping[str, Any]) -> None:
    """In one piece: a reader never sees a half."""
    new = sweep_dir / f".{PICTURE}.new"
    new.write_text(json.dumps(picture, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    new.replace(sweep_dir / PICTURE)


def _without(model: Delivered, why: str) -> str:
    return f"there is no picture of what trial {model.record.number} gets right and wrong: {why}"
