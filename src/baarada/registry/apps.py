"""The registry as a Django application."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Keeps search keys and lists in step with the records, and settles in the country of this node."""

    name = "baarada.registry"
    label = "registry"

    def ready(self) -> None:
        from baarada.journal import runtime, verification
        from baarada.registry import areatree, counting, country, lists, outlines, papers, searchkeys

        verification.also(papers.check)

        runtime.on_change(searchkeys.follow)
        runtime.on_change(lists.forget)
        runtime.on_change(areatree.forget)
        # Behind the lists: outlines are made by what they say.
        runtime.on_change(outlines.follow)
        runtime.on_change(counting.follow)
        for remake in (lists.forget, areatree.forget, searchkeys.remake, outlines.remake):
            runtime.on_redrawn(remake)
        country.settle_in()
