# ruff: noqa: F401, F811 - fixtures of a neighbour
"""Papers of several pages: joined in their order, the same bytes each time, small, without place or machine."""

import hashlib
import io
import os
import random
import time

import pypdfium2
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from baarada.journal import actions as journal
from baarada.kernel.errors import Refused
from baarada.registry import actions, paperdrafts, papers, paperwork, queries
from baarada.registry.errors import Invalid
from baarada.registry.models import Paper
from tests.registry.test_papers import home, in_english, pdf, picture

PLACE = b"Kadiolo bridge"


def photo(path, n, size=(900, 1200)):
    """A page that can be told from others, as a telephone takes it: with its maker, and where it was."""
    im = Image.new("RGB", size, "ivory")
    ImageDraw.Draw(im).rectangle((100, 100, 200 + n * 60, 300), fill="black")
    exif = Image.Exif()
    exif[0x010F], exif[0x010E] = "Makername", PLACE.decode()
    exif.get_ifd(0x8825)[1] = "N"
    im.save(path, "JPEG", exif=exif, comment=b"taken by Awa")
    return path


def text_pdf(path):
    """A PDF with text: one line, no picture."""
    line = b"BT /F1 12 Tf 72 720 Td (Decision 2019-0114) Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(line), line),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    path.write_bytes(paperwork._written(parts) + b"%" + b"x" * 200_000)
    return path


def scanned_pdf(path, pages=2, **more):
    """What an office's scanner sends: large pictures in colour."""
    noise = random.Random(5).randbytes(250 * 350)
    im = Image.frombytes("L", (250, 350), noise).resize((1500, 2100)).convert("RGB")
    im.save(path, "PDF", save_all=True, append_images=[im.rotate(180 * n) for n in range(1, pages)], **more)
    return path


