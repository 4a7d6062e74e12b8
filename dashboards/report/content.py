"""What stands in the report of a sweep."""

from __future__ import annotations

import time

from dashboards import figures
from dashboards.report.blocks import Block, Plot, Plots, Report, Section, Text
from dashboards.report.data import data
from dashboards.report.ends import ends
from dashboards.report.origin import origin, reproduce
from dashboards.report.pictured import pictured
from dashboards.report.rank import ranking
from dashboards.report.redacted import without_secrets
from hpo.results import Look
from hpo.results.words import ended, headline, seconds


def report(look: Look) -> Report:
    """The whole report of a sweep, while it runs or after."""
    sections = [
        Section("ranking", "Ranking", ranking(look)),
        Section("search", "The search", _search(look)),
        Section("aims", "Trade-offs", _aims(look)),
        Section("hyperparameters", "What mattered", _hyperparameters(look)),
        Section("population", "Schedules", _plots(figures.schedules(look))),
        Section("time", "Where the time went", _time(look)),
        Section("picture", "What the best model gets right and wrong", pictured(look)),
        Section("data", "Data", data(look)),
        Section("ends", "How trials ended", ends(look)),
        Section("reproduce", "Train it again", reproduce(look)),
        Section("origin", "Where this comes from", origin(look)),
    ]
    kept = [section for section in sections if section.blocks]
    lines = [*headline(look.summary), ended(look.summary, _state(look))]
    return without_secrets(Report(look.name, lines, _facts(look), kept, time.time()))


def _state(look: Look) -> str:
    """How the sweep stands. Its driver writes the report of one that has ended, and so is still there."""
    noted = str(look.summary["status"])
    return look.status.state if noted == "running" else noted


def _facts(look: Look) -> list[tuple[str, str]]:
    summary, counts = look.summary, look.summary["counts"]
    model = str(look.about["config"]["model"].get("name", ""))
    busy = summary["slots"].get("busy_fraction")
    facts = [
        ("state", _state(look)),
        (
            "aim",
            "; ".join([*(f"{aim.direction} {aim.name}" for aim in look.aims.aims), *map(str, look.aims.constraints)]),
        ),
        ("trials", ", ".join(f"{count} {state}" for state, count in counts.items() if count) or "none"),
        ("time", seconds(summary["seconds"])),
        ("slots", f"{summary['slots']['count']}" + (f", {busy:.0%} in training" if busy is not None else "")),
        ("model", model),
        ("data", f"{look.about['choices'].get('data', '')}, {look.about['config']['data'].get('task', '')}"),
    ]
    return [(name, value) for name, value in facts if value]


def _plots(*made: object) -> list[Block]:
    return [Plot(one) for one in made if one is not None]


def _search(look: Look) -> list[Block]:
    return _plots(figures.history(look), figures.curves(look)) or [Text("No trial has a value yet.")]


def _aims(look: Look) -> list[Block]:
    found = _plots(figures.front(look))
    limits = [str(limit) for limit in look.aims.constraints]
    if limits:
        broken = sum(bool(record.standing.violated) for record in look.records)
        found.append(Text(f"Limits: {', '.join(limits)}. {broken} of {len(look.records)} trials break them."))
    return found


def _hyperparameters(look: Look) -> list[Block]:
    mattered = figures.importance(look)
    found: list[Block] = _plots(mattered)
    if mattered is None:
        note = look.summary["importance"]["note"] or "nothing varied"
        found.append(Text(f"What mattered cannot be told: {note}."))
    found += _plots(figures.parallel(look), figures.contour(look))
    slices = figures.slices(look)
    return [*found, Plots(slices, f"{look.metric} along each hyperparameter")] if slices else found


def _time(look: Look) -> list[Block]:
    found = _plots(figures.timeline(look), figures.spent(look))
    return found or [Text("No trial was in a slot yet.")]
