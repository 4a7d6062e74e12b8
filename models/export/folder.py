"""From the folder of a trained model to one that transformers loads."""

from __future__ import annotations

import copy
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import pre_tokenizers
from torch import nn

from models.errors import InputError
from models.export.carried import carried, write_code
from models.export.native import AUTO, GENERATING, TOLERANCE, Batch, expected, outputs, whole, with_own_head
from models.export.readme import Origin, readme
from models.export.usage import PIPELINES, usage
from models.predict import Predictor
from models.pretrained.quiet import quiet
from models.tasks.card import Card
from models.tasks.heads import HeadNetwork
from models.tasks.rows import pad_token_id_of
from models.tasks.saved import TARGET_TOKENIZER

README = "README.md"
PROBE = ("A short text.", "A text of some more words, so that the first is filled up.", "这是一段中文。", "x")
PROBE_TOKENS = 24
VIRTUAL = ("prompt", "prefix")  # Strategies whose weights stand beside the model's own, for its hooks to read.


@dataclass(frozen=True)
class Exported:
    """A written folder.

    Attributes:
        folder: Where it is.
        model_class: The class that its weights are loaded into.
        pipeline: Name of the pipeline that it works in; None: transformers has none for the task.
        remote_code: Whether it carries code of its own, which whoever loads it must trust.
        difference: Largest difference of the outputs, reloaded, from those of the trained model.
        code: Python code that loads and uses it.
    """

    folder: Path
    model_class: str
    pipeline: str | None
    remote_code: bool
    difference: float
    code: str


