"""Scanned papers: small, once, without where and by what they were made; files that are none get a sentence."""

import io
import json
import os
import random
import zlib

import psutil
import pytest
from django.utils import translation
from PIL import Image

from baarada.journal import runtime, verification
from baarada.kernel import children
from baarada.kernel.errors import Refused
from baarada.registry import actions, papers, paperwork
from baarada.registry.models import Paper


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    """A folder of papers that belongs to the test."""
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home")
    return settings.CONFIG


def picture(path, *, size=(1600, 2200), form="JPEG", mode="RGB", **more):
    """A scanned page: noise, which no encoding makes small."""
    noise = random.Random(3).randbytes(size[0] * size[1] // 16)
    small = Image.frombytes("L", (size[0] // 4, size[1] // 4), noise[: size[0] // 4 * (size[1] // 4)])
    small.resize(size).convert(mode).save(path, form, **more)
    return path


def pdf(path, pages=1):
    first, *rest = [Image.new("L", (300, 400), 200 + n % 50) for n in range(pages)]
    first.save(path, "PDF", save_all=True, append_images=rest)
    return path


class TestKeeping:
    @pytest.mark.parametrize(
        ("form", "mode"),
        [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("TIFF", "L"), ("BMP", "RGB"), ("WEBP", "RGB")],
    )  # fmt: skip
    def test_a_picture_of_any_usual_kind_becomes_a_small_grey_one(self, tmp_path, form, mode):
        kept = papers.keep(picture(tmp_path / "scan", form=form, mode=mode))

        assert (kept.media, kept.pages) == ("image/jpeg", 1)
        assert kept.size <= paperwork.LARGEST_PICTURE
        with Image.open(papers.path(kept.hash)) as found, Image.open(papers.thumb_path(kept.hash)) as thumb:
            assert found.mode == "L" and found.width <= 1240 and found.height <= 1754
            assert thumb.width <= 132 and thumb.height <= 176
        assert papers.thumb_path(kept.hash).stat().st_size <= paperwork.LARGEST_THUMB

    def test_where_and_by_what_it_was_made_is_left_out(self, tmp_path):
        exif = Image.Exif()
        exif[0x010F], exif[0x0110] = "Makername", "Phone of Awa"
        exif.get_ifd(0x8825)[1] = "N"
        path = picture(tmp_path / "scan", size=(400, 500), exif=exif)
        assert b"Phone of Awa" in path.read_bytes()

        kept = papers.keep(path)

        found = papers.path(kept.hash).read_bytes()
        assert b"Phone of Awa" not in found and b"Exif" not in found

    def test_a_photograph_taken_sideways_stands_upright(self, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = 6
        kept = papers.keep(picture(tmp_path / "scan", size=(800, 400), exif=exif))

        with Image.open(papers.path(kept.hash)) as found:
            assert found.height > found.width

    def test_what_is_transparent_is_white_paper(self, tmp_path):
        drawn = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
        drawn.paste((0, 0, 0, 255), (50, 50, 100, 100))
        drawn.save(tmp_path / "signature.png")

        with Image.open(papers.path(papers.keep(tmp_path / "signature.png").hash)) as found:
            assert found.getpixel((10, 10)) > 240 and found.getpixel((75, 75)) < 15

    def test_a_pdf_is_kept_as_it_is_with_its_pages_counted(self, tmp_path):
        path = pdf(tmp_path / "scan.pdf", pages=3)

        kept = papers.keep(path)

        assert (kept.media, kept.pages, kept.size) == ("application/pdf", 3, path.stat().st_size)
        assert papers.path(kept.hash).read_bytes() == path.read_bytes()
        assert papers.thumb_path(kept.hash).exists()

    def test_the_same_paper_twice_is_kept_once(self, tmp_path, home):
        scan = pdf(tmp_path / "scan.pdf")

        one, other = (papers.keep(scan) for _time in range(2))

        assert one == other
        assert len([p for p in home.papers.rglob("*") if p.is_file()]) == 2

    def test_nothing_passing_stays_behind(self, tmp_path, home):
        papers.keep(pdf(tmp_path / "scan.pdf"))
        with pytest.raises(Refused):
            papers.keep(_file(tmp_path, b"no paper"))

        assert list(home.work.iterdir()) == []


def _file(tmp_path, data):
    path = tmp_path / "paper"
    path.write_bytes(data)
    return path


def bomb():
    """A picture of a few kilobytes that unpacks to four thousand million dots."""

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (60_000).to_bytes(4, "big") + (60_000).to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    dots = zlib.compress(b"\x00" * 10_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")


def protected_pdf():
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 1/R 2/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")/P -4>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[(a)(a)]>>\n%%EOF"
    )


BAD = {
    "nothing": b"",
    "text": b"Decision no. 12",
    "a workbook": b"PK\x03\x04" + b"\x00" * 500,
    "a picture cut short": lambda path: picture(path, size=(800, 1000)).read_bytes()[:2000],
    "bytes by chance": random.Random(5).randbytes(20_000),
    "a JPEG's beginning, then anything": b"\xff\xd8\xff\xe0" + random.Random(6).randbytes(20_000),
    "a PDF's beginning, then anything": b"%PDF-1.7\n" + random.Random(7).randbytes(20_000),
    "a PDF cut short": lambda path: pdf(path, 2).read_bytes()[:300],
    "a picture that unpacks to a city": bomb(),
    "a drawing that is a program": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "a page of the web": b"<!DOCTYPE html><script>alert(1)</script>",
    "a program": b"MZ\x90\x00" + b"\x00" * 2000,
    "PostScript": b"%!PS-Adobe-3.0\n(%pipe%id) (w) file closefile\n",
}  # fmt: skip


class TestRefused:
    @pytest.mark.parametrize("what", BAD)
    def test_what_is_no_paper_gets_one_sentence_and_is_not_kept(self, tmp_path, home, what):
        data = BAD[what](tmp_path / "made") if callable(BAD[what]) else BAD[what]
        before = psutil.Process().memory_info().rss

        with pytest.raises(Refused) as refused:
            papers.keep(_file(tmp_path, data))

        sentence = str(refused.value)
        assert sentence.endswith(".") and len(sentence) < 160
        assert not home.papers.exists() or not list(home.papers.rglob("*"))
        assert psutil.Process().memory_info().rss - before < 40_000_000

    def test_a_pdf_of_too_many_pages(self, tmp_path, monkeypatch):
        with pytest.raises(Refused, match="more than 200 pages"):
            papers.keep(pdf(tmp_path / "scan.pdf", pages=paperwork.MOST_PAGES + 1))

    def test_a_pdf_with_a_password(self, tmp_path):
        with pytest.raises(Refused, match=r"password|neither"):
            papers.keep(_file(tmp_path, protected_pdf()))

    @pytest.mark.parametrize(("limit", "value"), [("SECONDS", 0), ("MEMORY_MB", 1)])
    def test_one_that_takes_too_long_or_too_much_is_ended(self, tmp_path, monkeypatch, home, limit, value):
        monkeypatch.setattr(papers, limit, value)

        with pytest.raises(Refused, match="too much memory or time"):
            papers.keep(pdf(tmp_path / "scan.pdf"))
        assert not home.papers.exists()

    def test_it_is_looked_at_in_another_process_that_is_told_nothing(self, tmp_path, monkeypatch):
        seen = []
        run = children.run

        def watched(module, args, **limits):
            seen.append((module, sorted(limits), os.getpid()))
            run(module, args, **limits)

        monkeypatch.setattr(children, "run", watched)
        papers.keep(pdf(tmp_path / "scan.pdf"))

        assert seen == [("baarada.registry.paperwork", ["memory_mb", "seconds"], os.getpid())]
        assert not [
            n for n in children._environment() if n.startswith(("DJANGO", "BAARADA_HOME", "BAARADA_DATABASE"))
        ]

    def test_the_work_itself_says_what_is_wrong_by_its_code(self, tmp_path):
        out = str(tmp_path / "out")
        assert paperwork.main("keep", out, str(_file(tmp_path, b"no paper"))) == paperwork.NEITHER
        assert paperwork.main("join", out, str(pdf(tmp_path / "scan.pdf"))) == 0
        assert json.loads((tmp_path / "out.json").read_text())["pages"] == 1


class TestVerifying:
    @pytest.fixture
    def paper(self, country, amina, tmp_path):
        person = actions.add_person({"family_name": "Traoré", "sex": "F"}, by=amina).record
        kept = papers.keep(pdf(tmp_path / "scan.pdf"))
        actions.add_paper(person, {"kind": "DIPL", "title": "Diplôme", **kept.values()}, by=amina)
        return kept

    def problems(self):
        return [(p.what, p.where) for p in verification.verify(runtime.engine()) if "paper" in p.what]

    def test_a_paper_as_it_was_kept_is_whole(self, paper):
        assert papers.is_whole(paper.hash)
        assert self.problems() == []

    def test_one_that_is_gone_or_altered_is_told(self, paper):
        place = papers.path(paper.hash)
        content = place.read_bytes()
        place.write_bytes(content[:-1] + b"\x00")
        assert self.problems() == [(papers.ALTERED_PAPER, paper.hash)]
        place.unlink()
        assert self.problems() == [(papers.MISSING_PAPER, paper.hash)]
        assert Paper.objects.count() == 1

    def test_a_stop_while_it_is_put_in_place_leaves_no_half_paper(self, tmp_path, monkeypatch, home):
        """The file takes its name when it is whole: begun again, it is there."""
        move = papers.shutil.move
        moves = []

        def cut(source, target):
            moves.append(target)
            if len(moves) == 2:
                raise OSError("no more power")
            move(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(papers.shutil, "move", cut)
            with pytest.raises(OSError, match="power"):
                papers.keep(pdf(tmp_path / "scan.pdf"))
        assert not [p for p in home.papers.rglob("*") if p.is_file() and p.suffix != ".thumb"]

        kept = papers.keep(pdf(tmp_path / "scan.pdf"))
        assert papers.is_whole(kept.hash) and papers.thumb_path(kept.hash).exists()


def test_bytes_are_never_more_than_a_refusal(tmp_path):
    """A good picture with some bytes exchanged: kept, or refused in a sentence; never anything else."""
    rng = random.Random(11)
    out = io.BytesIO()
    Image.new("RGB", (200, 300), 120).save(out, "PNG")
    for _time in range(6):
        data = bytearray(out.getvalue())
        for _change in range(rng.randrange(1, 12)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            assert papers.keep(_file(tmp_path, bytes(data))).pages == 1
        except Refused as refused:
            assert str(refused)
