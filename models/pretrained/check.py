"""What can be known about a model before any weight is read."""

from __future__ import annotations

from models.errors import InputError, Problem
from models.pretrained.load import load_config, load_tokenizer
from models.spec import ModelSpec, TinyModel, problems_in


def check(model: ModelSpec) -> list[Problem]:
    """Problems of the model: its fields, its files, its configuration. No weights are loaded."""
    problems = problems_in(model, "model")
    if problems:
        return problems
    if isinstance(model, TinyModel):
        if model.hidden_size % model.heads:
            rule = f"must be a multiple of model.heads, got {model.hidden_size} with {model.heads} heads"
            problems.append(Problem("model.hidden_size", rule))
        return problems
    try:
        load_config(model)
        load_tokenizer(model)
    except InputError as error:
        problems.extend(error.problems)
    return problems
