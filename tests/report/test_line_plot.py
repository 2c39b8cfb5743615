"""A plot has its points, whiskers, band and words; everything stays within the drawing."""

import pytest

from goldspan.report.line_plot import FittedLine, LinePlot, PlotPoint
from helpers.html_pages import ATTACK, parse


def plot(**changes):
    line = FittedLine([1, 4, 10], [0.5, 0.7, 0.8], [0.4, 0.6, 0.6], [0.6, 0.8, 1.0])
    points = [PlotPoint(1, 0.5, 0.4, 0.6), PlotPoint(4, 0.7), PlotPoint(10, 0.8, 0.6, 1.0, is_forecast=True)]
    given = {"points": points, "line": line, "last": 4, "ticks": [0, 5, 10], "x_name": "articles", "words": "in words"}
    return parse(LinePlot(**(given | changes)).svg())


def elements(page, kind):
    return [attributes for _, attributes in page.tags if kind in attributes.get("class", "").split()]


def test_measured_and_forecast_points_have_their_whiskers_and_the_line_is_dashed_beyond_the_last():
    page = plot()
    assert len(elements(page, "dot")) == 3
    assert len([one for one in elements(page, "forecast") if "cx" in one]) == 1
    assert len(elements(page, "whisker")) == 2 * 3, "a line with two ends, for the two points that have an interval"
    assert len(elements(page, "band")) == 1
    solid, dashed = elements(page, "fit")
    assert solid["d"].count("L") == dashed["d"].count("L") == 1
    assert page.tags[0][1]["aria-label"] == "in words"
    assert page.said == "025507510005" + "10articles"


def test_without_a_fit_there_are_points_alone_and_a_level_has_its_name():
    page = plot(line=None, level=(0.9, ATTACK))
    assert not elements(page, "band")
    assert len(elements(page, "level")) == 1
    assert ATTACK in page.said
    assert "script" not in page.names


@pytest.mark.parametrize("size", [(720, 330), (360, 210)])
def test_everything_lies_within_the_drawing(size):
    width, height = size
    page = plot(width=width, height=height)
    for _, attributes in page.tags:
        numbers = {name: float(attributes[name]) for name in ("x1", "x2", "cx", "x") if name in attributes}
        assert all(0 <= number <= width for number in numbers.values())
        numbers = {name: float(attributes[name]) for name in ("y1", "y2", "cy", "y") if name in attributes}
        assert all(0 <= number <= height for number in numbers.values())
