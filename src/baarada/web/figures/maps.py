"""Maps of figures: the places of one level, shaded by a number; drawn here, in the page, without a script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import cos, radians
from typing import Any

from django.utils.translation import gettext as _

from baarada.indicators import asking, outlines, telling
from baarada.indicators.areas import Place
from baarada.indicators.densities import Densities
from baarada.indicators.figures import Figure
from baarada.packs.shapes import SCALE, Rings
from baarada.registry.display import number

WIDE, HIGH, EDGE = 440, 440, 6
STEPS = 5
Number = int | Decimal
Words = Callable[[Any], str]


@dataclass(slots=True)
class Shape:
    """One place on a map."""

    path: str
    shade: str
    """The class of its fill."""
    name: str
    said: str
    """Its number in words; empty where nothing is known."""
    x: str
    y: str


@dataclass(slots=True)
class Map:
    """The places of a level, what the shades mean, and who is not on it."""

    width: int
    height: int
    shapes: list[Shape]
    legend: list[tuple[str, str]]
    without: list[str]
    """Places of the figure that have no outline."""
    source: str
    empty: bool
    """True where a place on the map has no number."""


def of_headcount(figure: Figure) -> Map | None:
    """The map of a headcount by a level of places; None where it is of something else, or there are no outlines."""
    if len(figure.by) != 1 or not asking.is_level(figure.by[0].name):
        return None
    values = {line.keys[0]: line.value for line in figure.lines}
    known: list[tuple[Place, Number | None]] = [(place, values.get(place.pk.hex)) for place in figure.places]
    return _map(figure.by[0].name, known, number)


def of_densities(found: Densities) -> Map | None:
    """The map of densities."""
    if found.by is None:
        return None
    known: list[tuple[Place, Number | None]] = [(row.place, row.value) for row in found.rows if row.place]
    return _map(found.by.name, known, lambda value: telling.decimal(Decimal(value), telling.DECIMALS))


def _map(level: str, known: Sequence[tuple[Place, Number | None]], words: Words) -> Map | None:
    drawn = outlines.of_level(level)
    here = [(place, value, drawn.rings[place.code]) for place, value in known if place.code in drawn.rings]
    if not here:
        return None
    view = _View([rings for _place, _value, rings in here])
    bounds = _bounds([value for _place, value in known if value is not None])
    shapes = []
    for place, value, rings in here:
        x, y = view.middle(rings)
        said = words(value) if value is not None else ""
        shapes.append(
            Shape(view.path(rings), _shade(value, bounds), place.name, said, f"{x:.0f}", f"{y:.0f}")
        )
    without = [place.name for place, _value in known if place.code not in drawn.rings]
    empty = any(not shape.said for shape in shapes)
    return Map(WIDE, view.height, shapes, _legend(bounds, words), without, drawn.source, empty)


def _bounds(values: Sequence[Number]) -> list[Number]:
    """The largest number of each shade: steps of one size from nought to the largest, at most five."""
    most = max(values, default=0)
    if isinstance(most, int):
        steps = min(STEPS, most) or 1
        return [-(-most * step // steps) for step in range(1, steps + 1)]
    return [most * step / STEPS for step in range(1, STEPS + 1)]


def _shade(value: Number | None, bounds: Sequence[Number]) -> str:
    if value is None:
        return "fx"
    return f"g{next((i for i, most in enumerate(bounds, 1) if value <= most), len(bounds))}"


def _legend(bounds: Sequence[Number], words: Words) -> list[tuple[str, str]]:
    """What each shade means: up to the first bound, then from one to the next."""
    out = [("g1", _("up to %(most)s") % {"most": words(bounds[0])})]
    for i, (below, most) in enumerate(pairwise(bounds), 2):
        least = below + 1 if isinstance(below, int) else below
        out.append((f"g{i}", f"{words(least)} – {words(most)}" if least != most else words(most)))
    return out


class _View:
    """Degrees as points of the drawing: as wide as they are in the middle of the map."""

    def __init__(self, shapes: Sequence[Rings]) -> None:
        points = [point for rings in shapes for ring in rings for point in ring]
        self.west, self.north = min(p[0] for p in points), max(p[1] for p in points)
        east, south = max(p[0] for p in points), min(p[1] for p in points)
        self.squeeze = cos(radians((self.north + south) / 2 / SCALE))
        across, down = max(1, (east - self.west) * self.squeeze), max(1, self.north - south)
        self.scale = min((WIDE - 2 * EDGE) / across, (HIGH - 2 * EDGE) / down)
        self.left = (WIDE - across * self.scale) / 2
        self.height = round(down * self.scale) + 2 * EDGE

    def at(self, point: Sequence[int]) -> tuple[float, float]:
        """Where a point lies on the drawing."""
        x = (point[0] - self.west) * self.squeeze * self.scale + self.left
        return x, (self.north - point[1]) * self.scale + EDGE

    def path(self, rings: Rings) -> str:
        """An outline as the path of a drawing."""
        out = []
        for ring in rings:
            points = [self.at(point) for point in ring]
            out.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z")
        return "".join(out)

    def middle(self, rings: Rings) -> tuple[float, float]:
        """Where the words of a place stand: the centre of gravity of its largest ring."""
        points = [self.at(point) for point in max(rings, key=len)]
        area = x = y = 0.0
        for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
            cross = x0 * y1 - x1 * y0
            area, x, y = area + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
        return (x / (3 * area), y / (3 * area)) if area else points[0]
