"""Text as it is kept and as it is compared."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baarada.kernel.text import fold, is_tidy, tidy


def slowly_tidied(text):
    """The rule of ``tidy`` in its plainest words."""
    text = "".join(c for c in text if c in "\n\t\u200d" or unicodedata.category(c)[0] != "C")
    text = unicodedata.normalize("NFC", text)
    return "\n".join(re.sub(r"\s+", " ", line).strip() for line in text.split("\n")).strip()


texts = st.text(st.sampled_from("aZ9é\u0301 \u00a0\u202f\n\t\r\x00\x1c\x85\u2028\u200b\u200dœ'.")) | st.text()


@given(texts)
@example("Traore\u0301")
@example(" Aïssata")
@example("Aïssata ")
@example("a  b")
@example("a\u2009b")
@example("")
def test_what_is_quick_is_what_is_right(text):
    assert tidy(text) == slowly_tidied(text)


@given(texts)
@example("Z\x1c\u0301")
def test_tidy_text_stays_as_it_is(text):
    assert is_tidy(tidy(text))


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("  Traoré, N'Golo ", "traore ngolo"),
        ("N\u2019GOLO", "ngolo"),
        ("Œuvre", "oeuvre"),
        ("ɲɛ", "ne"),
        ("", ""),
    ],
)
def test_the_comparison_form(written, compared):
    assert fold(written) == compared
