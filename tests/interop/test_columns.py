"""Headings: recognised in French and English, matched by hand where they are not, and remembered."""

from uuid import UUID

import pytest
from django.utils import translation

from baarada.interop.models import ImportJob
from baarada.interop.tables import columns, jobs, layout, memory, recognising
from baarada.interop.tables.recognising import LEFT, SURE, TO_CONFIRM
from baarada.kernel.errors import Refused
from baarada.registry import lists
from tests.interop.conftest import HEADINGS, person, write_csv

STRANGE = ("Patronyme", "Petit nom", "S.", "DDN", "Appel", "Immat", "Métier exercé", "Où", "Depuis quand")
MEANT = (
    "family_name", "given_names", "sex", "born", "phone", "number.staff", "posting.cadre", "posting.facility",
    "posting.starts",
)  # fmt: skip


def keys(kind, *headings):
    return [p.key for p in recognising.propose(kind, headings)]


class TestRecognising:
    @pytest.mark.parametrize(
        ("heading", "key"),
        [
            ("NOM", "family_name"), ("Prénom(s)", "given_names"), ("Nom et Prénoms", "full_name"),
            ("Date naiss.", "born"), ("Né(e) le", "born"), ("Sexe", "sex"), ("Contacts", "phone"),
            ("Corps", "posting.cadre"),
            ("Lieu d'affectation", "posting.facility"), ("Date de prise de service", "posting.starts"),
            ("Family name", "family_name"), ("Date of birth", "born"), ("Gender", "sex"),
            ("Facility", "posting.facility"),
            ("Start date", "posting.starts"), ("Observations", "note"),
        ],
    )  # fmt: skip
    def test_headings_of_staff_lists_in_both_languages(self, larma, heading, key):
        assert keys(columns.PEOPLE, heading) == [key]

    @pytest.mark.parametrize(
        ("heading", "key"),
        [
            ("Nom de la structure", "name"), ("Type", "kind"), ("Région", "region"), ("Cercle", "cercle"),
            ("Lat", "latitude"),
            ("Longitude", "longitude"), ("facility_id", "code"), ("duplicate_of", "duplicate_of"),
            ("Opened on", "starts"),
        ],
    )  # fmt: skip
    def test_headings_of_lists_of_facilities(self, larma, heading, key):
        assert keys(columns.FACILITIES, heading) == [key]

    @pytest.mark.parametrize("kind", list(columns.KINDS))
    @pytest.mark.parametrize(("written", "read"), [("fr", "en"), ("en", "fr")])
    def test_a_list_written_in_one_language_is_read_in_the_other(self, larma, kind, written, read):
        with translation.override(written):
            known = [c for c in columns.columns(kind) if c.key not in columns.NAMES]
            headings = [str(c.label) for c in known]
        with translation.override(read):
            found = recognising.propose(kind, headings)

        assert [p.key for p in found] == [c.key for c in known]
        assert {p.certainty for p in found} == {SURE}

    def test_a_likely_heading_is_to_be_confirmed(self, larma):
        (found,) = recognising.propose(columns.PEOPLE, ["Date de naisance"])

        assert (found.key, found.certainty) == ("born", TO_CONFIRM)

    @pytest.mark.parametrize(
        ("heading", "key", "certainty"),
        [
            ("Sexe (M/F)", "sex", SURE),
            ("Date de naissance (jj/mm/aaaa)", "born", SURE),
            ("Matle", "number.agent", SURE),
            ("Date PS", "posting.starts", SURE),
            ("Corps/Cadre", "posting.cadre", TO_CONFIRM),
            ("Structure / Service", "", LEFT),
            ("(M/F)", "", LEFT),
            ("Nom (conjoint)", "", LEFT),
            ("Téléphone (urgence)", "", LEFT),
            ("/", "", LEFT),
        ],
    )
    def test_headings_as_offices_write_them(self, larma, heading, key, certainty):
        (found,) = recognising.propose(columns.PEOPLE, [heading])

        assert (found.key, found.certainty) == (key, certainty)

    def test_the_reasons_of_refused_rows_are_left_out_without_a_question(self, larma):
        (found,) = recognising.propose(columns.PEOPLE, ["Reason, and what to do"])

        assert (found.key, found.ours) == ("", True)

    def test_an_unknown_heading_is_left_out(self, larma):
        (found,) = recognising.propose(columns.PEOPLE, ["Pointure"])

        assert (found.key, found.certainty) == ("", LEFT)

    def test_no_column_is_taken_twice(self, larma):
        assert keys(columns.PEOPLE, "Téléphone", "Tel", "Contact").count("phone") == 1
        found = [k for k in keys(columns.PEOPLE, "Nom", "NOM", "Noms", "Name") if k]
        assert len(found) == len(set(found))

    def test_headings_are_found_below_a_title(self, larma, tmp_path, bring):
        rows = [
            ["MINISTÈRE DE LA SANTÉ"],
            [],
            ["Liste du personnel", "au 3 novembre"],
            [],
            HEADINGS,
            person(1),
        ]
        job = bring(rows[1:], headings=rows[0])

        assert [(sheet["first"], sheet["last"]) for sheet in job.sheets] == [(5, 5)]
        assert job.counts["new"] == 1


