"""Tells search, rules and the journal what is particular to the country this node was set up for."""

from functools import lru_cache

from django.conf import settings

from baarada.journal import runtime
from baarada.packs.reader import Pack, View, available, read
from baarada.registry import rules, spelling

_views: list[View] = []


def views() -> list[View]:
    """Lists of people that every office of the country looks at."""
    return list(_views)


def settle_in() -> None:
    """Hand over spelling, telephones and the releases that may be taken in. Called at every start."""
    runtime.trust_packs(_hashes)
    if settings.CONFIG.pack in available():
        use(read(settings.CONFIG.pack))


def use(pack: Pack) -> None:
    """Write and search as this country does."""
    spelling.use((spelling.Rule(r.old, r.new, r.where, r.before) for r in pack.spelling), pack.variants)
    rules.phone_rule.region, rules.phone_rule.length = pack.nationality, pack.phone.digits
    _views[:] = pack.views


@lru_cache(maxsize=1)
def _hashes() -> frozenset[bytes]:
    """The releases of all packs that this program holds."""
    return frozenset(bytes.fromhex(r.hash) for name in available() for r in read(name).releases)
