"""The established posts of a facility: which are filled, which are vacant; adding some."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from baarada.journal import runtime
from baarada.kernel.errors import Refused
from baarada.registry import lists, places, posts
from baarada.registry.display import number as shown_number
from baarada.registry.errors import Invalid
from baarada.registry.models import ABOLISHED, FROZEN, Post
from baarada.registry.places import FacilityFile
from baarada.web.forms import FactForm, NumberField
from baarada.web.pages import ActorRequest, done, page, refused, signed_in

ROOM = "facilities"
FIELDS = ("cadre", "job", "unit", "funding", "norm", "starts", "decision", "note")
STATES: dict[str, tuple[Promise, str]] = {
    posts.VACANT: (gettext_lazy("vacant"), "warn"),
    posts.FILLED: (gettext_lazy("filled"), "ok"),
    FROZEN: (gettext_lazy("frozen"), ""),
    ABOLISHED: (gettext_lazy("abolished"), "none"),
}
"""What a post is on a day: the word and how it is shown."""


@dataclass(slots=True)
class CadrePosts:
    """The posts of one cadre in a facility."""

    cadre: str
    posts: int
    filled: int
    vacant: int


def by_cadre(lines: list[posts.Line], on: date) -> list[CadrePosts]:
    """Posts that are filled or vacant, by what their cadre counts as on a day, those with the most vacancies first."""
    found: dict[Any, CadrePosts] = {}
    for line in lines:
        if line.state in (posts.FILLED, posts.VACANT):
            cadre = lists.standing_cadre(line.post.cadre_id, on)
            own = found.setdefault(
                cadre, CadrePosts(lists.cadre_of_both(cadre) or _("cadre not known"), 0, 0, 0)
            )
            own.posts += 1
            own.filled += line.state == posts.FILLED
            own.vacant += line.state == posts.VACANT
    return sorted(found.values(), key=lambda c: (-c.vacant, -c.posts, c.cadre))


def counted(lines: list[posts.Line]) -> list[tuple[str, str]]:
    """How many posts are in each state, in words, and how that is shown."""
    return [(_words(state, n), STATES[state][1]) for state, n in posts.counted(lines).items()]


def _words(state: str, n: int) -> str:
    words = {
        posts.VACANT: ngettext("%(n)s vacant post", "%(n)s vacant posts", n),
        posts.FILLED: ngettext("%(n)s filled post", "%(n)s filled posts", n),
        FROZEN: ngettext("%(n)s frozen post", "%(n)s frozen posts", n),
        ABOLISHED: ngettext("%(n)s abolished post", "%(n)s abolished posts", n),
    }
    return words[state] % {"n": shown_number(n)}


class PostForm(FactForm):
    """Posts that are alike: what they are, how many, and the number of the first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(Post, FIELDS, *args, required=("cadre",), **kwargs)
        self.fields["count"] = NumberField(label=_("How many"), required=False)
        self.fields["first"] = forms.CharField(
            label=_("Number of the first"), required=False, max_length=60,
            help_text=_("For example P-001; the others follow it. Empty: behind the last one here."),
        )  # fmt: skip
        for name in ("count", "first"):
            self.fields[name].widget.attrs["class"] = "in"
        self.order_fields(["cadre", "count", "first"])


def _file(request: ActorRequest, pk: UUID) -> FacilityFile:
    found = places.facility_file(pk, seen_by=request.actor)
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def posts_of(request: ActorRequest, pk: UUID) -> HttpResponse:
    """All posts of a facility, with who holds them today."""
    file = _file(request, pk)
    lines = posts.of_facility(file.ids, runtime.today(), seen_by=request.actor)
    context = {
        "room": ROOM, "facility": file.facility, "counted": counted(lines),
        "lines": [(line, lists.cadre_of_both(line.post.cadre_id), *STATES[line.state]) for line in lines],
    }  # fmt: skip
    return page(request, "web/places/posts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_posts(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Establish one or several posts that are alike."""
    file = _file(request, pk)
    form = PostForm(request.POST or None, initial={"count": 1}, facility=file.facility)
    if request.method == "POST" and form.is_valid():
        answer = _add(request, file, form)
        if answer is not None:
            return answer
    context = {"room": ROOM, "form": form, "facility": file.facility}
    return page(request, "web/places/add_posts.html", context, status=422 if form.errors else 200)


def _add(request: ActorRequest, file: FacilityFile, form: PostForm) -> HttpResponse | None:
    count = form.cleaned_data.get("count")
    count = 1 if count is None else count
    try:
        act = posts.add(
            file.facility,
            form.values(),
            count=count,
            first=form.cleaned_data.get("first") or "",
            by=request.actor,
        )
    except Invalid as invalid:
        form.take(invalid)
        return None
    except Refused as refusal:
        refused(request, refusal)
        return None
    words = ngettext("%(n)s post was added.", "%(n)s posts were added.", count)
    done(request, words % {"n": shown_number(count)}, act)
    return redirect("web:posts", file.facility.pk)
