"""What the fields of an account are called."""

from django.utils.translation import gettext_lazy as _

from baarada.accounts.models import Account
from baarada.registry import facts
from baarada.registry.facts import OFFICE, YES_NO, Fact

_ALL = (
    Fact(name="deleted", label=_("Marked as deleted"), reads=YES_NO),
    Fact(name="login", label=_("Login")),
    Fact(name="name", label=_("Name")),
    Fact(name="office", label=_("Office"), reads=OFFICE),
    Fact(name="active", label=_("Open account"), reads=YES_NO),
    Fact(name="title", label=_("Title")),
)


def tell() -> None:
    """Have accounts read like any other record in lists of acts and disagreements."""
    facts.FACTS[Account] = {fact.name: fact for fact in _ALL}
    facts.NAMES[Account] = _("Account")
