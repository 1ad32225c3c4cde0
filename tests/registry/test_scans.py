# ruff: noqa: F401, F811 - fixtures of a neighbour
"""The folder of the scanner: what waits in it, what is left alone, where a file goes; nothing is ever deleted."""

import os
import sys

import pytest

from baarada.kernel.errors import NotAllowed, Refused
from baarada.registry import papers, scans
from tests.registry.test_paper_pages import photo
from tests.registry.test_papers import home, in_english, pdf

NOW = 1_795_156_200
"""About the time at which tests begin."""


@pytest.fixture
def folder(home, settings):
    scans.folder().mkdir(parents=True)
    return scans.folder()


def lay(path, minutes=60.0, content=None):
    """A file written so many minutes ago."""
    if content is not None:
        path.write_bytes(content)
    os.utime(path, (NOW - minutes * 60,) * 2)
    return path


def names(by):
    return [scan.path.name for scan in scans.waiting(by=by).scans]


class TestWaiting:
    def test_the_folder_is_made_where_there_is_none(self, home, amina):
        assert scans.waiting(by=amina).scans == []
        assert scans.folder() == home.home / "scans" and scans.folder().is_dir()

    def test_oldest_first_and_only_what_may_be_a_paper(self, folder, amina):
        for n, name in enumerate(("b.jpg", "a.PDF", "c.tiff")):
            lay(folder / name, 60 - n, content=b"x" * (n + 1))
        for name in ("notes.txt", ".part.jpg"):
            lay(folder / name, content=b"x")

        found = scans.waiting(by=amina)

        assert [s.path.name for s in found.scans] == ["b.jpg", "a.PDF", "c.tiff"]
        assert (found.arriving, found.other) == (0, 1)

    @pytest.mark.parametrize("seconds", [0, 3, -3])
    def test_a_file_still_being_written_is_left(self, folder, amina, settings, seconds):
        (folder / "a.jpg").write_bytes(b"x")
        written = settings.BAARADA_WALL_MS() / 1000 - seconds
        os.utime(folder / "a.jpg", (written, written))

        assert scans.waiting(by=amina) == scans.Waiting([], 1, 0)

    def test_an_empty_file_is_still_to_come(self, folder, amina):
        lay(folder / "a.jpg", content=b"")
        assert scans.waiting(by=amina).arriving == 1

    def test_a_clock_that_goes_ahead_by_hours_holds_nothing_up(self, folder, amina):
        lay(folder / "a.jpg", -600, content=b"x")
        assert names(amina) == ["a.jpg"]

    @pytest.mark.skipif(sys.platform == "win32", reason="making a link asks for rights there")
    def test_a_link_is_not_followed(self, folder, amina, tmp_path):
        secret = tmp_path / "secret.jpg"
        lay(photo(secret, 1))
        (folder / "link.jpg").symlink_to(secret)
        (folder / "up").symlink_to(tmp_path, target_is_directory=True)

        assert names(amina) == []

    def test_files_beyond_a_bound_come_up_later(self, folder, amina, monkeypatch):
        monkeypatch.setattr(scans, "MOST_FILES", 3)
        for n in range(5):
            lay(folder / f"{n}.jpg", content=b"x")
        assert len(scans.waiting(by=amina).scans) == 3

    def test_a_long_or_strange_name_is_shown_short_and_plain(self, folder, amina):
        name = "a\u202e\u0007" + "é" * 110 + ".jpg"
        lay(folder / name, content=b"x")
        (scan,) = scans.waiting(by=amina).scans
        assert len(scan.name) <= scans.LONGEST_NAME + 1
        assert "\u202e" not in scan.name and "\u0007" not in scan.name

    def test_a_folder_that_cannot_be_read_gets_a_sentence(self, home, settings, tmp_path, amina):
        from dataclasses import replace

        (tmp_path / "file").write_bytes(b"x")
        settings.CONFIG = replace(settings.CONFIG, scans=tmp_path / "file" / "scans")
        with pytest.raises(Refused, match="folder of the scanner cannot be read"):
            scans.waiting(by=amina)

    def test_who_may_not_add_papers_sees_none(self, folder, amina):
        from dataclasses import replace

        with pytest.raises(NotAllowed):
            scans.waiting(by=replace(amina, rights=frozenset({"person.see"})))


class TestFiling:
    @pytest.fixture
    def scan(self, folder, amina, tmp_path):
        lay(photo(folder / "a.jpg", 1))
        (found,) = scans.waiting(by=amina).scans
        return found

    def test_a_scan_becomes_the_same_paper_as_an_upload(self, scan):
        assert scans.keep(scan) == papers.keep(scan.path)

    def test_it_is_looked_at_once(self, scan, monkeypatch):
        scans.prepared(scan)
        monkeypatch.setattr(papers.children, "run", None)
        assert scans.keep(scan).pages == 1
        assert scans.known(scan) == scans.keep(scan).hash

    def test_its_pages_can_be_looked_at_before(self, folder, amina):
        lay(pdf(folder / "b.pdf", pages=2))
        (scan,) = scans.waiting(by=amina).scans
        assert scans.picture(scan, 1).exists() and scans.picture(scan, 2) is None

    def test_once_filed_it_lies_in_done_never_over_another(self, folder, scan, amina):
        (folder / "done").mkdir()
        (folder / "done" / "a.jpg").write_bytes(b"an earlier one")

        assert scans.put_away(scan, scans.DONE, by=amina)

        assert names(amina) == []
        assert (folder / "done" / "a.jpg").read_bytes() == b"an earlier one"
        assert (folder / "done" / "a-2.jpg").stat().st_size == scan.size

    def test_what_cannot_be_moved_is_said_to_stay(self, folder, scan, amina):
        (folder / "aside").write_bytes(b"a file where a folder should be")
        assert not scans.put_away(scan, scans.ASIDE, by=amina)
        assert names(amina) == ["a.jpg"]

    def test_a_file_written_to_since_is_another(self, folder, scan, amina):
        lay(photo(folder / "a.jpg", 2))
        assert scans.find(scan.key, by=amina) is None

    @pytest.mark.parametrize("key", ["", "../a.jpg", "a.jpg", "0" * 32])
    def test_a_key_that_a_page_made_up_leads_nowhere(self, scan, amina, key):
        assert scans.find(key, by=amina) is None

    def test_what_is_no_paper_gets_a_sentence_and_stays(self, folder, amina):
        lay(folder / "bad.pdf", content=b"%PDF-1.7\n garbage")
        (scan,) = scans.waiting(by=amina).scans
        with pytest.raises(Refused, match="neither"):
            scans.prepared(scan)
        assert names(amina) == ["bad.pdf"]

    def test_one_that_is_too_large_is_not_opened(self, scan, settings, monkeypatch):
        settings.BAARADA_LARGEST_UPLOAD = 10
        monkeypatch.setattr(papers.children, "run", None)
        with pytest.raises(Refused, match="40 MB"):
            scans.prepared(scan)

    def test_what_was_made_of_it_goes_after_two_days(self, scan, settings, amina):
        made = scans.prepared(scan).parent
        now = settings.BAARADA_WALL_MS() / 1000
        os.utime(made, (now - 86_400,) * 2)
        assert scans.forget_old() == 0
        os.utime(made, (now - 3 * 86_400,) * 2)
        assert scans.forget_old() == 1
        assert names(amina) == ["a.jpg"]
