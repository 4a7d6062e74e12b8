"""What is never shown."""

import pytest

from hpo.redact import Redactor


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("at postgresql://me:pw@host/db", "at postgresql://***@host/db"),
        ("postgresql://me:p/w?#@host/db", "postgresql://***@host/db"),
        ("mysql://me:p@w@host/db", "mysql://***@host/db"),
        ("https://TOKEN@host/rows.csv", "https://***@host/rows.csv"),
        ("https://x.test/a?sig=abc&page=2", "https://x.test/a?sig=***&page=2"),
        ("`https://x.test/a?X-Amz-Credential=AK&X-Amz-Signature=f00`", None),
        ("the key is hunter22", "the key is ***"),
        ("s3://bucket/data", "s3://bucket/data"),
        ("s3://bucket/a:b", "s3://bucket/a:b"),
        ("http://host:9000/bucket/a@1.csv", "http://host:9000/bucket/a@1.csv"),
        ("hf://datasets/me/rows@1/a.csv", "hf://datasets/me/rows@1/a.csv"),
    ],
)
def test_secrets_leave_texts(text: str, shown: str | None) -> None:
    whole = shown or "`https://x.test/a?X-Amz-Credential=***&X-Amz-Signature=***`"
    assert Redactor({"MY_PASSWORD": "hunter22", "USER": "bucket"}).text(text) == whole


@pytest.mark.parametrize("name", ["PGPASSWORD", "MYSQL_PWD", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "MINIO_SECRET_KEY"])
def test_what_the_environment_calls_a_secret_is_one(name: str) -> None:
    assert Redactor({name: "hunter22"}).text("hunter22") == "***"


@pytest.mark.parametrize("name", ["PWD", "OLDPWD", "PGPASSFILE", "TOKENIZERS_PARALLELISM", "MONKEY"])
def test_other_variables_are_none(name: str) -> None:
    assert Redactor({name: "not-a-secret"}).text("not-a-secret") == "not-a-secret"


def test_secrets_leave_configs() -> None:
    config = {"tracking": {"uri": "http://u:p@h", "token": "abc"}, "list": ["++a.password=x", "train.epochs=3"], "n": 1}
    told = {"tracking": {"uri": "http://***@h", "token": "***"}, "list": ["++a.password=***", "train.epochs=3"], "n": 1}
    assert Redactor({}).value(config) == told
    assert Redactor({}).value({"task": "token_classification"}) == {"task": "token_classification"}
