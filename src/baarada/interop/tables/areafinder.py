"""Areas by what lists call them: looked up for many rows at once, told apart by their level and what they lie in."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from baarada.interop.tables.cells import BadCell
from baarada.kernel.pieces import in_pieces
from baarada.registry.models import Area, Inclusion, SearchKey
from baarada.registry.searchkeys import CODE, NAME, fold_place, plain

AHEAD = 300
"""So many names are looked up together."""
DEEPEST = 10


class AreaFinder:
    """The areas that some rows name; asked anew for each piece of a file, since rows before may have added some."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.areas: dict[UUID, Area] = {}
        self.rows: dict[UUID, list[Inclusion]] = defaultdict(list)
        """What each area lies in, over time."""
        self._named: dict[str, set[UUID]] = {}

    def look_ahead(self, cells: Iterable[str], ids: Iterable[UUID] = ()) -> None:
        """Look up some cells, and some areas by id, with all that they lie in."""
        self.areas, self.rows, self._named = {}, defaultdict(list), {}
        wanted = {cell for cell in cells if cell}
        for piece in in_pieces(sorted(wanted), AHEAD):
            keys = Q(kind=CODE, key__in={plain(c) for c in piece}) | Q(
                kind=NAME, key__in={fold_place(c) for c in piece}
            )
            found = SearchKey.objects.filter(keys, type=Area.Merge.number).values_list(
                "kind", "key", "target"
            )
            for kind, key, target in found:
                self._named.setdefault(f"{kind} {key}", set()).add(target)
        self._load({pk for some in self._named.values() for pk in some} | set(ids))

    def _load(self, level: set[UUID]) -> None:
        """Read some areas, and what they lie in, up to the top."""
        for _depth in range(DEEPEST):
            level -= self.areas.keys()
            if not level:
                return
            above: set[UUID] = set()
            for piece in in_pieces(level):
                self.areas |= {a.pk: a for a in Area.objects.live().filter(pk__in=piece)}
                for row in Inclusion.objects.live().filter(area_id__in=piece):
                    self.rows[row.area_id].append(row)
                    above.add(row.parent_id)
            level = above

    def parents(self, area: UUID) -> list[Inclusion]:
        """What an area lies in today, the smallest first as far as names tell."""
        return [row for row in self.rows[area] if row.span.holds(self.on) and row.parent_id in self.areas]

    def above(self, area: UUID) -> set[UUID]:
        """Everything that an area lies in today."""
        found: set[UUID] = set()
        level = {area}
        for _depth in range(DEEPEST):
            level = {row.parent_id for pk in level for row in self.parents(pk)} - found
            found |= level
        return found

    def alike(self, cell: str, kind: str = "", within: str = "") -> list[Area]:
        """The areas that a cell may mean: by code, else by name; of a level, within another, where that is said."""
        for number, key in ((CODE, plain(cell)), (NAME, fold_place(cell))):
            ids = self._named.get(f"{number} {key}", set())
            found = [self.areas[pk] for pk in sorted(ids) if pk in self.areas]
            # Who bears the very name comes before those whose name begins or ends so.
            found = [a for a in found if key in (plain(a.code or ""), fold_place(a.name or ""))] or found
            found = [a for a in found if not kind or a.kind == kind]
            if within:
                outer = {a.pk for a in self.alike(within)}
                found = [a for a in found if self.above(a.pk) & outer]
            if found:
                # Of an area that was and one that is, the one that is.
                return [a for a in found if a.ends is None] or found
        return []

    def one(self, cell: str, kind: str = "", within: str = "") -> Area:
        """The area that a cell means.

        Raises:
            BadCell: there is none, or there are several.
        """
        found = self.alike(cell, kind, within)
        if not found:
            raise BadCell(
                _("No area is called “%(text)s”. Correct the name, or add the area first.") % {"text": cell}
            )
        if len(found) > 1:
            sentence = _(
                "%(count)s areas are called “%(text)s”. Add the level and what it lies in, or write the code."
            )
            raise BadCell(sentence % {"count": len(found), "text": cell})
        return found[0]
