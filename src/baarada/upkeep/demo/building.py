"""Makes the demonstration in an empty BAARADA_HOME."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils.translation import override

from baarada import config
from baarada.journal import runtime
from baarada.packs import loader
from baarada.registry import country
from baarada.upkeep import preparing, setup
from baarada.upkeep.demo import script
from baarada.upkeep.demo.clock import StoryClock, telling, write_then
from baarada.upkeep.demo.story import DAYS, Story


def build(
    pack: str, *, workers: int, seed: int, tell: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Make the register, and tell its story up to now. ``tell`` is told how much is done, of how much."""
    told = script.read(pack)
    now = runtime.now()
    clock = StoryClock(now - timedelta(days=DAYS))
    with telling(clock), override(settings.LANGUAGE_CODE):
        country.use(told.pack)
        setup.migrate()
        loader.load(pack)
        write_then()
        story = Story(told, clock, workers, seed, now.date())
        story.open_desks()
        steps = story.steps()
        total, done = sum(size for size, _step in steps), 0

        def forward(some: int) -> None:
            nonlocal done
            done += some
            tell(done, total)

        for _size, step in steps:
            step(forward)
        runtime.engine().seal()
        # Every key was made here, just now: the first start need not make them again.
        preparing.note_made()
    config.write_node(settings.CONFIG.home, pack=pack, time_zone=told.pack.time_zone, demo=True)
