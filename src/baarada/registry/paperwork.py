"""Run in a watched child process: look at scanned files, make them small, join their pages, draw them.

    python -m baarada.registry.paperwork keep OUT IN...       take each file, join all their pages into one paper
    python -m baarada.registry.paperwork take FOLDER IN       the pages of one file, each as a piece in a folder
    python -m baarada.registry.paperwork join OUT PIECE...    pieces, in their order, as one paper
    python -m baarada.registry.paperwork draw FOLDER IN FIRST COUNT     pages as small pictures, to look at

``OUT`` comes with ``OUT.thumb`` (a small picture) and ``OUT.json`` (what it is). A picture is made grey and at most
150 dots an inch of an A4 page; where it was taken, by what, is left out. A PDF with text is kept as it is; one made of
large pictures becomes small grey ones. The same files in the same order give the same bytes: nothing of the clock or
the machine goes into them. Ends with one of the codes below if it cannot be done.
"""

import io
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

DOTS = 150
A4_AT_150 = (1240, 1754)
LARGEST_PICTURE = 120_000
LARGEST_THUMB = 4_000
SMALLEST = 40
"""A picture less wide is not made smaller."""
MOST_PAGES = 200
MOST_REDRAWN = 60
"""A PDF of more pages is not drawn anew: that takes too long on an old machine."""
MOST_JOINED = 100
MOST_PIXELS = 80_000_000
WORTH_REDRAWING = 60_000
"""Bytes a page, below which a scanned PDF is small enough."""
SEEN_SIZE, LARGEST_SEEN = (900, 1273), 60_000
"""A page as it is looked at: legible, and quick on a slow line."""
NEITHER, TOO_MANY_PAGES, ENCRYPTED, TOO_MANY_JOINED = 3, 4, 5, 6
PIECES = "pieces.json"
JPEG, PDF = ".jpg", ".pdf"
FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP")
_IMAGE, _FORM = 3, 5
"""Kinds of object on a page of a PDF; the others are text, lines, shades."""
_EXIF = b"Exif\x00\x00"


