"""Tells search, rules and the journal what is particular to the country this node was set up for."""

from functools import lru_cache

from django.conf import settings

from baarada.journal import runtime
from baarada.packs.reader import Pack, available, read
from baarada.registry import rules, spelling


def settle_in() -> None:
    """Hand over spelling, telephones and the releases that may be taken in. Called at every start."""
    runtime.trust_packs(_hashes)
    if settings.CONFIG.pack in available():
        use(read(settings.CONFIG.pack))


def use(pack: Pack) -> None:
    """Write and search as this country does."""
    spelling.use((spelling.Rule(r.old, r.new, r.where, r.before) for r in pack.spelling), pack.variants)
    rules.phone_rule.region, rules.phone_rule.length = pack.nationality, pack.phone.digits


@lru_cache(maxsize=1)
def _hashes() -> frozenset[bytes]:
    """The releases of all packs that this program holds."""
    return frozenset(bytes.fromhex(r.hash) for name in available() for r in read(name).releases)
