"""The occupation groups of the world's health workforce accounts, in words: cadres name them in English."""

from django.utils.translation import gettext, gettext_noop

NAMES = (
    gettext_noop("Community health workers"),
    gettext_noop("Dental assistants and therapists"),
    gettext_noop("Dental prosthetic technicians"),
    gettext_noop("Dentists"),
    gettext_noop("Environmental and occupational health and hygiene professionals"),
    gettext_noop("Environmental and occupational health inspectors and associates"),
    gettext_noop("Health management and support workers"),
    gettext_noop("Medical and pathology laboratory scientists"),
    gettext_noop("Medical and pathology laboratory technicians"),
    gettext_noop("Medical doctors"),
    gettext_noop("Medical imaging and therapeutic equipment technicians"),
    gettext_noop("Midwifery associate professionals"),
    gettext_noop("Midwifery professionals"),
    gettext_noop("Nursing associate professionals"),
    gettext_noop("Nursing professionals"),
    gettext_noop("Other health workers"),
    gettext_noop("Paramedical practitioners"),
    gettext_noop("Personal care workers in health services"),
    gettext_noop("Pharmaceutical technicians and assistants"),
    gettext_noop("Pharmacists"),
    gettext_noop("Physiotherapists"),
    gettext_noop("Physiotherapy technicians and assistants"),
    gettext_noop("Traditional and complementary medicine"),
)
"""As packs write them."""


def label(group: str) -> str:
    """A group in the language of the moment; as it is written where it is none of these."""
    return gettext(group) if group in NAMES else group
