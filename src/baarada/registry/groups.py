"""The occupation groups of the world's health workforce accounts, in words: cadres name them in English."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_NAMES: tuple[Promise, ...] = (
    _("Community health workers"),
    _("Dental assistants and therapists"),
    _("Dental prosthetic technicians"),
    _("Dentists"),
    _("Environmental and occupational health and hygiene professionals"),
    _("Environmental and occupational health inspectors and associates"),
    _("Health management and support workers"),
    _("Medical and pathology laboratory scientists"),
    _("Medical and pathology laboratory technicians"),
    _("Medical doctors"),
    _("Medical imaging and therapeutic equipment technicians"),
    _("Midwifery associate professionals"),
    _("Midwifery professionals"),
    _("Nursing associate professionals"),
    _("Nursing professionals"),
    _("Other health workers"),
    _("Paramedical practitioners"),
    _("Personal care workers in health services"),
    _("Pharmaceutical technicians and assistants"),
    _("Pharmacists"),
    _("Physiotherapists"),
    _("Physiotherapy technicians and assistants"),
    _("Traditional and complementary medicine"),
)
"""As packs write them."""
