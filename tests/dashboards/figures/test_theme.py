import pytest

from dashboards.figures.theme import BEST, COLORS, MUTED, SCALE, color, figure, finding
from hpo.results import State

LIGHT, DARK = "#ffffff", "#14171c"  # The pages' surfaces.


def contrast(one: str, other: str) -> float:
    """As the Web Content Accessibility Guidelines have it."""

    def luminance(text: str) -> float:
        parts = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("paint", [*COLORS.values(), BEST, MUTED])
@pytest.mark.parametrize("surface", [LIGHT, DARK])
def test_colours_are_seen_on_light_and_on_dark(paint: str, surface: str) -> None:
    assert contrast(paint, surface) >= 3


def test_every_state_has_a_colour_of_its_own() -> None:
    assert set(COLORS) == set(State)
    assert len(set(COLORS.values())) == len(State)


def test_colours_of_values_go_through_the_scale() -> None:
    assert color(0) == "rgb(91,80,163)" == color(-1)
    assert color(1) == "rgb(201,162,39)" == color(2)
    assert [color(place) for place, _ in SCALE] == [
        f"rgb({int(text[1:3], 16)},{int(text[3:5], 16)},{int(text[5:7], 16)})" for _, text in SCALE
    ]


def test_a_figure_says_what_it_shows() -> None:
    assert finding(figure("more is better")) == "more is better"
