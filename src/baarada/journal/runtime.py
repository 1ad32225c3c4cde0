"""The journal of this process: which node it is, its clock, its key, one engine for each thread."""

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baarada import config
from baarada.journal import guard
from baarada.journal.applying import Changed
from baarada.journal.batches import KeySigner
from baarada.journal.engine import Engine
from baarada.journal.models import LaneRow, NodeRow, OriginRow, build_schema
from baarada.journal.schema import Schema
from baarada.journal.sql import SqlStore
from baarada.kernel.clocks import HybridClock
from baarada.kernel.errors import Refused
from baarada.kernel.ids import Id, IdMaker, as_uuid

BUILT_MS = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp() * 1000)
"""When this version was made. No machine can truly live before it."""

KEY_FILE = "node.key"

_local = threading.local()
_schema: list[Schema] = []
_listeners: list[Callable[[Changed], None]] = []
_remakers: list[Callable[[], None]] = []


def schema() -> Schema:
    """All types of record this program knows."""
    if not _schema:
        _schema.append(build_schema())
    return _schema[0]


def now_ms() -> int:
    """The time in milliseconds, by the program's one clock."""
    ms: int = settings.BAARADA_WALL_MS()
    return ms


def now() -> datetime:
    """The time in UTC, by the program's one clock."""
    return datetime.fromtimestamp(now_ms() / 1000, UTC)


def today() -> date:
    """The day where this node stands."""
    return now().astimezone(timezone.get_default_timezone()).date()


def new_id() -> Id:
    """A new id, by the program's one clock."""
    return IdMaker(now_ms)()


def on_change(listener: Callable[[Changed], None]) -> None:
    """Have a function told, inside the transaction, what an apply changed."""
    if listener not in _listeners:
        _listeners.append(listener)


def on_redrawn(remake: Callable[[], None]) -> None:
    """Have a function called, inside the transaction, when all tables were drawn again from the journal.

    No change is told of meanwhile: what is worked out from the records is made anew.
    """
    if remake not in _remakers:
        _remakers.append(remake)


_pack_hashes: list[Callable[[], frozenset[bytes]]] = []


def trust_packs(hashes: Callable[[], frozenset[bytes]]) -> None:
    """Say which releases of country packs this program holds: the hashes of their sealed headers."""
    _pack_hashes[:] = [hashes]


def pack_hashes() -> frozenset[bytes]:
    """The releases that may be taken in."""
    return _pack_hashes[0]() if _pack_hashes else frozenset()


def _tell(changed: Changed) -> None:
    for listener in _listeners:
        listener(changed)


def _redrawn() -> None:
    for remake in _remakers:
        remake()


class NoNode(Refused):
    """Nothing has been set up in this folder yet."""

    def __init__(self) -> None:
        super().__init__(_("This folder holds no register yet. Run: baarada init"))


class OtherKey(Refused):
    """The key in this folder is not the one that this register was signed with."""

    def __init__(self) -> None:
        super().__init__(
            _("The key in %(folder)s is not that of this register. Put the folder keys of its backup there.")
            % {"folder": settings.CONFIG.keys}
        )


def node() -> NodeRow:
    """This node.

    Raises:
        NoNode: it was not set up.
    """
    found = NodeRow.objects.first()
    if found is None:
        raise NoNode
    return found


def origin_of(row: NodeRow) -> str:
    """The origin that a node writes under: its id and its incarnation."""
    return f"{row.node.hex}.{row.incarnation}"


def signer(keys: Path | None = None) -> KeySigner:
    """The node's signing key, made on first use and kept with the other secrets."""
    path = (keys or settings.CONFIG.keys) / KEY_FILE
    if not path.exists():
        config.keep_private(path, Ed25519PrivateKey.generate().private_bytes_raw())
    return KeySigner(Ed25519PrivateKey.from_private_bytes(path.read_bytes()))


def key_of(origin: str) -> bytes | None:
    """The public key of an origin, None where it is not known."""
    found = OriginRow.objects.filter(origin=origin).values_list("public", flat=True).first()
    return None if found is None else bytes(found)


def confirmed_ms() -> int | None:
    """When a person last said that this machine's clock is right."""
    found: int | None = NodeRow.objects.values_list("confirmed_ms", flat=True).first()
    return found


def confirm_clock() -> None:
    """A person has looked at this machine's clock and says that it is right."""
    with guard.opened():
        NodeRow.objects.update(confirmed_ms=now_ms())


def engine() -> Engine:
    """The engine of this thread.

    Raises:
        NoNode: nothing was set up.
        OtherKey: what is written could not be signed as this node's.
    """
    found: Engine | None = getattr(_local, "engine", None)
    if found is None:
        origin, with_signer = origin_of(node()), signer()
        if key_of(origin) != with_signer.public:
            raise OtherKey
        found = make_engine(origin, HybridClock(now_ms), with_signer)
        _local.engine = found
    return found


def make_engine(
    origin: str, clock: HybridClock, with_signer: KeySigner | None, *, built_ms: int | None = None
) -> Engine:
    """An engine over this database, for an origin. It trusts no clock before ``built_ms``: that of this version."""
    return Engine(
        schema(),
        SqlStore(schema()),
        clock,
        origin=origin,
        signer=with_signer,
        key_of=key_of,
        on_change=_tell,
        built_ms=BUILT_MS if built_ms is None else built_ms,
        confirmed_ms=confirmed_ms,
        pack_hashes=pack_hashes,
        before_change=_note_cut,
        on_redrawn=_redrawn,
    )


def _note_cut(before: Engine) -> None:
    """Keep where yesterday ended before today changes it."""
    from baarada.journal import cuts

    cuts.before_change(before)


def use(engine: Engine) -> None:
    """Have this thread write through an engine made for it: a story told at another time than its own."""
    _local.engine = engine


def forget() -> None:
    """Forget this thread's engine: after a restore, or between tests."""
    _local.engine = None
    _local.root = None


def root_office() -> Id:
    """The office in whose scope reference data lies."""
    found: Id | None = getattr(_local, "root", None)
    if found is None:
        found = node().root.bytes
        _local.root = found
    return found


LAST_INCARNATION = 2**31 - 1


def begin_again(with_signer: KeySigner) -> NodeRow:
    """Have this node write under a new origin from now on: it was restored from a backup.

    What it wrote after the backup may be held elsewhere; were its lanes continued, one number would stand
    for two entries. The new incarnation is drawn by lot, as one backup may be restored on two machines.
    Its clock goes on from where the old one was.
    """
    row = node()
    stamp = LaneRow.objects.filter(origin=origin_of(row)).aggregate(last=Max("stamp"))["last"] or 0
    row.incarnation = 2 + secrets.randbelow(LAST_INCARNATION - 1)
    with transaction.atomic(), guard.opened():
        NodeRow.objects.filter(pk=row.pk).update(incarnation=row.incarnation)
        OriginRow.objects.create(origin=origin_of(row), public=with_signer.public)
        LaneRow.objects.create(origin=origin_of(row), office=row.root, stamp=stamp)
    forget()
    return row


def set_up(*, office: Id, root: Id) -> NodeRow:
    """Make this database a node of an office; safe to call again."""
    found = NodeRow.objects.first()
    if found is None:
        with guard.opened():
            found = NodeRow.objects.create(node=as_uuid(new_id()), office=as_uuid(office), root=as_uuid(root))
            OriginRow.objects.create(origin=origin_of(found), public=signer().public)
        forget()
    return found