class TestRemembering:
    @pytest.fixture
    def matched(self, larma):
        """What the columns of a list with strange headings are."""
        payroll = lists.items("identifier_kind")[0].code
        return [key.replace("number.staff", f"number.{payroll}") for key in MEANT]

    def begin(self, by, tmp_path, headings=STRANGE):
        path = write_csv(tmp_path / "strange.csv", [person(1)], headings=headings)
        return jobs.begin(columns.PEOPLE, path, path.name, by=by)

    def test_columns_matched_by_hand_are_proposed_for_the_next_file(self, by, tmp_path, matched):
        first = self.begin(by, tmp_path)
        assert [one["key"] for one in first.mapping] != matched

        layout.match(first, dict(enumerate(matched)), by=by)

        again = self.begin(by, tmp_path)
        assert [one["key"] for one in again.mapping] == matched
        assert {one["certainty"] for one in again.mapping} == {SURE}
        assert any(one["remembered"] for one in again.mapping)

    def test_capitals_and_accents_do_not_matter(self, by, tmp_path, matched):
        layout.match(self.begin(by, tmp_path), dict(enumerate(matched)), by=by)

        again = self.begin(by, tmp_path, [h.upper() for h in STRANGE])

        assert [one["key"] for one in again.mapping] == matched

    def test_a_column_left_out_by_hand_stays_out(self, by, tmp_path):
        first = self.begin(by, tmp_path, HEADINGS)
        keys = {one["index"]: one["key"] for one in first.mapping}
        phone = HEADINGS.index("Téléphone")

        layout.match(first, keys | {phone: ""}, by=by)

        again = self.begin(by, tmp_path, HEADINGS)
        assert again.mapping[phone]["key"] == ""
        assert [one["key"] for one in again.mapping if one["index"] != phone] == [
            key for index, key in keys.items() if index != phone
        ]

    def test_what_a_person_said_comes_before_what_words_say(self, by, tmp_path):
        """“Nom” stands to the left, and would be taken for the family name."""
        headings = ("Nom", "Patronyme", *HEADINGS[2:])
        first = self.begin(by, tmp_path, headings)
        keys = {one["index"]: one["key"] for one in first.mapping} | {0: "given_names", 1: "family_name"}
        layout.match(first, keys, by=by)

        again = self.begin(by, tmp_path, headings)

        assert [one["key"] for one in again.mapping][:2] == ["given_names", "family_name"]

    def test_a_sender_s_own_headings_come_before_those_of_others(self, by, region, tmp_path, matched):
        """What others said is taken where all of them agree; where they do not, it is to be confirmed."""
        said = dict(enumerate(matched))
        layout.match(self.begin(by, tmp_path), said, by=by)
        layout.match(self.begin(region, tmp_path), said | {4: "phone2"}, by=region)

        def fifth(sender):
            one = recognising.propose(columns.PEOPLE, STRANGE, sender)[4]
            return one.key, one.certainty

        assert fifth(UUID(bytes=by.office)) == ("phone", SURE)
        assert fifth(UUID(bytes=region.office)) == ("phone2", SURE)
        assert fifth(UUID(int=7))[1] == TO_CONFIRM

    def test_what_is_forgotten_of_a_sender_is_not_known_any_more(self, by, tmp_path, matched):
        layout.match(self.begin(by, tmp_path), dict(enumerate(matched)), by=by)
        sender = UUID(bytes=by.office)
        for one in memory.headings(sender, seen_by=by):
            memory.forget(sender, memory.HEADING, str(one.pk), by=by)

        assert not any(one.remembered for one in recognising.propose(columns.PEOPLE, STRANGE, sender))

    def test_a_kind_of_list_does_not_learn_from_another(self, by, tmp_path, matched):
        layout.match(self.begin(by, tmp_path), dict(enumerate(matched)), by=by)

        assert recognising.propose(columns.FACILITIES, ["Patronyme"])[0].key == ""

    def test_one_column_cannot_be_taken_for_two(self, by, tmp_path):
        first = self.begin(by, tmp_path, HEADINGS)

        with pytest.raises(Refused, match="Two columns"):
            layout.match(first, {0: "family_name", 1: "family_name"}, by=by)

    def test_two_windows_do_not_overwrite_each_other(self, by, tmp_path, matched):
        job = self.begin(by, tmp_path)
        other = ImportJob.objects.get(pk=job.pk)
        layout.match(job, dict(enumerate(matched)), by=by)
        jobs.plan(job)
        planned = job.counts

        with pytest.raises(Refused, match="another window"):
            layout.match(other, {0: "family_name"}, by=by)
        with pytest.raises(Refused, match="another window"):
            layout.choose_sheets(other, {0}, {}, job.sender, by=by)

        kept = ImportJob.objects.get(pk=job.pk)
        assert [one["key"] for one in kept.mapping] == matched
        assert kept.counts == planned and kept.rows.exists()
        assert recognising.propose(columns.PEOPLE, [STRANGE[0]], job.sender)[0].key == matched[0]

    def test_a_list_without_names_cannot_be_read(self, by, tmp_path):
        first = self.begin(by, tmp_path, HEADINGS)

        with pytest.raises(Refused, match="No column"):
            layout.match(first, {2: "sex"}, by=by)
        assert recognising.propose(columns.PEOPLE, ["Nom"])[0].key == "family_name"