def export(source: Path, to: Path, origin: Origin, *, trust_remote_code: bool = False) -> Exported:
    """Write a folder that transformers loads without this project; adapters are merged, as in every saved model.

    Args:
        source: Folder of a trained model.
        to: The new folder; must not be there.
        origin: For its README.
        trust_remote_code: As for `Predictor.load`.

    Raises:
        InputError: `to` is there, or transformers has no place for what the model computes.
    """
    check_new(to)
    predictor = Predictor.load(source, trust_remote_code=trust_remote_code)
    network, card, tokenizers = predictor.network, predictor.card, predictor.tokenizers
    _refuse(card, network.config)
    probe = _probe(tokenizers.source)
    if card.task in GENERATING:
        model, remote_code = whole(network.backbone, card, tokenizers), False
        wanted = outputs(network.backbone, probe)
    else:
        assert isinstance(network, HeadNetwork)
        head = _answering_head(network, card)
        wanted = expected(network, head, probe)
        native = with_own_head(network, card, head, probe)
        model, remote_code = (native, False) if native is not None else (carried(network, card, head), True)
    two = tokenizers.target is not tokenizers.source
    code = usage(card, remote_code=remote_code, two_tokenizers=two)
    new = to.with_name(f".{to.name}.new-{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
        with quiet():
            model.save_pretrained(new)
            _tokenizer(tokenizers.source, card).save_pretrained(new)
            if two:
                tokenizers.target.save_pretrained(new / TARGET_TOKENIZER)
        if remote_code:
            write_code(new, network)
        notes = _notes(card, remote_code)
        (new / README).write_text(readme(card, origin, code, notes), encoding="utf-8")
        difference = _difference(new, card, wanted, probe, remote_code=remote_code)
        new.rename(to)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return Exported(to, type(model).__name__, PIPELINES.get(card.task), remote_code, difference, code)


def check_new(to: Path) -> None:
    """Refuse a folder that is there: what a person has in it is not ours to replace.

    Raises:
        InputError: It is there.
    """
    if to.exists():
        raise InputError.one("--to", f"{to} is there already", "name a new folder, or remove it first")


def _refuse(card: Card, config: Any) -> None:
    """What transformers alone cannot load.

    Raises:
        InputError: With what is possible.
    """
    use = "use it with `hpo predict`, or with models.predict.Predictor"
    if card.task not in AUTO:
        raise InputError.one("NAME", f"a {card.task} model has several heads, a model of transformers one", use)
    if card.tuning["name"] in VIRTUAL:
        name = card.tuning["name"]
        rule = f"tuning={name} trains vectors beside the model, which cannot be merged into its weights"
        raise InputError.one("NAME", rule, f"{use}; tuning=lora, dora, ia3 and bitfit can be exported")
    if card.quantized is not None:
        raise InputError.one("NAME", f"is quantized to {card.quantized} already, which transformers cannot load", use)
    if getattr(config, "auto_map", None):
        raise InputError.one("NAME", "its architecture is code of another repository, which is not in its folder", use)


def _answering_head(network: HeadNetwork, card: Card) -> nn.Linear:
    """The last layer; for numbers, on their own scale and not in standard deviations."""
    head = nn.Linear(network.head.in_features, network.head.out_features)
    head.load_state_dict(network.head.state_dict())
    if card.task == "regression":
        mean, deviation = float(card.about["mean"]), float(card.about["deviation"])
        with torch.no_grad():
            head.weight.mul_(deviation)
            head.bias.mul_(deviation).add_(mean)
    return head.requires_grad_(False)


def _tokenizer(tokenizer: Any, card: Card) -> Any:
    """A copy that, called as pipelines call it, gives the tokens of training."""
    made = copy.deepcopy(tokenizer)
    made.padding_side = made.init_kwargs["padding_side"] = "right"
    if made.pad_token_id is None and made.eos_token is not None:
        made.pad_token = made.eos_token
    if card.task != "language_modeling":
        made.model_max_length = card.data_spec.max_length
    if not card.pair and card.task != "question_answering":
        # A single text has one segment, which some models do not take as an argument.
        names = [name for name in made.model_input_names if name != "token_type_ids"]
        made.model_input_names = made.init_kwargs["model_input_names"] = names
    backend: Any = getattr(made, "backend_tokenizer", None)
    if card.task == "token_classification" and getattr(backend.pre_tokenizer, "add_prefix_space", None) is False:
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(
            add_prefix_space=True, use_regex=getattr(backend.pre_tokenizer, "use_regex", True)
        )
        if "add_prefix_space" in made.init_kwargs:
            made.add_prefix_space = made.init_kwargs["add_prefix_space"] = True
    return made


def _probe(tokenizer: Any) -> Batch:
    """Some texts of different lengths as a batch, filled up on the right."""
    rows = [tokenizer(text)["input_ids"][:PROBE_TOKENS] for text in PROBE]
    longest = max(map(len, rows))
    pad = pad_token_id_of(tokenizer)
    return {
        "input_ids": torch.tensor([row + [pad] * (longest - len(row)) for row in rows]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows]),
    }


def _difference(folder: Path, card: Card, wanted: torch.Tensor, probe: Batch, *, remote_code: bool) -> float:
    """What was written, read back as whoever gets it will.

    Raises:
        RuntimeError: It does not compute the same.
    """
    with quiet():
        loaded = AUTO[card.task].from_pretrained(folder, trust_remote_code=remote_code).eval()
    difference = float((outputs(loaded, probe) - wanted).abs().max())
    if difference > TOLERANCE * max(1.0, float(wanted.abs().max())):
        raise RuntimeError(f"the exported {type(loaded).__name__} differs by {difference:g} from the trained model")
    return difference


def _notes(card: Card, remote_code: bool) -> list[str]:
    notes = []
    if remote_code:
        notes.append(
            "The head (pooling, one linear layer) is none that transformers has for this architecture, so the folder"
            " carries its code, `modeling_head.py`, which needs torch and transformers alone: read it, then load with"
            " `trust_remote_code=True`."
        )
    if card.task not in PIPELINES:
        notes.append("transformers 5 has no pipeline for this task.")
    notes.append("Weights are whole, in fp32; updates by adapters (LoRA and its like) are merged into them.")
    return notes
