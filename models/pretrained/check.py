"""What can be known about a model before any weight is read."""

from __future__ import annotations

from dataclasses import replace

from models.errors import InputError, Problem
from models.pretrained.load import load_config, load_tokenizer
from models.spec import EncoderDecoderModel, GptModel, ModelSpec, TinyModel, TransformerModel, problems_in


def check(model: ModelSpec) -> list[Problem]:
    """Problems of the model: its fields, its files, its configuration. No weights are loaded."""
    problems = problems_in(model, "model")
    if problems:
        return problems
    if isinstance(model, EncoderDecoderModel):
        return [
            replace(problem, where=problem.where.replace("model", f"model.{side}", 1))
            for side, spec in (("encoder", model.encoder), ("decoder", model.decoder))
            for problem in check(spec)
        ]
    if isinstance(model, (TinyModel, TransformerModel, GptModel)) and model.hidden_size % model.heads:
        rule = f"must be a multiple of model.heads, got {model.hidden_size} with {model.heads} heads"
        return [Problem("model.hidden_size", rule)]
    try:
        load_config(model)
        if model.vocabulary == "pretrained":
            load_tokenizer(model)
    except InputError as error:
        problems.extend(error.problems)
    return problems
