"""Which of a sweep's overrides still hold when other options of its groups are chosen."""

from __future__ import annotations

from collections.abc import Sequence

from hpo.config.compose import compose
from hpo.results import key_of


def fitting(
    overrides: Sequence[str], chosen: Sequence[str], more: Sequence[str] = (), config_dir: str | None = None
) -> list[str]:
    """The overrides but those of keys that the chosen options do not have, as when a sweep makes a trial.

    Args:
        overrides: In Hydra's grammar; those of the chosen names among them or in `more`.
        chosen: Names of the groups and keys that are set anew.
        more: Overrides that are to hold too; they are not among the result.
        config_dir: The person's own folder of options.

    Raises:
        InputError: There is no such folder.
    """
    doubtful = in_groups(overrides, chosen)
    if not doubtful:
        return list(overrides)
    taken = compose([*overrides, *more], config_dir).overrides
    return [text for text in overrides if text in taken or text not in doubtful]


def in_groups(overrides: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """Overrides of keys in the groups among the chosen names, but of the chosen keys themselves."""
    groups = tuple(f"{name}." for name in chosen if "." not in name)
    return [text for text in overrides if key_of(text).startswith(groups) and key_of(text) not in chosen]
