"""`hpo export NAME --to DIR`: a trained model for transformers alone, or smaller and faster on a CPU."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hpo.check import training_of
from hpo.commands.predict import add_model
from hpo.config.compose import compose
from hpo.errors import InputError
from hpo.place import place_of
from hpo.trained import Trained, find_trained
from models.export import Compact, Exported, Origin, check_new, compact, export
from models.quantize import INT8
from models.spec import TrainSpec

EPILOG = """\
examples:
  hpo export first --to my-model              a folder for transformers: pipeline("text-classification", "my-model")
  hpo export first --to small --quantize int8 a folder for `hpo predict small`, with a table of what it gained and lost

The folder's README.md has the task, the metric, the data's fingerprint, and the code that loads it. Adapters (LoRA and
its like) are always merged. Where transformers has no class with the same head, the folder carries the code of one."""


def run(arguments: list[str], console: Console) -> int:
    """Export a model. Arguments: NAME --to DIR and options, as `hpo export --help` lists them."""
    parser = argparse.ArgumentParser(
        prog="hpo export",
        description="A trained model as a plain Hugging Face folder.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_model(parser)
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="the new folder")
    parser.add_argument("--quantize", choices=(INT8,), help="int8 linear layers, for prediction on a CPU by hpo")
    given = parser.parse_args(arguments)
    check_new(given.to)
    found = find_trained(given.name, place_of(given), given.trial)
    if found.note:
        console.print(Text(f"note: {found.note}", style="yellow"), soft_wrap=True)
    origin = Origin(found.name, found.metric, found.value, found.data_fingerprint)
    if given.quantize is None:
        done = export(found.folder, given.to, origin, trust_remote_code=given.trust_remote_code)
        _show_export(console, done)
    else:
        spec = _training(found, given.output_dir)
        small = compact(found.folder, given.to, origin, spec, trust_remote_code=given.trust_remote_code)
        _show_compact(console, small)
    return 0


def _training(found: Trained, output_dir: Path) -> TrainSpec:
    """The training that a model comes from, for its validation rows.

    Raises:
        InputError: It is not known, or cannot be composed any more.
    """
    if found.overrides is None:
        rule = f"needs the validation rows, and nothing beside {found.folder} says which they are"
        raise InputError.one("--quantize", rule, "name a sweep, or a folder that `hpo train` wrote")
    others = [text for text in found.overrides if not text.startswith(("output_dir=", "slots.gpu_fraction="))]
    spec, _ = training_of(compose([*others, "slots.gpu_fraction=0", f"output_dir={output_dir}"], found.config_dir))
    return spec


def _show_export(console: Console, done: Exported) -> None:
    what = f"{done.folder}: {done.model_class}, outputs within {done.difference:.1g} of the trained model's"
    console.print(what, style="bold green", highlight=False, markup=False, soft_wrap=True)
    if done.remote_code:
        why = "transformers has no class with this head, so the folder carries its code: modeling_head.py"
        console.print(f"{why}; load with trust_remote_code=True", highlight=False, markup=False, soft_wrap=True)
    if done.pipeline is None:
        console.print("transformers has no pipeline for this task; README.md has the code", soft_wrap=True)
    else:
        code = done.code.replace('"."', f'"{done.folder}"').rstrip()
        console.print(code, highlight=False, markup=False, soft_wrap=True)


def _show_compact(console: Console, small: Compact) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name, side in (("", "left"), (small.before.name, "right"), (small.after.name, "right"), ("", "right")):
        table.add_column(name, header_style="dim", justify=side)  # type: ignore[arg-type]
    for row in small.rows():
        table.add_row(*row)
    console.print(table)
    console.print(Text(small.conditions, style="dim"), soft_wrap=True)
    console.print(f"{small.folder}: use it with hpo predict {small.folder} --text TEXT", style="bold green")
    console.print("transformers' pipelines cannot load it; without --quantize they can", soft_wrap=True)