def widths(kept):
    """How wide the black bar of each page is: which page it is."""
    document = pypdfium2.PdfDocument(str(papers.path(kept.hash)))
    out = []
    for page in document:
        drawn = page.render(scale=1, grayscale=True).to_pil()
        row = drawn.crop((0, drawn.height * 200 // 1200, drawn.width, drawn.height * 200 // 1200 + 1))
        dark = sum(1 for value in row.tobytes() if value < 100)
        out.append(round((dark * 900 / drawn.width - 100) / 60))
    return out


class TestJoining:
    def test_pictures_become_one_pdf_in_their_order(self, tmp_path):
        files = [photo(tmp_path / f"{n}.jpg", n) for n in (3, 1, 2)]

        kept = papers.keep(*files)

        assert (kept.media, kept.pages) == ("application/pdf", 3)
        assert widths(kept) == [3, 1, 2]
        assert kept.size <= 3 * paperwork.LARGEST_PICTURE + 3_000
        assert papers.thumb_path(kept.hash).exists()

    def test_nothing_tells_where_by_what_or_when(self, tmp_path):
        files = [photo(tmp_path / f"{n}.jpg", n) for n in (1, 2)]
        assert PLACE in files[0].read_bytes()

        kept = papers.keep(*files)

        held = papers.path(kept.hash).read_bytes()
        for told in (
            PLACE,
            b"Exif",
            b"Makername",
            b"GPS",
            b"Awa",
            b"/Author",
            b"/Producer",
            b"Date",
            b"/Info",
            b"xmp",
        ):
            assert told not in held, told
        assert b"Awa" not in papers.path(papers.keep(files[0]).hash).read_bytes()

    @given(
        order=st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True),
        pdfs=st.sets(st.integers(0, 4)),
    )
    @effort(max_examples=15)
    def test_the_same_pages_in_the_same_order_are_the_same_bytes(self, tmp_path_factory, order, pdfs):
        """Whatever the pages, of pictures or PDFs: their order decides, not the names of files nor the day."""
        folder = tmp_path_factory.mktemp("pages")
        pieces = []
        for n in order:
            one = folder / f"in-{n}"
            (pdf(one.with_suffix(".pdf"), n + 1) if n in pdfs else photo(one.with_suffix(".jpg"), n)).rename(
                one
            )
            place = folder / f"taken-{n}"
            place.mkdir()
            pieces += paperwork.take(one, place)
        made = []
        for name in ("a", "b"):
            (folder / name).mkdir()
            paperwork.join(pieces, folder / name / "paper")
            made.append((folder / name / "paper").read_bytes())
        paperwork.join(pieces[::-1], folder / "c")

        assert made[0] == made[1]
        assert len(pieces) == 1 or (folder / "c").read_bytes() != made[0]

    def test_page_by_page_or_all_at_once_is_one_paper(self, tmp_path, amina, country):
        files = [photo(tmp_path / f"{n}.jpg", n) for n in range(3)]
        person = actions.add_person({"family_name": "Traoré", "sex": "F"}, by=amina).record
        for file in files:
            paperdrafts.add(person.pk, file, by=amina)

        assert paperdrafts.join(paperdrafts.of(person.pk, by=amina)) == papers.keep(*files)

    def test_a_pdf_with_text_alone_stays_as_it_is(self, tmp_path):
        path = text_pdf(tmp_path / "text.pdf")

        kept = papers.keep(path)

        assert papers.path(kept.hash).read_bytes() == path.read_bytes()

    def test_a_pdf_with_text_among_pages_is_drawn(self, tmp_path):
        kept = papers.keep(text_pdf(tmp_path / "text.pdf"), photo(tmp_path / "1.jpg", 1))

        assert (kept.pages, kept.media) == (2, "application/pdf")
        assert kept.size < 2 * paperwork.LARGEST_PICTURE

    def test_a_scanned_pdf_of_large_pictures_becomes_small_grey_ones(self, tmp_path):
        path = scanned_pdf(tmp_path / "scan.pdf", author="Awa", producer="Scanner 3000")
        assert path.stat().st_size > 500_000

        kept = papers.keep(path)

        held = papers.path(kept.hash).read_bytes()
        assert kept.pages == 2 and kept.size <= 2 * paperwork.LARGEST_PICTURE + 3_000
        assert b"Awa" not in held and b"Scanner 3000" not in held

    def test_a_scanned_pdf_that_tells_where_its_photos_were_taken_is_made_anew(self, tmp_path):
        small = photo(tmp_path / "1.jpg", 1, size=(300, 400))
        told = paperwork._pdf([small.read_bytes()])
        (tmp_path / "app.pdf").write_bytes(told.replace(b"/DeviceGray", b"/DeviceRGB"))
        assert PLACE in told

        kept = papers.keep(tmp_path / "app.pdf")

        assert PLACE not in papers.path(kept.hash).read_bytes()

    def test_every_page_of_a_tiff_is_kept(self, tmp_path):
        first, second = (Image.open(photo(tmp_path / f"{n}.jpg", n)).convert("L") for n in (1, 2))
        first.save(tmp_path / "scan.tif", save_all=True, append_images=[second])

        kept = papers.keep(tmp_path / "scan.tif")

        assert kept.pages == 2 and widths(kept) == [1, 2]

    def test_too_many_pages_together_get_a_sentence(self, tmp_path):
        with pytest.raises(Refused, match="at most 100 pages"):
            papers.keep(pdf(tmp_path / "long.pdf", paperwork.MOST_JOINED), photo(tmp_path / "1.jpg", 1))


class TestLookingAtPages:
    def test_a_page_is_drawn_small_once(self, tmp_path, monkeypatch):
        kept = papers.keep(*[photo(tmp_path / f"{n}.jpg", n) for n in range(3)])

        found = papers.picture(kept.hash, 1)
        with monkeypatch.context() as patch:
            patch.setattr(papers.children, "run", None)
            assert papers.picture(kept.hash, 1) == found and papers.picture(kept.hash, 2) is not None

        with Image.open(found) as seen:
            assert seen.width < 910 and found.stat().st_size <= paperwork.LARGEST_SEEN

    @pytest.mark.parametrize("page", [-1, 3, 10_000])
    def test_there_is_no_page_beyond_the_last(self, tmp_path, page):
        kept = papers.keep(*[photo(tmp_path / f"{n}.jpg", n) for n in range(3)])

        assert papers.picture(kept.hash, page) is None

    @pytest.mark.parametrize("digest", ["", "../../secret", "0" * 64, "g" * 64])
    def test_a_name_that_is_no_hash_leads_to_no_page(self, home, digest):
        assert papers.picture(digest, 0) is None

    def test_pictures_drawn_longest_ago_go_when_they_take_too_much_room(self, tmp_path, monkeypatch):
        kept = papers.keep(*[photo(tmp_path / f"{n}.jpg", n) for n in range(3)])
        seen = [papers.picture(kept.hash, n) for n in range(3)]
        for age, path in enumerate(seen):
            os.utime(path, (1_000 - age, 1_000 - age))
        monkeypatch.setattr(papers, "MOST_SEEN_BYTES", seen[0].stat().st_size + 1)

        assert papers.forget_pictures() == 2
        assert [path.exists() for path in seen] == [True, False, False]


def test_what_a_stop_cut_off_is_gone_a_day_later(home, settings):
    now = settings.BAARADA_WALL_MS() / 1000
    for name, age in (("paper-0a", 3_600), ("paper-0b", 2 * 86_400), ("import-1", 2 * 86_400)):
        (home.work / name).mkdir(parents=True)
        os.utime(home.work / name, (now - age,) * 2)

    assert papers.forget_strays() == 1
    assert sorted(p.name for p in home.work.iterdir()) == ["import-1", "paper-0a"]


class TestInPreparation:
    @pytest.fixture
    def person(self, country, amina):
        return actions.add_person({"family_name": "Traoré", "sex": "F"}, by=amina).record.pk

    @pytest.fixture
    def draft(self, person, amina, tmp_path):
        for n in range(4):
            found = paperdrafts.add(person, photo(tmp_path / f"{n}.jpg", n), by=amina)
        return found

    @given(moves=st.lists(st.tuples(st.integers(0, 3), st.sampled_from([-1, 1, 0, 9, -9])), max_size=6))
    @effort(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_moving_pages_about_is_moving_items_of_a_list(self, person, draft, amina, moves):
        """However pages are moved: none is lost, none doubled, and the order is that of a plain list."""
        plain = [piece.key for piece in paperdrafts.of(person, by=amina).pieces]
        for which, places in moves:
            key = plain.pop(which)
            plain.insert(max(0, which + places), key)
            assert [p.key for p in paperdrafts.move(person, key, places, by=amina).pieces] == plain
        kept = {p.key: p.path.read_bytes() for p in paperdrafts.of(person, by=amina).pieces}
        assert {key: hashlib.sha256(data).hexdigest()[:16] for key, data in kept.items()} == {
            k: k for k in plain
        }

    def test_the_order_is_as_they_came_and_can_be_changed(self, person, draft, amina):
        a, b, c, d = (piece.key for piece in draft.pieces)
        assert [p.key for p in paperdrafts.move(person, d, -1, by=amina).pieces] == [a, b, d, c]
        assert [p.key for p in paperdrafts.move(person, a, 1, by=amina).pieces] == [b, a, d, c]
        assert [p.key for p in paperdrafts.move(person, b, -1, by=amina).pieces] == [b, a, d, c]
        assert [p.key for p in paperdrafts.turn_round(person, by=amina).pieces] == [c, d, a, b]
        assert [p.key for p in paperdrafts.drop(person, d, by=amina).pieces] == [c, a, b]
        assert [p.key for p in paperdrafts.move(person, "no page", 1, by=amina).pieces] == [c, a, b]
        assert all(piece.thumb.exists() for piece in paperdrafts.of(person, by=amina).pieces)

    def test_the_same_page_sent_twice_is_once(self, person, draft, amina, tmp_path):
        assert paperdrafts.add(person, tmp_path / "2.jpg", by=amina) == draft

    def test_a_page_that_is_none_leaves_the_others(self, person, draft, amina, tmp_path):
        (tmp_path / "bad").write_bytes(b"no paper")
        with pytest.raises(Refused):
            paperdrafts.add(person, tmp_path / "bad", by=amina)
        assert paperdrafts.of(person, by=amina) == draft

    def test_each_account_has_its_own(self, person, draft, amina, cheick):
        assert not paperdrafts.of(person, by=cheick).pieces
        assert not paperdrafts.all_of(by=cheick)
        assert paperdrafts.all_of(by=amina) == [draft]

    def test_there_is_a_bound_to_pages_and_to_papers(self, person, draft, amina, tmp_path, monkeypatch):
        monkeypatch.setattr(paperwork, "MOST_JOINED", 4)
        with pytest.raises(Refused, match="pages"):
            paperdrafts.add(person, photo(tmp_path / "5.jpg", 5), by=amina)
        monkeypatch.setattr(paperwork, "MOST_JOINED", 100)
        with monkeypatch.context() as patch, pytest.raises(Refused, match="60 MB together"):
            patch.setattr(paperdrafts, "MOST_BYTES", 20_000)
            paperdrafts.add(person, tmp_path / "5.jpg", by=amina)
        monkeypatch.setattr(paperdrafts, "MOST_DRAFTS", 1)
        other = actions.add_person({"family_name": "Koné", "sex": "M"}, by=amina).record.pk
        with pytest.raises(Refused, match="in preparation"):
            paperdrafts.add(other, tmp_path / "1.jpg", by=amina)
        assert paperdrafts.of(person, by=amina) == draft

    def test_what_nobody_touched_for_two_weeks_is_gone(self, person, draft, amina, settings):
        folder = draft.pieces[0].path.parent
        now = settings.BAARADA_WALL_MS() / 1000
        for days, gone in ((13, 0), (15, 1), (15, 0)):
            if folder.exists():
                os.utime(folder, (now - days * 86_400,) * 2)
            assert paperdrafts.forget_old() == gone
        assert not paperdrafts.of(person, by=amina).pieces

    def test_a_stranger_in_the_folder_is_no_page(self, person, draft, amina):
        folder = draft.pieces[0].path.parent
        (folder / "Thumbs.db").write_bytes(b"x")
        (folder / "000500-zz-1.jpg").write_bytes(b"x")
        assert paperdrafts.of(person, by=amina) == draft


class TestTwice:
    @pytest.fixture
    def two(self, country, amina):
        return [
            actions.add_person({"family_name": n, "sex": "F"}, by=amina).record for n in ("Traoré", "Koné")
        ]

    def test_the_same_scan_is_once_in_a_file(self, two, amina, tmp_path):
        kept = papers.keep(photo(tmp_path / "1.jpg", 1))
        actions.add_paper(two[0], {"kind": "DEC", "reference": "12/MS", **kept.values()}, by=amina)

        with pytest.raises(Invalid, match=r"in the file already \(DEC 12/MS\): nothing was added"):
            actions.add_paper(two[0], {"kind": "DEC", **kept.values()}, by=amina)

    def test_a_decision_that_names_twenty_people_is_in_twenty_files(self, two, amina, tmp_path):
        kept = papers.keep(photo(tmp_path / "1.jpg", 1))
        for person in two:
            actions.add_paper(person, {"kind": "DEC", **kept.values()}, by=amina)

        found = queries.papers_with(kept.hash, seen_by=amina)
        assert [paper.person.family_name for paper in found] == ["Traoré", "Koné"]
        assert queries.papers_with(None, seen_by=amina) == []

    def test_one_that_was_marked_as_deleted_can_be_added_again(self, two, amina, tmp_path):
        kept = papers.keep(photo(tmp_path / "1.jpg", 1))
        actions.add_paper(two[0], {"kind": "DEC", **kept.values()}, by=amina)
        paper = Paper.objects.get()
        actions.delete(paper, seen=journal.seen(paper), by=amina)

        assert actions.add_paper(two[0], {"kind": "DEC", **kept.values()}, by=amina)


def hostile():
    """Files that are dangerous or foolish: what they are, and their bytes."""
    many = paperwork._written(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 10000/Kids[" + b"3 0 R " * 10_000 + b"]>>",
         b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]>>"]
    )  # fmt: skip
    huge = paperwork._written(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
         b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9999999999 9999999999]>>"]
    )  # fmt: skip
    tall = io.BytesIO()
    Image.new("1", (30_000, 6_000)).save(tall, "TIFF", compression="group4")
    return {
        "ten thousand pages": many,
        "a page as large as a country": huge,
        "a picture of 180 million dots": tall.getvalue(),
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "html": b"<!doctype html><script>alert(1)</script>",
        "a loop of pages": paperwork._written(
            [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[2 0 R]>>"]
        ),
    }


@pytest.mark.parametrize("what", list(hostile()))
def test_what_is_hostile_ends_in_one_sentence_or_in_a_small_paper(tmp_path, what):
    path = tmp_path / "in"
    path.write_bytes(hostile()[what])
    begun = time.monotonic()
    try:
        kept = papers.keep(path, photo(tmp_path / "1.jpg", 1))
    except Refused as refused:
        assert str(refused).endswith(".") and len(str(refused)) < 160
    else:
        assert kept.size < 300_000
    assert time.monotonic() - begun < 30


def test_words_are_french(tmp_path):
    (tmp_path / "bad").write_bytes(b"no paper")
    with translation.override("fr"), pytest.raises(Refused, match="ni une image ni un PDF"):
        papers.keep(tmp_path / "bad")


def test_a_paper_lies_under_the_hash_of_its_bytes(tmp_path):
    kept = papers.keep(photo(tmp_path / "1.jpg", 1), photo(tmp_path / "2.jpg", 2))
    assert hashlib.sha256(papers.path(kept.hash).read_bytes()).hexdigest() == kept.hash
