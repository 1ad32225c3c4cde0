"""Pages that look on while the worker works: how far it is, how long it still takes, when to look again.

When a page began to look, and how far the work was then, travels along in its address: nothing is kept for it.
"""

from typing import Any

from django.http import HttpResponse

from baarada.journal import runtime
from baarada.web.pages import ActorRequest, number_in
from baarada.web.tables.words import time_left

LOOK_SECONDS = 2
PATIENT_MS = 20_000
"""After so long without a step forward, the page says that the worker may not be running."""


def of(request: ActorRequest, n: int, total: int, *, patient_ms: int = PATIENT_MS) -> dict[str, Any]:
    """What a page shows of work that has done so much of so much."""
    now = runtime.now_ms()
    at, first = _since(request, n, now)
    n = min(n, total)
    moved = n - first
    return {
        "n": n,
        "total": total,
        "percent": round(100 * n / total) if total else 0,
        "left": time_left((total - n) * (now - at) / 1000 / moved) if moved > 0 and now > at else "",
        "again": f"{request.path}?at={at}&from={first}",
        "look": LOOK_SECONDS,
        "quiet": moved <= 0 and now - at > patient_ms,
    }


def _since(request: ActorRequest, n: int, now: int) -> tuple[int, int]:
    at, first = request.GET.get("at", ""), number_in(request.GET.get("from", ""))
    if at.isdecimal() and len(at) < 15 and int(at) <= now and first <= n:
        return int(at), first
    return now, n


def turn_over(request: ActorRequest) -> HttpResponse | None:
    """Where the page that looks on asks again and the work is over: the browser loads what comes next."""
    if not (request.htmx and request.GET.get("at")):
        return None
    answer = HttpResponse()
    answer["HX-Redirect"] = request.path
    return answer
