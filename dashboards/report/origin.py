"""How to train the best again, and what the sweep was made with."""

from __future__ import annotations

import json
import shlex
import time

from dashboards.report.blocks import Block, Code, Table, Text
from hpo.results import Look, Redactor, config_dir_of, in_config_dir, key_of
from hpo.results.words import number


def reproduce(look: Look) -> list[Block]:
    """The commands, from one training to the whole sweep."""
    summary = look.summary
    best, confirmation = summary["best"], summary.get("confirmation") or {}
    found: list[Block] = []
    delivered = confirmation.get("delivered")
    if delivered:
        found.append(Code("The confirmed winner, under its seed", delivered["command"]))
    if best is not None:
        found.append(Code(f"Trial {best['number']}, the best of the search", best["command"]))
    if summary["model_uri"]:
        found.append(Code("The model, in Python", f'mlflow.pyfunc.load_model("{summary["model_uri"]}")'))
    weights = (delivered or {}).get("weights") or (best or {}).get("weights")
    if weights:
        found.append(Text(f"Its weights are in `{weights}`; `hpo export {look.name} --to DIR` makes a folder of them."))
    found.append(Code("The whole sweep, under another name", _sweep_command(look)))
    return found


def origin(look: Look) -> list[Block]:
    """Versions, seeds, fingerprints."""
    about, config = look.about, look.about["config"]
    commit = about.get("git_commit")
    facts = [
        ("sweep", f"`{look.name}`, id `{about.get('sweep_id', '')}`"),
        ("began", time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(look.status.started_at))),
        ("sampler", f"{config['sampler'].get('name')}, seed {config['sweep']['seed']}"),
        ("scheduler", str(config["scheduler"].get("name"))),
        ("training seed", str(config["train"].get("seed"))),
        ("data", f"`{about.get('data_fingerprint', '')[:16]}` (fingerprint of the rows)"),
        ("config", f"`{about.get('fingerprint', '')[:16]}` (fingerprint of what decides the search)"),
        ("code", f"`{commit}`" if commit else "not in a git repository"),
        ("MLflow", f"run `{about.get('mlflow_run_id', '')}`"),
    ]
    kinds = sorted(
        {f"{r.facts['device']}, {r.facts.get('precision', '')}" for r in look.records if "device" in r.facts}
    )
    if kinds:
        facts.append(("device, precision", "; ".join(kinds)))
    versions = [[name, f"`{version}`"] for name, version in about.get("versions", {}).items()]
    changed = [[f"`{text}`"] for text in Redactor().value(about.get("overrides", []))]
    return [
        Table("The sweep", ["what", "value"], [[name, value] for name, value in facts]),
        Table("Versions", ["package", "version"], versions, folded=True),
        Table("What was asked for beyond the defaults", ["override"], changed, folded=True),
        Table("What varied", ["hyperparameter", "range"], _space(look), folded=True),
    ]


def _space(look: Look) -> list[list[str]]:
    rows = []
    for dimension in look.about["space"]["dimensions"]:
        ends = json.loads(dimension["distribution"])["attributes"]
        extent = (
            ", ".join(map(number, dimension["choices"]))
            if "choices" in dimension
            else f"{number(ends['low'])} to {number(ends['high'])}{', log' if ends.get('log') else ''}"
        )
        rows.append([f"`{dimension['name']}`", extent])
    return rows


def _sweep_command(look: Look) -> str:
    asked = (text for text in look.about.get("overrides", []) if key_of(text) not in ("sweep.name", "output_dir"))
    told = [*in_config_dir(config_dir_of(look.about)), *Redactor().value(list(asked))]
    return shlex.join(["hpo", "sweep", *told, f"sweep.name={look.name}-again"])
