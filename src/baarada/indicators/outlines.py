"""Outlines of places: those that the build made of a package, and finer ones that somebody imported.

They are no records: a picture of this machine, kept beside the register, that a map may or may not have. An outline
is rings of longitude and latitude, in whole ten-thousandths of a degree.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

import baarada
from baarada import config
from baarada.indicators.areas import AreaMap, Place
from baarada.indicators.asking import LEVELS
from baarada.kernel.errors import Refused
from baarada.kernel.text import fold
from baarada.packs import shapes
from baarada.packs.shapes import Rings
from baarada.registry import lists
from baarada.registry.models import Area

LARGEST_FILE = 60_000_000
MOST_FEATURES = 5_000
FOLDER = "outlines"
NAMES = ("code", "name", "nom", "shapename", "admin1name", "admin2name", "adm1_fr", "adm2_fr", "adm3_fr")
CODES = ("code", "id", "pcode", "iso", "shapeiso", "admin1pcode", "admin2pcode", "adm1_pcode", "adm2_pcode")
"""What features call their code and their name, in small letters."""


@dataclass(slots=True)
class Outlines:
    """Outlines of the places of one level."""

    rings: dict[str, Rings] = field(default_factory=dict)
    """By the place's code."""
    source: str = ""


def imported() -> Path:
    """Where imported outlines lie."""
    return settings.CONFIG.home / FOLDER


def of_level(level: str) -> Outlines:
    """The outlines of a level of places: imported ones, else those that came with the program."""
    path = imported() / f"{_safe(level)}.json"
    if not path.exists():
        path = Path(baarada.__file__).parent / "web" / "built" / f"outlines-{settings.CONFIG.pack}.json"
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return Outlines()
    found = _read(str(path), changed)
    return found.get(level, Outlines())


def _safe(level: str) -> str:
    return "".join(c for c in level if c.isalnum() or c in "_-")[:60]


@lru_cache(maxsize=8)
def _read(path: str, changed: int) -> Mapping[str, Outlines]:
    del changed
    try:
        levels = json.loads(Path(path).read_text(encoding="utf-8"))
        return {
            name: Outlines(one["rings"], one["source"]) for name, one in levels.items() if isinstance(one, dict)
        }  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return {}


# -- bringing them in ------------------------------------------------------------------------


@dataclass(slots=True)
class Brought:
    """What came of a file of outlines."""

    levels: dict[str, int]
    """How many outlines were kept, by level."""
    unmatched: list[str]
    """Features that are no place of the register."""


def bring_in(source: Path, areas: AreaMap, *, level: str = "") -> Brought:
    """Keep the outlines of a GeoJSON file, each under the place that it names by code or by name.

    ``level`` says which level the features are of; without it, the one in which most of them are found.

    Raises:
        Refused: the file is none, too large, or names no place.
    """
    features = _features(source)
    by_level: dict[str, dict[str, Rings]] = {}
    names = _Names(areas)
    for kind in [level] if level else sorted(areas.kinds()):
        found = {place.code: rings for _label, keys, rings in features if (place := names.of(keys, kind))}
        if found:
            by_level[kind] = found
    if not by_level:
        raise Refused(
            _(
                "None of the outlines in this file names a place of the register by its code or name. Nothing was kept."
            )
        )
    # Chief towns give their name to what lies around them: where two levels match alike, the higher one is meant.
    higher = sorted(by_level, key=lambda kind: lists.order_of(LEVELS, kind))
    best = max(higher, key=lambda kind: len(by_level[kind]))
    grid = shapes.grid_for(by_level[best].values())
    kept = {code: shapes.simplified(rings, grid) for code, rings in by_level[best].items() if code}
    _keep(best, Outlines(kept, source.name))
    unmatched = sorted(label for label, keys, _rings in features if names.of(keys, best) is None)
    return Brought({best: len(kept)}, unmatched)


def _keep(level: str, found: Outlines) -> None:
    text = json.dumps({level: {"source": found.source, "rings": found.rings}}, ensure_ascii=False)
    config.keep_private(imported() / f"{_safe(level)}.json", text.encode("utf-8"))


def forget(level: str) -> bool:
    """Remove imported outlines; the program's own show again. False where there were none."""
    path = imported() / f"{_safe(level)}.json"
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


class _Names:
    """Places by what features may call them."""

    def __init__(self, areas: AreaMap) -> None:
        self._found: dict[tuple[str, str], Place | None] = {}
        others = dict(Area.objects.live().values_list("pk", "other_names"))
        for place in areas.places.values():
            called = [place.code, place.iso, place.name, *(others.get(place.pk) or [])]
            for text in {fold(one) for one in called if one}:
                # Two of one name on a level name neither.
                key = (place.kind, text)
                self._found[key] = None if key in self._found else place

    def of(self, keys: Iterable[str], kind: str) -> Place | None:
        """The place of a level that a feature names; None where there is none, or several."""
        return next((found for key in keys if (found := self._found.get((kind, fold(key))))), None)


def _features(source: Path) -> list[tuple[str, list[str], Rings]]:
    """The features of a file: a label, what they are called, their rings."""
    try:
        if source.stat().st_size > LARGEST_FILE:
            raise Refused(_("This file is larger than 60 MB. Simplify the outlines, then bring it again."))
        data = json.loads(source.read_text(encoding="utf-8-sig"))
        features = data["features"]
        if data["type"] != "FeatureCollection" or not isinstance(features, list):
            raise ValueError(data["type"])
        if len(features) > MOST_FEATURES:
            raise Refused(_("This file holds more than 5,000 outlines. Bring one level of places at a time."))
        return [_feature(one) for one in features if one.get("geometry")]
    except OSError as error:
        raise Refused(
            _("%(file)s cannot be read: %(why)s.") % {"file": source, "why": error.strerror}
        ) from None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        raise Refused(
            _(
                "This file is not GeoJSON with outlines in degrees. Save it as GeoJSON (WGS 84), then bring it again."
            )
        ) from None


def _feature(one: dict[str, Any]) -> tuple[str, list[str], Rings]:
    said = {str(name).lower(): str(value) for name, value in (one.get("properties") or {}).items() if value}
    if one.get("id"):
        said.setdefault("id", str(one["id"]))
    keys = [said[name] for name in (*CODES, *NAMES) if name in said]
    label = next((said[name] for name in NAMES[1:] if name in said), keys[0] if keys else "?")
    return label, keys, shapes.rings_of(one["geometry"])
