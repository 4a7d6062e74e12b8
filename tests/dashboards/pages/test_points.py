"""A configuration by hand as fields of a form."""

import json
from pathlib import Path

from dashboards.pages.points import PointField, point_fields
from hpo.results import Place, Reader
from tests.dashboards.pages.conftest import pages_of
from tests.dashboards.sweeps import LISTS, made_sweep


def test_a_choice_can_be_a_list_nothing_or_a_truth(tmp_path: Path) -> None:
    place = Place(tmp_path)
    made_sweep(place, "lists", trials=2, points=2, confirmed=False, overrides=LISTS)
    look = Reader(place, "lists").look()
    fields = {field.name: field for field in point_fields(look.about, look.records[0].params)}
    targets = (('["query", "value"]', '["query", "value"]'), ("null", "null"))
    assert fields["tuning.targets"] == PointField("tuning.targets", "", "null", targets)
    assert fields["train.length_bucketing"].options == (("true", "true"), ("false", "false"))
    assert fields["train.lr_schedule"].options[0] == ('"linear"', "linear")
    assert (fields["train.learning_rate"].options, fields["train.learning_rate"].hint) == ((), "0.0001 to 0.03")
    form = pages_of(place).get("/sweeps/lists/trials/0").find("//dialog[@id='clone']//form")[0]
    for field in form.xpath(".//select"):
        chosen = field.xpath("option[@selected]/@value")
        assert [json.loads(text) for text in chosen] == [look.records[0].params[field.get("name")]]


def test_what_has_no_value_is_not_set(tmp_path: Path) -> None:
    place = Place(tmp_path)
    about = made_sweep(place, "none", trials=0, confirmed=False).about
    assert {field.value for field in point_fields(about, {})} == {""}
    assert {field.value for field in point_fields(about, {"train.lr_schedule": "no such"})} == {""}
