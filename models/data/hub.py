"""A dataset of the Hugging Face hub, or its copy in the local cache."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import datasets
from datasets.exceptions import DatasetNotFoundError, DatasetsError
from datasets.naming import camelcase_to_snakecase
from huggingface_hub import HfApi, constants
from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled  # type: ignore[attr-defined]  # Of httpx or httpx2.

from models.data.named_splits import from_named
from models.data.splits import Source
from models.errors import InputError
from models.spec import HubData

OFFLINE_WAYS = (
    "without network: set HF_HUB_OFFLINE=1 and use a dataset that is in the local cache; "
    "or data=disk with a folder of save_to_disk; or data=csv|json|parquet"
)
TIMEOUT_S = 10.0


def load_hub(spec: HubData) -> Source:
    """Load all splits of the dataset and take those that are wanted.

    Raises:
        InputError: The dataset cannot be reached or does not exist, or the subset does not.
    """
    _check_reachable(spec)
    try:
        with _no_progress_bars():
            loaded = datasets.load_dataset(spec.id, spec.subset, revision=spec.revision)
    except DatasetNotFoundError as error:
        hint = "check the spelling; a private or gated dataset needs `hf auth login`"
        raise InputError.one("data.id", f"the hub has no dataset {spec.id!r}: {error}", hint) from error
    except (ConnectionError, OfflineModeIsEnabled, HTTPError) as error:
        raise InputError.one("data.id", f"{spec.id} cannot be reached on the hub: {error}", OFFLINE_WAYS) from error
    except (ValueError, RuntimeError, DatasetsError, OSError) as error:
        where = "data.subset" if "config" in str(error).lower() else "data.id"
        raise InputError.one(where, f"{spec.id} cannot be loaded: {error}") from error
    return from_named(spec, loaded, spec.id)


def hub_key(spec: HubData) -> str:
    """Cheap key of the dataset: its id, subset and commit; offline, that of the newest copy in the local cache.

    Raises:
        InputError: The dataset is neither on the hub nor in the local cache.
    """
    return f"{spec.id} {spec.subset} {_commit(spec)}"


def cached_copies(spec: HubData) -> list[Path]:
    """Folders of the dataset in the local cache, newest last."""
    namespace, _, name = spec.id.rpartition("/")
    folder = "___".join([part for part in (namespace, camelcase_to_snakecase(name)) if part])
    found = Path(datasets.config.HF_DATASETS_CACHE, folder).glob(f"{spec.subset or '*'}/*/*")
    return sorted((path for path in found if path.is_dir()), key=lambda path: (path.stat().st_mtime_ns, path.name))


def _commit(spec: HubData) -> str:
    if spec.revision and re.fullmatch("[0-9a-f]{40}", spec.revision):
        return spec.revision
    if not constants.HF_HUB_OFFLINE and _host_is_known():
        try:
            return str(HfApi().dataset_info(spec.id, revision=spec.revision, timeout=TIMEOUT_S).sha)
        except (OSError, HTTPError):
            pass  # Reading the dataset says what is wrong, or falls back to the local cache.
    if not cached_copies(spec):
        load_hub(spec)  # Fills the local cache, or says why it cannot.
    return f"{spec.revision} {cached_copies(spec)[-1].name}"


def _check_reachable(spec: HubData) -> None:
    """Say at once what `load_dataset` would only say after 25 s of retries."""
    if not constants.HF_HUB_OFFLINE and not _host_is_known() and not cached_copies(spec):
        host = urlsplit(constants.ENDPOINT).hostname
        message = f"{spec.id} cannot be reached: no network, {host} is unknown, and it is not in the local cache"
        raise InputError.one("data.id", message, OFFLINE_WAYS)


def _host_is_known() -> bool:
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")):
        return True  # The proxy looks the name up.
    try:
        socket.getaddrinfo(urlsplit(constants.ENDPOINT).hostname, 443)
    except OSError:
        return False
    return True


@contextmanager
def _no_progress_bars() -> Iterator[None]:
    """Quiet `datasets` inside the block, and leave the setting of the process as it was."""
    enabled = datasets.utils.logging.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if enabled:
            datasets.enable_progress_bars()
