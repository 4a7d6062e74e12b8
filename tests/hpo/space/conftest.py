import pytest

from hpo.space import TrialSchema
from models.spec import DocstringsData, EmbeddedModel, FullTuning, LoraTuning, TinyModel, TrainParams


@pytest.fixture(scope="session")
def schema() -> TrialSchema:
    minilm = EmbeddedModel(name="minilm", package="p", folder="f", id="i", sha256="s")
    return TrialSchema(
        base={"data": DocstringsData(), "model": minilm, "tuning": FullTuning(), "train": TrainParams()},
        options={
            "model": {"minilm": minilm, "tiny": TinyModel()},
            "tuning": {"full": FullTuning(), "lora": LoraTuning()},
        },
    )
