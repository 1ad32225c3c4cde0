"""Reading a pack: what is refused, and at which line."""

import pytest

from baarada.journal import runtime
from baarada.kernel.ids import as_id
from baarada.packs import reader
from baarada.packs.composer import compose
from baarada.packs.reader import BadPack, PhoneRule

NEW = "01a1f930-0000-7000-8000-000000000001"


def composed(folder):
    return list(compose(reader.read("demo", folder.parent), runtime.schema()))


def add(path, line):
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")


class TestAvailable:
    def test_the_packs_of_the_program_are_listed(self):
        assert reader.available() == ["demo", "mali"]

    def test_an_unknown_pack_is_refused_with_those_that_are_known(self):
        with pytest.raises(BadPack, match=r"atlantis: no such pack\. Known: demo, mali\."):
            reader.read("atlantis")


class TestPackFile:
    def test_tells_the_time_of_the_country(self, mali, demo):
        assert (mali.time_zone, demo.time_zone) == ("Africa/Bamako", "Asia/Kathmandu")

    def test_what_is_missing_is_named(self, copy):
        path = copy / "pack.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("time_zone", "zone"), encoding="utf-8")

        with pytest.raises(BadPack, match="time_zone"):
            reader.read("demo")

    def test_a_release_comes_out_at_an_instant_of_utc(self, copy):
        """A local time would not be the same instant on two machines."""
        path = copy / "pack.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("00:00:00Z", "00:00:00"), encoding="utf-8")

        with pytest.raises(BadPack, match="not in UTC"):
            reader.read("demo")


class TestTables:
    @pytest.mark.parametrize(
        ("file", "line", "why"),
        [
            ("offices.csv", f"{NEW},new,Bureau,zone,nowhere,hz-ambrel,,,,,estimated,", "parent: KeyError"),
            ("offices.csv", f"{NEW},dgp,Bureau,zone,dgp,hz-ambrel,,,,,estimated,", "the code dgp is taken"),
            ("offices.csv", f"{NEW},new,Bureau", "3 cells under 12 headings"),
            ("offices.csv", "new,new,Bureau,zone,dgp,hz-ambrel,,,,,estimated,", "a row begins with its id"),
            ("offices.csv", f"{NEW},new,Bureau  B,zone,dgp,hz-ambrel,,,,,estimated,", "not tidy"),
            (
                "offices.csv",
                f"{NEW},new,Bureau,zone,dgp,hz-ambrel,,,12/03/2020,,estimated,",
                "a day is written",
            ),
            ("offices.csv", f"{NEW},new,Bureau,zone,dgp,hz-ambrel,,,2020-02-30,,estimated,", "no such day"),
            ("lists.csv", f"{NEW},sector,PUB,Public,Public,10,,estimated,", "the code sector:PUB is taken"),
            ("lists.csv", f"{NEW},sector,NEW,Neuf,New,ten,,estimated,", "order: ValueError"),
        ],
    )
    def test_a_wrong_line_is_refused_by_its_place(self, copy, file, line, why):
        path = copy / "release-1" / file
        place = f"demo/release-1/{file}:{len(path.read_text(encoding='utf-8').splitlines()) + 1}"
        add(path, line)

        with pytest.raises(BadPack, match=why) as refusal:
            composed(copy)
        assert str(refusal.value).startswith(place)

    def test_a_heading_that_is_no_field_is_refused(self, copy):
        path = copy / "release-1" / "areas.csv"
        path.write_text(
            path.read_text(encoding="utf-8").replace("other_names", "nickname", 1), encoding="utf-8"
        )

        with pytest.raises(BadPack, match="Area has no field nickname"):
            composed(copy)

    def test_a_later_release_says_how_it_changes_a_row(self, copy):
        """Without a word on it, an id used twice is a mistake."""
        country = reader.read("demo").tables["areas"][0]["id"]
        add(copy / "release-2" / "areas.csv", f"{country},,country,Zembrie,,,,,estimated,")

        with pytest.raises(BadPack, match="the column how"):
            composed(copy)

    def test_a_row_that_is_new_is_not_changed(self, copy):
        add(copy / "release-2" / "areas.csv", f"{NEW},correct,,Zembrie,,,,,,")

        with pytest.raises(BadPack, match="the column how"):
            composed(copy)

    def test_an_empty_release_is_refused(self, copy):
        for path in (copy / "release-2").iterdir():
            path.unlink()

        with pytest.raises(BadPack, match="0 rows"):
            composed(copy)


class TestLaterReleases:
    def test_tables_show_the_last_word(self, demo):
        """Rows of the first release, changed by the second; cells left empty stay as they were."""
        areas = {row["code"]: row for row in demo.tables["areas"]}

        assert areas["ar-quarmez"]["name"] == "Quarmèze"
        assert areas["ar-quarmez"]["starts"] == "1974"
        assert "ar-vamdor" in areas

    def test_a_row_is_found_by_its_code(self, demo):
        assert demo.id_of("offices", "dgp") == demo.root
        with pytest.raises(KeyError, match="offices has no dga"):
            demo.id_of("offices", "dga")


class TestPhones:
    @pytest.mark.parametrize(
        ("text", "figures"),
        [
            ("76 41 20 58", "76412058"),
            ("+223 76 41 20 58", "76412058"),
            ("0022376412058", "76412058"),
            ("20-22-34-56", "20223456"),
            ("36 41 20 58", None),
            ("7641205", None),
            ("+33 6 12 34 56 78", None),
            ("", None),
        ],
    )
    def test_a_number_is_known_with_and_without_its_prefix(self, mali, text, figures):
        assert mali.phone.national(text) == figures

    def test_another_country_has_another_rule(self, demo):
        assert demo.phone.national("+999 612 000 001") == "612000001"
        assert demo.phone.national("76 41 20 58") is None

    def test_a_number_that_begins_like_the_prefix_is_not_cut(self):
        assert PhoneRule("22", 8, ("2",), ()).national("22 34 56 78") == "22345678"


class TestIds:
    def test_the_account_that_signs_is_fixed(self, demo):
        assert demo.account == as_id("01a1f921-a712-7372-9fc5-5f7751ace32b")
