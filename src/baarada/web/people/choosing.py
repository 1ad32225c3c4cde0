"""Choosing a person within a form: a name or a number is typed, those who may be meant are offered, one is chosen."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from baarada.journal import runtime
from baarada.registry import search
from baarada.registry.models import Person
from baarada.web.pages import ActorRequest, page, signed_in, uuid_in
from baarada.web.people import listing

MOST = 6


@dataclass(slots=True)
class Choice:
    """What was typed, who may be meant, who was chosen."""

    who: str
    candidates: list[listing.Row]
    chosen: Person | None
    checked: UUID | None
    """Whose box is ticked."""
    as_before: bool
    to_choose: bool = False
    """Somebody has to be chosen before the form does what it is for."""

    @property
    def nobody(self) -> str:
        """Why nobody can be chosen, and what to do."""
        if not self.who:
            return _("Write the name or the number of the person whose paper this is.")
        return _("Nobody is found for “%(who)s”. Type another spelling, or a number.") % {"who": self.who}


def choose(request: ActorRequest, before: UUID | None = None) -> Choice:
    """Read the part of a form that chooses a person; ``before`` is offered where nothing is typed."""
    said = request.POST or request.GET
    who = said.get("who", "").strip()[:200]
    found = search.search(who, seen_by=request.actor, most=MOST).people[:MOST] if who else []
    ids = [hit.target for hit in found] or ([before] if before and not who else [])
    candidates = listing.rows(ids, runtime.today(), found)
    # A choice counts for the name it was made under: after another name was typed, it is made anew.
    pk = uuid_in(request.POST.get("person", "")) if said.get("searched", "") == who else None
    chosen = next((row.person for row in candidates if row.person.pk == pk), None)
    only = candidates[0].person.pk if who and len(candidates) == 1 else None
    return Choice(who, candidates, chosen, chosen.pk if chosen else only, not who and bool(candidates))


@require_safe
@signed_in
def offer(request: ActorRequest) -> HttpResponse:
    """Who may be meant, while the name is typed."""
    return page(request, "web/people/candidates.html", {"choice": choose(request)})