class Bad(Exception):
    """The work cannot be done; ``code`` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def main(verb: str, target: str, *sources: str) -> int:
    """Do the work; returns the exit code."""
    try:
        if verb == "draw":
            source, first, count = sources
            draw(Path(source), Path(target), int(first), int(count))
        elif verb == "take":
            take(Path(sources[0]), Path(target))
        elif verb == "join":
            join([Path(s) for s in sources], Path(target))
        else:
            keep([Path(s) for s in sources], Path(target))
    except Bad as bad:
        return bad.code
    return 0


def keep(sources: Sequence[Path], target: Path) -> None:
    """Take some files, and join all their pages."""
    pieces: list[Path] = []
    for number, source in enumerate(sources):
        folder = target.with_name(f"{target.name}-{number}")
        folder.mkdir()
        pieces += take(source, folder)
    join(pieces, target)


# -- taking ---------------------------------------------------------------------------------


def take(source: Path, folder: Path) -> list[Path]:
    """Write the pages of a file into a folder: a small grey picture each, or one PDF that stays as it is."""
    with source.open("rb") as file:
        is_pdf = file.read(5) == b"%PDF-"
    pieces = list(_pieces_of_pdf(source, folder) if is_pdf else _pieces_of_picture(source, folder))
    found = [{"name": path.name, "pages": pages} for path, pages in pieces]
    (folder / PIECES).write_text(json.dumps(found), encoding="utf-8")
    return [path for path, _pages in pieces]


def _pieces_of_picture(source: Path, folder: Path) -> Iterator[tuple[Path, int]]:
    """Each page of a picture: a scanner may put several into one TIFF."""
    for number, picture in enumerate(_pictures(source), 1):
        yield _piece(picture, folder, number), 1


def _pictures(source: Path) -> Iterator[Any]:
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(source, formats=FORMATS) as opened:
            frames = getattr(opened, "n_frames", 1) if opened.format == "TIFF" else 1
            if frames > MOST_PAGES:
                raise Bad(TOO_MANY_PAGES)
            # A photo of a telephone is read at the size that is needed: many times faster on an old machine.
            opened.draft("L", (max(A4_AT_150), max(A4_AT_150)))
            for frame in ImageSequence.Iterator(opened):
                yield _on_white(ImageOps.exif_transpose(frame))
                frames -= 1
                if not frames:
                    return
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise Bad(NEITHER) from None


def _piece(picture: Any, folder: Path, number: int) -> Path:
    picture.thumbnail(A4_AT_150 if picture.height >= picture.width else A4_AT_150[::-1])
    path = folder / f"{number:04}{JPEG}"
    path.write_bytes(_jpeg(picture, LARGEST_PICTURE))
    _thumb(path, picture)
    return path


def _pieces_of_pdf(source: Path, folder: Path) -> Iterator[tuple[Path, int]]:
    document = _open(source)
    pages = len(document)
    if not 0 < pages <= MOST_PAGES:
        raise Bad(TOO_MANY_PAGES)
    if pages <= MOST_REDRAWN and _is_scanned(document):
        data = source.read_bytes()
        # A telephone's PDF may hold its photos whole, with the place where each was taken.
        told = _EXIF in data
        if told or len(data) > pages * WORTH_REDRAWING:
            redrawn = [_piece(_render(page, A4_AT_150), folder, n) for n, page in enumerate(document, 1)]
            if told or 2 * sum(p.stat().st_size for p in redrawn) <= len(data):
                yield from ((path, 1) for path in redrawn)
                return
    path = folder / f"0001{PDF}"
    path.write_bytes(source.read_bytes())
    _thumb(path, _render(document[0], (600, 600)))
    yield path, pages


def _open(source: Path) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(str(source))
    except pypdfium2.PdfiumError as error:
        raise Bad(ENCRYPTED if "password" in str(error).lower() else NEITHER) from None


def _is_scanned(document: Any) -> bool:
    """True where every page is made of pictures alone: no text, no line drawn."""
    for page in document:
        kinds = {found.type for found in page.get_objects(max_depth=3)}
        if _IMAGE not in kinds or kinds - {_IMAGE, _FORM}:
            return False
    return True


def _render(page: Any, size: tuple[int, int]) -> Any:
    """A page of a PDF as a grey picture that fits a size, upright or lying."""
    width, height = page.get_size()
    across, up = size if height >= width else size[::-1]
    scale = min(across / max(width, 1), up / max(height, 1))
    return page.render(scale=scale, grayscale=True).to_pil().convert("L")


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
    # What the file said of itself (place, machine, dots an inch) does not go along.
    picture.info = {}
    while True:
        for quality in (75, 60, 45, 35, 25, 15):
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= most or picture.width < SMALLEST:
                return out.getvalue()
        picture = picture.resize((picture.width * 3 // 4, max(1, picture.height * 3 // 4)))


# -- joining --------------------------------------------------------------------------------


def join(pieces: Sequence[Path], target: Path) -> None:
    """One paper of some pieces: a single one as it is, several as a PDF of their pages."""
    if len(pieces) == 1:
        target.write_bytes(pieces[0].read_bytes())
        pages = len(_open(target)) if pieces[0].suffix == PDF else 1
        media = "application/pdf" if pieces[0].suffix == PDF else "image/jpeg"
    else:
        pictures = list(_pages_of(pieces))
        target.write_bytes(_pdf(pictures))
        media, pages = "application/pdf", len(pictures)
    _thumb(target, next(_to_see(target, 0, 1)))
    found = {"media": media, "pages": pages, "size": target.stat().st_size}
    target.with_name(target.name + ".json").write_text(json.dumps(found), encoding="utf-8")


def _pages_of(pieces: Sequence[Path]) -> Iterator[bytes]:
    """Each page as a JPEG: pictures as they are, PDFs drawn."""
    count = 0
    for piece in pieces:
        pages = [piece.read_bytes()] if piece.suffix == JPEG else _drawn(piece)
        for page in pages:
            count += 1
            if count > MOST_JOINED:
                raise Bad(TOO_MANY_JOINED)
            yield page


def _drawn(source: Path) -> Iterator[bytes]:
    return (_jpeg(_render(page, A4_AT_150), LARGEST_PICTURE) for page in _open(source))


def _pdf(pages: Sequence[bytes]) -> bytes:
    """A PDF that holds these grey JPEGs, one a page, and nothing else: no date, no author, no program."""
    from PIL import Image

    kids = " ".join(f"{3 + 3 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
    ]
    for n, data in enumerate(pages):
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            across, up = picture.size
        width, height = _points(across), _points(up)
        place = f"q {width} 0 0 {height} 0 0 cm /P Do Q".encode()
        first = 3 + 3 * n
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]"
            f"/Resources<</XObject<</P {first + 2} 0 R>>>>/Contents {first + 1} 0 R>>".encode(),
            b"<</Length %d>>stream\n%s\nendstream" % (len(place), place),
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
            b"/Filter/DCTDecode/Length %d>>stream\n%s\nendstream" % (across, up, len(data), data),
        ]
    return _written(objects)


def _points(dots: int) -> str:
    """So many dots in the measure of a PDF, 72 an inch."""
    hundredths = dots * 7200 // DOTS
    return f"{hundredths // 100}.{hundredths % 100:02}"


def _written(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


# -- drawing --------------------------------------------------------------------------------


def draw(source: Path, folder: Path, first: int, count: int) -> None:
    """Write some pages of a kept paper as small pictures ``0.jpg``, ``1.jpg`` ..., to look at."""
    for number, picture in enumerate(_to_see(source, first, count), first):
        (folder / f"{number}{JPEG}").write_bytes(_jpeg(picture, LARGEST_SEEN))


def _to_see(source: Path, first: int, count: int) -> Iterator[Any]:
    with source.open("rb") as file:
        is_pdf = file.read(5) == b"%PDF-"
    if not is_pdf:
        picture = next(_pictures(source))
        picture.thumbnail(SEEN_SIZE if picture.height >= picture.width else SEEN_SIZE[::-1])
        yield picture
        return
    document = _open(source)
    for number in range(first, min(first + count, len(document))):
        yield _render(document[number], SEEN_SIZE)


def _thumb(target: Path, picture: Any) -> None:
    thumb = picture.convert("L")
    thumb.thumbnail((132, 176))
    target.with_name(target.name + ".thumb").write_bytes(_jpeg(thumb, LARGEST_THUMB))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
