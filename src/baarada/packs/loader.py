"""Loads a pack into the register: once, whole, and the same on every node."""

from django.utils.translation import gettext_lazy as _

from baarada.journal import batches, runtime
from baarada.journal.arriving import APPLIED, KNOWN
from baarada.journal.batches import Batch
from baarada.journal.engine import Engine
from baarada.journal.entries import LaneKey
from baarada.kernel.errors import Refused
from baarada.kernel.ids import Id
from baarada.packs import reader
from baarada.packs.composer import compose
from baarada.packs.reader import BadPack, Pack, Release


class OtherCountry(Refused):
    """This folder was set up for another country."""

    def __init__(self) -> None:
        super().__init__(_("This folder holds the register of another country. Choose another folder."))


class OtherPack(Refused):
    """What this register holds of a pack is not what this program would load."""

    def __init__(self, pack: Pack, release: Release) -> None:
        super().__init__(
            _(
                "The register and this program differ on release %(number)s of “%(title)s”. Install the program again."
            )
            % {"number": release.number, "title": pack.titles["fr"]}
        )


def load(name: str, *, office: Id | None = None) -> list[int]:
    """Load the releases of a pack that this register does not hold yet; returns their numbers.

    A register not set up yet becomes that of ``office`` (the office at the root if None). Each release
    is one transaction, so that this may be stopped and begun again.

    A release goes in as a batch that arrives, not as a change made here: it then bears the release's own
    time and schema number, and asks nothing of this machine's clock.

    Raises:
        OtherCountry: the register is another country's.
        OtherPack: the register holds another version of a release.
        BadPack: the pack's files are wrong.
    """
    pack = reader.read(name)
    row = runtime.set_up(office=office or pack.root, root=pack.root)
    if row.root.bytes != pack.root:
        raise OtherCountry
    engine = runtime.engine()
    if is_loaded(pack, engine):
        return []
    return [
        release.number
        for release, batch in compose(pack, engine.schema)
        if _take(pack, release, batch, engine)
    ]


def is_loaded(pack: Pack, engine: Engine) -> bool:
    """True if the register ends with the last release of the pack. Reads no table of it."""
    return _head(engine, pack) == pack.releases[-1].hash


def _head(engine: Engine, pack: Pack) -> str:
    store = engine.store
    return store.lane(store.lane_number(LaneKey(pack.origin, pack.root))).head.hex()


def _take(pack: Pack, release: Release, batch: Batch, engine: Engine) -> bool:
    """Have the engine receive a release; False if it is here already."""
    if batch.header.hash.hex() != release.hash:
        raise BadPack(release.folder, f"was changed after it came out: its hash is {batch.header.hash.hex()}")
    store = engine.store
    held = store.batch(store.lane_number(batch.header.lane), batch.header.first)
    if held is not None:
        if held.header.raw != batch.header.raw:
            raise OtherPack(pack, release)
        return False
    outcome = engine.receive(batches.write(batch))
    if outcome not in (APPLIED, KNOWN):
        raise OtherPack(pack, release)
    return outcome == APPLIED
