"""The page that begins a sweep."""

from hpo.control import PLACES, config_groups, experiments, known_keys
from tests.dashboards.pages.reading import Pages


def test_every_preset_and_option_can_be_chosen(pages: Pages) -> None:
    page = pages.get("/submit")
    presets = [option.get("value") for option in page.find("//select[@id='experiment']/option")]
    assert presets == ["", *(preset.name for preset in experiments())]
    for group in config_groups():
        options = [o.get("value") for o in page.find(f"//select[@data-override='{group.name}']/option")]
        assert options == ([] if group.name in PLACES else ["", *group.options])


def test_each_field_has_a_label_and_a_place_for_its_problem(pages: Pages) -> None:
    page = pages.get("/submit?experiment=lora")
    assert page.find("//select[@id='experiment']/option[@selected]")[0].get("value") == "lora"
    for field in page.find("//*[@data-override]"):
        assert page.find(f"//label[@for='{field.get('id')}']")
        assert field.xpath("ancestor::*[@data-field]")[0].get("data-field") == field.get("data-override")


def test_the_keys_that_are_offered_are_the_config_s() -> None:
    keys = known_keys()
    assert {"train.epochs", "sweep.trials", "sweep.stop.target", "confirm.seeds"} <= set(keys)
    assert all(keys.values())


def test_it_says_how_soon_it_would_begin(pages: Pages) -> None:
    assert "One sweep runs at once; 0 submissions in the queue." in pages.get("/submit").words("//main")
