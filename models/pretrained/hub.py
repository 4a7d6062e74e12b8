"""Loading through transformers' Auto classes, with errors that say what a person can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import InputError
from models.pretrained.embedded import embedded_folder
from models.pretrained.network import hub_reachable
from models.pretrained.quiet import quiet
from models.spec import EmbeddedModel, HubModel, ModelSpec

OFFLINE_HINT = (
    "with no network: give a local folder as model.id, or set HF_HUB_OFFLINE=1 with a filled cache, or use model=minilm"
)
_fetched: set[tuple[str, str | None, str]] = set()


@dataclass(frozen=True)
class Source:
    """What `from_pretrained` is called with: a folder or hub id, its revision, and whether its code may run."""

    name: str
    revision: str | None = None
    trust_remote_code: bool = False


def source_of(model: ModelSpec) -> Source:
    """Where the model's files are read from.

    Raises:
        InputError: An embedded model's files are missing or are not the known ones; a local folder does not exist.
    """
    if isinstance(model, EmbeddedModel):
        return Source(str(embedded_folder(model)))
    if isinstance(model, HubModel):
        folder = Path(model.id).expanduser()
        looks_local = model.id.startswith((".", "/", "~")) or model.id.count("/") > 1
        if looks_local and not folder.is_dir():
            raise InputError.one("model.id", f"the folder {model.id!r} does not exist", "a folder, or a hub id")
        return Source(str(folder) if folder.is_dir() else model.id, model.revision, model.trust_remote_code)
    raise InputError.one("model.source", f"must be one of embedded, hub, tiny, got {model.source!r}")


def fetch(load: Callable[..., Any], source: Source, what: str, **kwargs: Any) -> Any:
    """Call a `from_pretrained`, quietly; from the second time in a process on, the hub is not asked again.

    Args:
        load: `AutoModel.from_pretrained` or a sister of it.
        source: What to load.
        what: `config`, `tokenizer` or `weights`: the noun in the error.
        kwargs: Passed on.

    Raises:
        InputError: At `model.id`; transformers' own reason and the ways to work offline.
    """
    key = (source.name, source.revision, what)
    options: dict[str, Any] = {"revision": source.revision} if source.revision else {}
    if key in _fetched or not (Path(source.name).is_dir() or hub_reachable()):
        options["local_files_only"] = True
    try:
        with quiet():
            found = load(source.name, trust_remote_code=source.trust_remote_code, **options, **kwargs)
    except (OSError, ValueError, KeyError) as error:  # What transformers raises for missing, broken and unknown.
        reason = " ".join(str(error).split())
        raise InputError.one(
            "model.id", f"cannot load the {what} of {source.name!r}: {reason}", OFFLINE_HINT
        ) from error
    _fetched.add(key)
    return found
