"""Making a register: whole or not at all, and safe to ask for twice."""

import io
import json
import shutil

import pytest
from django.core.management import CommandError, call_command

from baarada.accounts.models import Account, SignIn
from baarada.journal import runtime, verification
from baarada.journal.models import EntryRow
from baarada.packs import loader, reader
from baarada.registry import country, rules, spelling
from baarada.registry.models import Office
from tests.upkeep.conftest import live_in
from tests.upkeep.test_backup import is_open_to_others

PASSWORD = "le mil pousse en juin"


@pytest.fixture(autouse=True)
def empty(db, settings, tmp_path):
    """A machine that holds nothing yet; the country it settles in is forgotten afterwards."""
    live_in(settings, tmp_path / "home")
    yield settings.CONFIG.home
    spelling.use((), ())
    rules.phone_rule.region, rules.phone_rule.length = "", 0
    country._hashes.cache_clear()


def init(*words, password=PASSWORD):
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(password + "\n"))
        call_command("init", "--no-input", "--password-stdin", *words, stdout=out)
    return out.getvalue()


def nothing_is_here(home):
    return not (EntryRow.objects.exists() or SignIn.objects.exists() or (home / "node.json").exists())


class TestInit:
    def test_makes_tables_country_and_administrator(self, empty):
        said = init("--pack", "demo", "--login", "Chef", "--name", "Assa Pun")

        assert json.loads((empty / "node.json").read_text()) == {
            "pack": "demo", "time_zone": "Asia/Kathmandu", "demo": False,
        }  # fmt: skip
        account = Account.objects.get()
        assert (account.login, account.name) == ("chef", "Assa Pun")
        assert account.office.pk == runtime.node().root
        assert f"The register is in {empty}" in said
        assert PASSWORD not in said
        assert not list(verification.verify(runtime.engine()))
        for path in (empty, empty / "keys" / runtime.KEY_FILE):
            assert not is_open_to_others(path)

    def test_makes_up_a_password_where_none_is_given_and_shows_it_once(self, empty, capsys):
        call_command("init", "--no-input", "--pack", "demo")

        from django.contrib.auth import authenticate

        password = capsys.readouterr().out.split("shown once: ")[1].split()[0]
        assert authenticate(login="admin", password=password) is not None

    def test_settles_in_before_anything_is_written(self, empty):
        init("--pack", "demo")

        assert rules.phone_rule.region == reader.read("demo").nationality

    def test_twice_says_that_it_is_there_and_changes_nothing(self, empty, settings):
        init("--pack", "demo")
        entries = EntryRow.objects.count()
        live_in(settings, empty, pack="demo")

        said = init("--pack", "demo", password="another long password")

        assert f"The register was already in {empty}" in said
        assert EntryRow.objects.count() == entries
        assert SignIn.objects.get().check_password(PASSWORD)

    def test_another_country_is_refused(self, empty, settings):
        init("--pack", "demo")
        live_in(settings, empty, pack="demo")

        with pytest.raises(CommandError, match="already holds a register of the pack demo"):
            init("--pack", "mali")

        assert json.loads((empty / "node.json").read_text())["pack"] == "demo"

    def test_a_database_of_another_country_is_refused_from_a_new_home_too(self, empty, settings, tmp_path):
        init("--pack", "demo")
        shutil.copytree(empty / "keys", tmp_path / "new" / "keys")
        live_in(settings, tmp_path / "new")

        with pytest.raises(CommandError, match="another country"):
            init("--pack", "mali")

        assert not (tmp_path / "new" / "node.json").exists()

    def test_a_database_whose_keys_are_elsewhere_is_refused(self, empty, settings, tmp_path):
        init("--pack", "demo")
        live_in(settings, tmp_path / "new")

        with pytest.raises(CommandError, match="is not that of this register"):
            init("--pack", "demo")

        assert not (tmp_path / "new" / "node.json").exists()

    def test_an_unknown_country_is_refused_with_those_that_are_known(self, empty):
        with pytest.raises(CommandError, match=r"No country pack is called atlantis\. There are: demo, mali"):
            init("--pack", "atlantis")

        assert nothing_is_here(empty)

    def test_no_country_and_nobody_to_ask(self, empty):
        with pytest.raises(CommandError, match=r"--pack demo \| mali"):
            init()

    def test_a_weak_password_is_refused_before_anything_is_made(self, empty):
        with pytest.raises(CommandError, match="too short"):
            init("--pack", "demo", password="court")

        assert nothing_is_here(empty)


class TestRollingBack:
    def test_a_failure_at_the_last_step_leaves_nothing(self, empty, monkeypatch):
        def fail(*args, **kwargs):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("baarada.config.write_node", fail)

        with pytest.raises(CommandError, match="No space left on device"):
            init("--pack", "demo")

        assert nothing_is_here(empty)

    def test_and_the_next_try_goes_through(self, empty, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(loader, "load", lambda name: (_ for _ in ()).throw(OSError("cut")))
            with pytest.raises(CommandError):
                init("--pack", "demo")

        init("--pack", "demo")

        assert Office.objects.live().count() == len(reader.read("demo").tables["offices"])
        assert not list(verification.verify(runtime.engine()))

    @pytest.mark.parametrize(
        ("file", "spoil"),
        [
            ("pack.toml", lambda text: text.replace("root_office", "stem_office")),
            ("release-1/cadres.csv", lambda text: text + "no,cells\n"),
            ("release-2/facilities.csv", lambda text: text.replace("Zem", "Zim").replace("a", "e")),
        ],
    )
    def test_a_damaged_pack_is_refused_in_a_sentence(self, empty, tmp_path, monkeypatch, file, spoil):
        shutil.copytree(reader.FOLDER / "demo", tmp_path / "packs" / "demo")
        monkeypatch.setattr(reader, "FOLDER", tmp_path / "packs")
        path = tmp_path / "packs" / "demo" / file
        path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")

        with pytest.raises(
            CommandError, match=r"The country pack demo is damaged \(.*Install the program again"
        ):
            init("--pack", "demo")

        assert nothing_is_here(empty)
