"""Invented papers, drawn: a page with a few lines."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PAGE = (620, 877)
MARGIN, STEP = 70, 46
_RISING, _FALLING = ((-0.05, 0), (0.12, -0.15)), ((-0.12, -0.15), (0.05, 0))
ACCENTS = {
    "\u0301": (_RISING,),
    "\u0300": (_FALLING,),
    "\u0302": (((-0.14, 0), (0, -0.15), (0.14, 0)),),
    "\u0308": (((-0.14, -0.06), (-0.06, -0.06)), ((0.06, -0.06), (0.14, -0.06))),
    "\u0327": (((0.03, 0.75), (-0.06, 0.92)),),
}
"""Strokes of accents, in parts of the size, from the middle of the letter."""


def draw(path: Path, lines: Sequence[str]) -> Path:
    """Draw a page into ``path``, a picture or a PDF by its ending."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", PAGE, 252)
    pen = ImageDraw.Draw(page)
    pen.rectangle((24, 24, PAGE[0] - 24, PAGE[1] - 24), outline=120)
    for place, line in enumerate(lines):
        size = 26 if line.isupper() else 20
        _write(pen, 90 + place * STEP, line, ImageFont.load_default(size), size)
    pen.ellipse((400, 640, 540, 780), outline=140, width=4)
    page.save(path)
    return path


def _write(pen: Any, top: int, line: str, font: Any, size: int) -> None:
    """Write a line. The font that comes with the library has no accents: they are drawn over their letters."""
    plain = ""
    for letter in unicodedata.normalize("NFD", line):
        strokes = ACCENTS.get(letter)
        if strokes is None:
            plain += "" if unicodedata.combining(letter) else letter
            continue
        middle = MARGIN + font.getlength(plain) - font.getlength(plain[-1:]) / 2
        above = top + size * (0.12 if plain[-1:].isupper() else 0.32)
        for stroke in strokes:
            pen.line([(middle + x * size, above + y * size) for x, y in stroke], fill=30, width=2)
    pen.text((MARGIN, top), plain, font=font, fill=30)
