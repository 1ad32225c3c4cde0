"""Run in a watched child process: look at a scanned file, make it small, draw its first page.

    python -m baarada.registry.paperwork IN OUT

Writes ``OUT`` (the file as it will be kept), ``OUT.thumb`` (a small picture) and ``OUT.json`` (what it is). A picture
is made grey and at most 150 dots an inch of an A4 page; where it was taken, by what, is left out.
A PDF is kept as it is. Ends with code 3 if it is neither.
"""

import io
import json
import sys
from pathlib import Path
from typing import Any

A4_AT_150 = (1240, 1754)
LARGEST_PICTURE = 120_000
LARGEST_THUMB = 4_000
SMALLEST = 40
"""A picture less wide is not made smaller."""
MOST_PAGES = 200
MOST_PIXELS = 80_000_000
NEITHER, TOO_MANY_PAGES, ENCRYPTED = 3, 4, 5


def main(source: Path, target: Path) -> int:
    """Do the work; returns the exit code."""
    start = source.read_bytes()[:16]
    if start.startswith(b"%PDF-"):
        return _pdf(source, target)
    return _picture(source, target)


def _pdf(source: Path, target: Path) -> int:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(str(source))
    except pypdfium2.PdfiumError as error:
        return ENCRYPTED if "password" in str(error).lower() else NEITHER
    pages = len(document)
    if not 0 < pages <= MOST_PAGES:
        return TOO_MANY_PAGES
    width, height = document[0].get_size()
    scale = min(1.0, 600 / max(width, height, 1))
    thumb = document[0].render(scale=scale).to_pil()
    target.write_bytes(source.read_bytes())
    _describe(target, "application/pdf", pages, thumb)
    return 0


def _picture(source: Path, target: Path) -> int:
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(source, formats=("JPEG", "PNG", "TIFF", "WEBP", "BMP")) as opened:
            picture = _on_white(ImageOps.exif_transpose(opened))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return NEITHER
    page = A4_AT_150 if picture.height >= picture.width else A4_AT_150[::-1]
    picture.thumbnail(page)
    target.write_bytes(_jpeg(picture, LARGEST_PICTURE))
    _describe(target, "image/jpeg", 1, picture)
    return 0


def _on_white(picture: Any) -> Any:
    """Grey, on white paper where the picture is transparent."""
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("L")
    drawn = picture.convert("LA")
    page = Image.new("L", drawn.size, 255)
    page.paste(drawn.getchannel("L"), mask=drawn.getchannel("A"))
    return page


def _jpeg(picture: Any, most: int) -> bytes:
    """A picture in at most so many bytes: coarser first, then smaller."""
    while True:
        for quality in (75, 60, 45, 35, 25, 15):
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= most or picture.width < SMALLEST:
                return out.getvalue()
        picture = picture.resize((picture.width * 3 // 4, max(1, picture.height * 3 // 4)))


def _describe(target: Path, media: str, pages: int, picture: Any) -> None:
    thumb = picture.convert("L")
    thumb.thumbnail((132, 176))
    target.with_name(target.name + ".thumb").write_bytes(_jpeg(thumb, LARGEST_THUMB))
    found = {"media": media, "pages": pages, "size": target.stat().st_size}
    target.with_name(target.name + ".json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
