"""Invented papers, drawn: a page with a few lines."""

from collections.abc import Sequence
from pathlib import Path

PAGE = (620, 877)
MARGIN, STEP = 70, 46


def draw(path: Path, lines: Sequence[str]) -> Path:
    """Draw a page into ``path``, a picture or a PDF by its ending."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", PAGE, 252)
    pen = ImageDraw.Draw(page)
    pen.rectangle((24, 24, PAGE[0] - 24, PAGE[1] - 24), outline=120)
    for place, line in enumerate(lines):
        font = ImageFont.load_default(26 if line.isupper() else 20)
        pen.text((MARGIN, 90 + place * STEP), line, font=font, fill=30)
    pen.ellipse((400, 640, 540, 780), outline=140, width=4)
    page.save(path)
    return path
