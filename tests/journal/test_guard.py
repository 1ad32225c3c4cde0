"""Only the journal writes journalled tables; every other table is listed with its reason."""

import pytest
from django.apps import apps
from django.db import connection, models, transaction

from baarada.journal import checks, guard, machine, runtime
from baarada.journal.guard import JournalBypassed
from baarada.journal.machine import MACHINE_TABLES
from baarada.journal.models import EntryRow, NodeRow, Record
from baarada.registry.models import SearchKey
from tests.invented.models import File
from tests.journal.nodes import load, make

WRITES = [
    "UPDATE invented_file SET phone = '9'",
    "  update\n invented_file SET phone = '9'",
    "UPDATE \"invented_file\" SET phone = '9'",
    "/* a remark */ UPDATE invented_file SET phone = '9'",
    "-- a remark\nUPDATE invented_file SET phone = '9'",
    "-- one\n /* two */ -- three\n DELETE FROM invented_file",
    "DELETE FROM invented_file",
    "INSERT INTO invented_file (id) VALUES (NULL)",
    "WITH x AS (SELECT 1) UPDATE invented_file SET phone = '9'",
    "WITH x AS (SELECT (1)), y AS (SELECT 2) DELETE FROM invented_file",
    "SELECT 1; DELETE FROM invented_file",
    "DELETE FROM journal_entry",
    "UPDATE journal_lane SET last = 0",
    "DELETE FROM journal_cut",
    "UPDATE journal_node SET incarnation = 9",
]
ONLY = {
    "sqlite": [
        "INSERT OR REPLACE INTO invented_file (id) VALUES (NULL)",
        "REPLACE INTO invented_file (id) VALUES (NULL)",
        "UPDATE OR IGNORE invented_file SET phone = '9'",
        "UPDATE main.invented_file SET phone = '9'",
        'UPDATE "main"."invented_file" SET phone = \'9\'',
        "UPDATE [invented_file] SET phone = '9'",
        "UPDATE `invented_file` SET phone = '9'",
    ],
    "postgresql": [
        "UPDATE ONLY invented_file SET phone = '9'",
        "UPDATE public.invented_file SET phone = '9'",
        "TRUNCATE invented_file",
        "TRUNCATE TABLE ONLY invented_item, invented_file",
        "TRUNCATE django_session, invented_file",
        "COPY invented_file FROM STDIN",
        "MERGE INTO invented_file USING invented_item ON false WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM invented_file RETURNING id) SELECT * FROM gone",
    ],
}
READS = [
    "SELECT 'DELETE FROM invented_file'",
    "SELECT phone FROM invented_file WHERE phone = 'UPDATE invented_file SET'",
    "SELECT 1 /* DELETE FROM invented_file */",
    "SELECT 1 -- DELETE FROM invented_file",
    "WITH x AS (SELECT id FROM invented_file) SELECT count(*) FROM x",
    "DELETE FROM registry_name_word",
    "SELECT 1 AS invented_file",
    "SELECT number FROM journal_lane ORDER BY number",
]


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


class TestGuard:
    @pytest.mark.parametrize("sql", WRITES)
    def test_a_statement_that_writes_behind_the_journals_back_is_refused(self, country, fatou, sql):
        file = make(fatou, name="Traoré")

        with pytest.raises(JournalBypassed):
            run(sql)
        assert load(file).name == "Traoré"

    def test_so_are_those_of_one_database(self, country, fatou):
        file = make(fatou, name="Traoré")
        for sql in ONLY[connection.vendor]:
            with pytest.raises(JournalBypassed):
                run(sql)
        assert load(file).name == "Traoré"

    @pytest.mark.parametrize("sql", READS)
    def test_reading_and_writing_machine_tables_is_nobodys_business(self, country, sql):
        assert isinstance(run(sql), list)

    def test_several_rows_at_once_are_refused_too(self, country, fatou):
        make(fatou, name="Traoré")
        with pytest.raises(JournalBypassed), transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany("UPDATE invented_file SET phone = %s", [("1",), ("2",)])

    def test_the_journals_own_tables_are_guarded_like_records(self, country):
        with pytest.raises(JournalBypassed), transaction.atomic():
            EntryRow.objects.all().delete()
        with pytest.raises(JournalBypassed), transaction.atomic():
            NodeRow.objects.update(incarnation=7)
        SearchKey.objects.all().delete()

    def test_what_was_opened_is_closed_again_even_after_a_failure(self, country):
        with pytest.raises(RuntimeError), guard.opened():
            raise RuntimeError
        with pytest.raises(JournalBypassed):
            run("DELETE FROM invented_file")

    def test_it_watches_connections_made_later(self, country):
        assert guard._look in connection.execute_wrappers
        guard._watch(sender=None, connection=connection)
        assert connection.execute_wrappers.count(guard._look) == 1

    def test_every_record_and_no_machine_table_of_upper_rooms_is_guarded(self):
        guarded = guard.guarded_tables()
        for model in apps.get_models():
            own = model._meta.app_label == "journal"
            assert (model._meta.db_table in guarded) == (own or issubclass(model, Record))


class TestMachineTables:
    def test_every_table_is_journalled_or_listed_with_a_reason(self):
        assert machine.unlisted() == []
        assert all(len(reason) > 10 for reason in MACHINE_TABLES.values())

    def test_nothing_listed_is_journalled_or_gone(self):
        labels = {m._meta.label: m for m in apps.get_models(include_auto_created=True)}
        assert MACHINE_TABLES.keys() <= labels.keys()
        assert not any(issubclass(labels[label], Record) for label in MACHINE_TABLES)

    def test_a_table_that_is_missing_from_the_list_fails_the_check(self, monkeypatch):
        monkeypatch.delitem(MACHINE_TABLES, "accounts.SignIn")

        (error,) = checks.tables_are_journalled_or_listed(None)
        assert error.id == "journal.E002"
        assert "accounts.SignIn" in error.msg
        assert "journal.machine" in error.hint


class TestDeclaring:
    def test_a_record_declared_in_part_fails_the_check(self, monkeypatch):
        assert checks.records_are_declared(None) == []
        monkeypatch.setattr(
            File.Merge, "numbers", {k: v for k, v in File.Merge.numbers.items() if k != "phone"}
        )

        (error,) = checks.records_are_declared(None)
        assert error.id == "journal.E001"
        assert "phone" in error.msg

    def test_one_number_twice_fails_the_check(self, monkeypatch):
        monkeypatch.setattr(File.Merge, "numbers", {**File.Merge.numbers, "phone": 3})
        assert "one number twice" in checks.records_are_declared(None)[0].msg

    def test_a_retired_number_is_never_used_again(self, monkeypatch):
        monkeypatch.setattr(File.Merge, "retired", {2: "the old phone"}, raising=False)
        assert "one number twice" in checks.records_are_declared(None)[0].msg

    def test_a_group_of_two_classes_fails_the_check(self, monkeypatch):
        monkeypatch.setattr(File.Merge, "together", [("phone", "name")])
        assert "one class" in checks.records_are_declared(None)[0].msg

    def test_two_records_with_one_number_fail_the_check(self, monkeypatch):
        monkeypatch.setattr(File.Merge, "number", 222)
        assert "two types" in checks.records_are_declared(None)[0].msg

    def test_a_field_that_the_journal_cannot_hold_fails_the_check(self):
        from baarada.journal.fields import kind_of

        with pytest.raises(TypeError, match=r"journal\.fields"):
            kind_of(models.FloatField(name="share"))

    def test_the_schema_is_built_once_for_a_process(self):
        assert runtime.schema() is runtime.schema()
