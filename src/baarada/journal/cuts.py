"""Daily cuts: where every lane ended when a day ended, signed. "As known on" means one of these.

A node that writes or receives for the first time on a day first notes where it stood: nothing has
changed since the day before, so that is where it stood when yesterday ended.
"""

import threading
from datetime import date, timedelta

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction
from django.db.models import QuerySet

from baarada.journal import guard, runtime
from baarada.journal.batches import Altered, KeySigner
from baarada.journal.engine import Engine
from baarada.journal.entries import LaneKey
from baarada.journal.models import CutRow
from baarada.journal.store import CUTTING
from baarada.kernel.clocks import DAY_MS
from baarada.kernel.days import PartialDate

Positions = dict[int, int]
"""Lane number to sequence."""

SIGNED_BEFORE = b"baarada cut\x00"
_local = threading.local()


def before_change(engine: Engine) -> None:
    """Note the cut of the days before today, unless that was done.

    The engine calls it before every write and every arrival. A clock that cannot be right notes nothing.
    """
    day = runtime.today()
    if getattr(_local, "noted", None) == day or engine.clock.now_ms() < engine.built_ms - DAY_MS:
        return
    if record(engine, day - timedelta(days=1)):
        # A transaction that is taken back takes its cut with it: then the next one notes it again.
        transaction.on_commit(lambda: setattr(_local, "noted", day))


def record(engine: Engine, day: date) -> bool:
    """Keep where every lane ends as the cut of ``day``, unless that day has one, or a later day that is over has.

    False if this engine signs for nobody and so can keep none.
    """
    # Who finds another noting it waits, and then sees it: what that one writes is of the next day.
    engine.store.take_turn(CUTTING)
    number = PartialDate.on(day).number
    known = _over().filter(day__gte=number).order_by("day").first()
    if known is not None and not _is_false(known):
        return True
    lanes = [[lane.key.origin, lane.key.office, lane.last] for lane in engine.store.lanes() if lane.last]
    positions = cbor2.dumps([number, lanes])
    signer = engine.sealer.signer
    if not isinstance(signer, KeySigner):
        return False
    signature = signer.sign(SIGNED_BEFORE + positions)
    with guard.opened():
        CutRow.objects.update_or_create(
            day=number, defaults={"positions": positions, "public": signer.public, "signature": signature}
        )
    return True


def _over() -> QuerySet[CutRow]:
    """The cuts of days that are over. A clock that was ahead may have left others: they tell nothing yet."""
    return CutRow.objects.filter(day__lt=PartialDate.on(runtime.today()).number)


def _is_false(row: CutRow) -> bool:
    """True if a day before knew more: then a clock that was ahead noted this one too early."""
    earlier = CutRow.objects.filter(day__lt=row.day).order_by("-day").first()
    if earlier is None:
        return False
    ends = _ends(row)
    return any(last > ends.get(lane, 0) for lane, last in _ends(earlier).items())


def _ends(row: CutRow) -> dict[LaneKey, int]:
    _, lanes = cbor2.loads(bytes(row.positions))
    return {LaneKey(origin, office): last for origin, office, last in lanes}


def check(positions: bytes, public: bytes, signature: bytes) -> None:
    """Raise ``Altered`` unless the holder of ``public`` signed these positions."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, SIGNED_BEFORE + positions)
    except (InvalidSignature, ValueError) as error:
        raise Altered("a cut is not as it was signed") from error


def forget() -> None:
    """Look again at the next write: between tests, after a restore."""
    _local.noted = None


def known_on(engine: Engine, day: date) -> Positions | None:
    """Where every lane ended when ``day`` ended; None if that is now.

    Cuts are noted before the first change of a later day, so the first one noted for ``day`` or
    after tells where ``day`` ended.
    """
    row = _over().filter(day__gte=PartialDate.on(day).number).order_by("day").first()
    if row is None:
        return None
    return {engine.store.lane_number(lane): last for lane, last in _ends(row).items()}


def first_day() -> date | None:
    """The first day on which something was known here, as far as cuts tell."""
    row = CutRow.objects.order_by("day").first()
    return PartialDate.of(row.day).first() if row else None
