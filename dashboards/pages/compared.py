"""Two sweeps side by side: what each found, at what cost, and where their spaces differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.pages.table import spent_s
from dashboards.pages.words import NOTHING, number, seconds
from hpo.results import Look, State, dimensions

CHOICES = "choices"  # The scale of a dimension that has no other.


@dataclass(frozen=True)
class Row:
    """One fact of both.

    Attributes:
        name: What it is.
        texts: Of the first and the second.
        differs: Whether it is not the same.
    """

    name: str
    texts: tuple[str, str]
    differs: bool


def facts(one: Look, other: Look) -> list[Row]:
    """How both stand."""
    return [_row(name, tell(one), tell(other)) for name, tell in TOLD]


def spaces(one: Look, other: Look) -> list[Row]:
    """The dimensions of both, those that differ first."""
    first, second = _space(one), _space(other)
    rows = [
        _row(name, first.get(name, "not searched"), second.get(name, "not searched")) for name in {**first, **second}
    ]
    return sorted(rows, key=lambda row: not row.differs)


def settings(one: Look, other: Look, hide: Callable[[Any], Any]) -> list[Row]:
    """Where their configs differ, by dotted key; without names and folders.

    Args:
        one, other: The sweeps.
        hide: Takes secrets out of a config.
    """
    first, second = (_flat(hide(look.about.get("config", {}))) for look in (one, other))
    own = ("space.", "output_dir", "sweep.name", "ledger.", "tracking.")
    keys = [key for key in {**first, **second} if first.get(key) != second.get(key) and not key.startswith(own)]
    return [_row(key, number(first.get(key)), number(second.get(key))) for key in keys]


def best_values(one: Look, other: Look) -> list[Row]:
    """The configuration of the best trial of both."""
    first, second = _best(one), _best(other)
    return [_row(name, number(first.get(name)), number(second.get(name))) for name in {**first, **second}]


def verdict(one: Look, other: Look) -> str:
    """Which found more, in a sentence; empty: that cannot be said."""
    best, best_other = one.status.best, other.status.best
    if best is None or best_other is None or best.value is None or best_other.value is None:
        return ""
    if one.metric != other.metric:
        return f"They are about different metrics: {one.metric} and {other.metric}."
    apart = best.value - best_other.value
    if apart == 0:
        return f"Both found the same {one.metric}, {number(best.value)}."
    ahead = one if (apart > 0) == one.maximize else other
    costs = _cost_s(one), _cost_s(other)
    cost = "" if min(costs) <= 0 else f", with {costs[ahead is other] / costs[ahead is not other]:.2g} times the cost"
    return f"{ahead.name} is ahead by {abs(apart):.3g} {one.metric}{cost}. One run each: chance has a part in it."


def _cost_s(look: Look) -> float:
    return sum(spent_s(record) for record in look.records)


def _row(name: str, first: str, second: str) -> Row:
    return Row(name, (first, second), first != second)


def _best(look: Look) -> Mapping[str, Any]:
    return {} if look.status.best is None else look.status.best.params


def _space(look: Look) -> dict[str, str]:
    return {
        row.name: ", ".join(
            part
            for part in (row.extent, row.scale, row.condition and f"when {row.condition}")
            if part not in ("", CHOICES)
        )
        for row in dimensions(look.about)
    }


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        found |= _flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return found


def _state(state: State) -> Callable[[Look], str]:
    return lambda look: number(look.status.counts.get(state, 0))


def _confirmed(look: Look) -> str:
    rows = (look.about.get("confirmation") or {}).get("ranking") or [{}]
    mean, low, high = (rows[0].get(key) for key in ("mean", "low", "high"))
    return NOTHING if mean is None else f"{number(mean)} ({number(low)} to {number(high)})"


def _best_text(look: Look) -> str:
    best = look.status.best
    return NOTHING if best is None else f"{number(best.value)} (trial {best.number})"


def _per_trial(look: Look) -> str:
    ended = sum(record.state.ended for record in look.records)
    return seconds(_cost_s(look) / ended) if ended else NOTHING


TOLD: tuple[tuple[str, Callable[[Look], str]], ...] = (
    ("state", lambda look: look.status.state),
    ("metric", lambda look: look.metric),
    ("best", _best_text),
    ("confirmed mean (95 %)", _confirmed),
    ("trials", lambda look: number(len(look.records))),
    ("complete", _state(State.COMPLETE)),
    ("pruned", _state(State.PRUNED)),
    ("failed", _state(State.FAILED)),
    ("ran for", lambda look: seconds(look.status.spent_s)),
    ("time in slots", lambda look: seconds(_cost_s(look))),
    ("time a trial", _per_trial),
    ("slots", lambda look: number(look.slots)),
    ("sampler", lambda look: str(look.about.get("config", {}).get("sampler", {}).get("name", NOTHING))),
    ("scheduler", lambda look: str(look.about.get("config", {}).get("scheduler", {}).get("name", NOTHING))),
    ("model", lambda look: str(look.about.get("choices", {}).get("model", NOTHING))),
    ("data", lambda look: str(look.about.get("choices", {}).get("data", NOTHING))),
)
