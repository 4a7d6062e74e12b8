"""What overrides that come from elsewhere may say."""

from pathlib import Path

import pytest

from hpo.control import Rules, screen
from hpo.control.screen import screen_files, sizes


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rules:
    monkeypatch.chdir(tmp_path)
    for name in ("open", "shut", "open/own"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows.csv").touch()
    (tmp_path / "open" / "link.csv").symlink_to(tmp_path / "shut" / "rows.csv")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    roots, closed = (str(tmp_path / "open"),), (str(tmp_path / "open" / "own"),)
    return Rules(roots=roots, closed=closed, urls=("s3://bucket/data/",))


@pytest.mark.parametrize(
    "text",
    [
        "model=tiny",
        "experiment=smoke",
        "train.epochs=3",
        "train.learning_rate=1e-4",
        "sweep.name=my-sweep_2.0",
        "space.train.learning_rate={low: 1e-5, high: 1e-2, log: true}",
        "space.train.batch_size.choices=[8,16]",
        "~space.train.weight_decay",
        "sweep.constraints=['latency_ms <= 20']",
        "data.train=open/rows.csv",
        "data.train=s3://bucket/data/rows.parquet",
        "data.prefix='translate English to German: '",
        "data.label_separator=/",
        "model.id=org/some-model",
        "warm_start.from=[auto,earlier]",
        "sweep.stop.target=0.9",
        "train.epochs=null",
        "model.trust_remote_code=false",
        "space.model.trust_remote_code={choices: [false]}",
        "low=x",
        "values=x",
        "choices=x",
    ],
)
def test_what_a_person_would_set_is_taken(rules: Rules, text: str) -> None:
    assert screen([text], rules) == []


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("train.epochs=${oc.env:HOME}", "train.epochs"),
        ("data.text=${oc.env:AWS_SECRET_ACCESS_KEY}", "data.text"),
        ("data.text='${oc.decode:${oc.env:X}}'", "data.text"),
        (r"data.text=$\{oc.env:HOME\}", "data.text"),
        ("data.text=${data.train}", "data.text"),
        ("space.x={a: ['${hydra:runtime.cwd}']}", "space.x"),
        ("data={_target_: os.system}", "data"),
        ("model._target_=os.system", "model._target_"),
        ("space.a.b={c: {_target_: os.system}}", "space.a.b.c"),
        ("hydra.run.dir=/tmp/x", "hydra.run.dir"),
        ("hydra/launcher=joblib", "hydra/launcher"),
        ("hydra.searchpath=[file:///tmp]", "hydra.searchpath"),
        ("+hydra.job.env_set={A: b}", "hydra.job.env_set"),
        ("+train.new=1", "train.new"),
        ("~train", "train"),
        ("model@data=tiny", "model@data"),
        ("model=../../etc/passwd", "model"),
        ("experiment=/etc/passwd", "experiment"),
        ("--config-dir=/tmp", "--config-dir"),
        ("-m", "-m"),
        ("output_dir=/tmp/x", "output_dir"),
        ("ledger.url=sqlite:////tmp/x.db", "ledger.url"),
        ("ledger={url: x}", "ledger"),
        ("tracking=server", "tracking"),
        ("tracking.uri=http://evil.test", "tracking.uri"),
        ("cluster.address=evil.test:6379", "cluster.address"),
        ("cluster.storage=s3://evil", "cluster.storage"),
        ("sweep.name=../../x", "sweep.name"),
        ("sweep.name='a b'", "sweep.name"),
        ("data.train=/etc/passwd", "data.train"),
        ("data.train=shut/rows.csv", "data.train"),
        ("data.train=open/../shut/rows.csv", "data.train"),
        ("data.train=open/link.csv", "data.train"),
        ("data.train=open/own/rows.csv", "data.train"),
        ("data.train='~/rows.csv'", "data.train"),
        ("data.train='~root/rows.csv'", "data.train"),
        ("data.train=file:///etc/passwd", "data.train"),
        ("data.train=http://169.254.169.254/latest/meta-data", "data.train"),
        ("data.train=s3://bucket/data/../secret", "data.train"),
        ("data.train=s3://bucket/database", "data.train"),
        ("data.path=shut", "data.path"),
        ("model.id=shut", "model.id"),
        ("model.encoder.id=/etc", "model.encoder.id"),
        ("data.tasks={a: {source: csv, train: /etc/passwd}}", "data.tasks.a.train"),
        ("space.data.train.choices=[/etc/passwd]", "space.data.train.choices"),
        ("data.libraries=['../../etc']", "data.libraries"),
        ("warm_start.from=[a@/etc]", "warm_start.from"),
        ("warm_start.from=[a@http://evil.test]", "warm_start.from"),
        ("train.epochs=3\nmodel=tiny", "train.epochs"),
        ("train.epochs=3\x00", "train.epochs"),
        ("data.text=" + "[" * 50 + "]" * 50, "data.text"),
        ("model.trust_remote_code=true", "model.trust_remote_code"),
        ("model.trust_remote_code=yes", "model.trust_remote_code"),
        ("model.trust_remote_code=1", "model.trust_remote_code"),
        ("model={source: hub, trust_remote_code: True}", "model.trust_remote_code"),
        ("model.encoder={id: a, trust_remote_code: 'true'}", "model.encoder.trust_remote_code"),
        ("space.model.trust_remote_code.choices=[false,true]", "space.model.trust_remote_code.choices"),
        ("space.model={trust_remote_code: {choices: [true]}}", "space.model.trust_remote_code.choices"),
        ("data.text='~no-such-person/x'", "data.text"),
        ("model.id=" + "x" * 300, "model.id"),
        ("data.train=open/../circle", "data.train"),
        ("", "overrides"),
        ("train.epochs", "train.epochs"),
    ],
)
def test_what_nobody_elsewhere_may_say_is_refused(rules: Rules, text: str, where: str) -> None:
    problems = screen([text], rules)
    assert [problem.where for problem in problems][:1] == [where]


def test_all_that_is_refused_is_told_together(rules: Rules) -> None:
    found = screen(["output_dir=x", "model=tiny", "data.train=/etc/passwd"], rules)
    assert [problem.where for problem in found] == ["output_dir", "data.train"]


def test_sections_can_be_opened() -> None:
    assert screen(["cluster.address=auto"], Rules(places=("cluster",))) == []


def test_sizes_are_limited_before_anything_is_parsed() -> None:
    rules = Rules(most=3, longest=10, most_text=25)
    assert sizes(["a=1"] * 3, rules) == []
    assert sizes(["a=1"] * 4, rules)[0].where == "overrides"
    assert sizes(["a=1", "b=" + "1" * 20], rules)[0].where == "overrides.1"
    assert sizes(["a=12345678"] * 3, rules)[0].message == "at most 25 characters are taken in all, got 30"


def test_files_of_the_composed_config_are_looked_at_too(rules: Rules, tmp_path: Path) -> None:
    files = {"data.train": tmp_path / "open" / "rows.csv", "model.id": tmp_path / "shut"}
    assert [problem.where for problem in screen_files(files, rules)] == ["model.id"]
