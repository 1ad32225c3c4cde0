"""Outlines as rings of whole numbers: read from GeoJSON and TopoJSON, made simple. No Django, no database."""

from collections.abc import Iterable, Iterator
from typing import Any

SCALE = 10_000
"""Parts of a degree."""
GRID = 200
"""Points are snapped to so many ten-thousandths of a degree (about 2 km): neighbours still share their border."""
POINTS_WIDE = 800
MOST_POINTS = 400_000
SMALLEST = 4
"""Points of the smallest ring that is kept: a triangle, closed."""
Ring = list[list[int]]
Rings = list[Ring]


def rings_of(geometry: dict[str, Any]) -> Rings:
    """The outer and inner rings of a GeoJSON polygon or multipolygon.

    Raises:
        ValueError: it is none, or its points are not in degrees.
    """
    parts = {"Polygon": lambda c: [c], "MultiPolygon": lambda c: c}.get(geometry["type"])
    if parts is None:
        raise ValueError(geometry["type"])
    out = [[_point(p) for p in ring] for polygon in parts(geometry["coordinates"]) for ring in polygon]
    if sum(map(len, out)) > MOST_POINTS:
        raise ValueError("too many points")
    return out


def _point(point: Any) -> list[int]:
    longitude, latitude = point[0], point[1]
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(point)
    return [round(longitude * SCALE), round(latitude * SCALE)]


def grid_for(shapes: Iterable[Rings]) -> int:
    """How coarse a grid some shapes bear: a picture of all of them is some hundreds of points wide."""
    xs = [x for rings in shapes for ring in rings for x, _y in ring]
    return min(GRID, max(1, (max(xs) - min(xs)) // POINTS_WIDE)) if xs else GRID


def simplified(rings: Rings, grid: int = GRID) -> Rings:
    """The same rings on a grid, without points that repeat or lie on a straight line."""
    out = []
    for ring in rings:
        snapped = [[round(x / grid) * grid, round(y / grid) * grid] for x, y in ring]
        thin = _without_repeats(snapped)
        if len(thin) >= SMALLEST:
            out.append(thin)
    if not out and rings:
        # A small place is kept as it is: it must not vanish from the map.
        out = [max(rings, key=len)]
    return out


def _without_repeats(ring: Ring) -> Ring:
    out: Ring = []
    for point in ring:
        if out and point == out[-1]:
            continue
        if len(out) > 1 and _straight(out[-2], out[-1], point):
            out.pop()
        out.append(point)
    return out


def _straight(a: list[int], b: list[int], c: list[int]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) == (b[1] - a[1]) * (c[0] - a[0])


def of_topology(topology: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Rings]]:
    """The objects of a TopoJSON file: each with its properties and its rings."""
    arcs = _arcs(topology)
    for group in topology["objects"].values():
        for one in group["geometries"]:
            polygons = {"Polygon": lambda a: [a], "MultiPolygon": lambda a: a}.get(one["type"])
            if polygons is None:
                continue
            rings = [_joined(ring, arcs) for polygon in polygons(one["arcs"]) for ring in polygon]
            yield {"id": one.get("id"), **(one.get("properties") or {})}, simplified(rings)


def _arcs(topology: dict[str, Any]) -> list[Ring]:
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    out = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append([round((x * scale_x + move_x) * SCALE), round((y * scale_y + move_y) * SCALE)])
        out.append(points)
    return out


def _joined(indices: list[int], arcs: list[Ring]) -> Ring:
    out: Ring = []
    for index in indices:
        points = arcs[index] if index >= 0 else arcs[~index][::-1]
        out += points[1:] if out else points
    return out
