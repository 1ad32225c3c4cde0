"""Sentences in the user's language before Django is there: settings refused, a port taken, the list of commands.

Pages and rooms use Django's own ``gettext``; both read the same catalogue.
"""

import os
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path

FIRST_LANGUAGE = "fr"


def gettext(text: str) -> str:
    """An English text in the language of ``BAARADA_LANGUAGE``; as it is where that has none."""
    return _catalogue(os.environ.get("BAARADA_LANGUAGE") or FIRST_LANGUAGE).gettext(text)


def gettext_noop(text: str) -> str:
    """Mark a text that is translated later, when it is shown."""
    return text


@lru_cache
def _catalogue(language: str) -> NullTranslations:
    return translation("django", Path(__file__).parent / "locale", [language], fallback=True)
