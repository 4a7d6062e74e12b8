"""What is written of the config is what the schema says."""

from pathlib import Path

from hpo.config.reference import reference

ROOT = Path(__file__).parent.parent


def test_config_reference_is_what_make_docs_writes() -> None:
    assert (ROOT / "docs" / "config.md").read_text(encoding="utf-8") == reference()
