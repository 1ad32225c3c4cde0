"""Accounts: who may come in, what travels with the journal, and what never does."""

import io

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from baarada.accounts import actions
from baarada.accounts.models import Account, SignIn
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.journal.models import BatchRow, ConflictRow, EntryRow
from baarada.kernel.actors import Actor
from baarada.kernel.errors import NotAllowed, Refused
from baarada.kernel.ids import as_id

PASSWORD = "le mil pousse en juin"


@pytest.fixture
def add(country, fatou):
    """Adds an account of the district of Kadiolo, as the director would."""

    def make(login="a.ouattara", **fields):
        wanted = {"name": "Amina Ouattara", "office": country.kadiolo, "password": PASSWORD, "by": fatou}
        return actions.add_account(login=login, **{**wanted, **fields})

    return make


def everything_written() -> bytes:
    runtime.engine().seal()
    rows = [bytes(row.payload) for row in EntryRow.objects.all()]
    return b"".join([*rows, *(bytes(row.header) for row in BatchRow.objects.all())])


class TestAdding:
    def test_whoever_signs_in_acts_for_their_office(self, add, country):
        account = add()

        actor = actions.actor_of(authenticate(login="a.ouattara", password=PASSWORD))

        assert (actor.account, actor.name) == (as_id(account.pk), "Amina Ouattara")
        assert (actor.office, actor.kind) == (as_id(country.kadiolo.pk), "district")

    def test_the_account_is_in_the_journal_and_the_password_nowhere_near_it(self, add):
        add()

        written = everything_written()

        assert b"a.ouattara" in written
        assert PASSWORD.encode() not in written
        assert SignIn.objects.get().password.encode() not in written

    def test_the_password_is_not_kept_as_it_was_typed(self, add):
        add()

        assert PASSWORD not in SignIn.objects.get().password

    @pytest.mark.parametrize("typed", ["A.OUATTARA", " a.Ouattara "])
    def test_capitals_and_spaces_around_a_login_do_not_matter(self, add, typed):
        add()

        assert authenticate(login=typed, password=PASSWORD) is not None
        with pytest.raises(Refused, match="is taken"):
            add(login=typed)

    def test_accents_in_any_spelling_are_one_login(self, add):
        add(login="E\u0301tienne")

        assert authenticate(login="étienne", password=PASSWORD) is not None

    @pytest.mark.parametrize("login", ["", "  ", "two words", "a/b", "x" * 81, "a\x00b\n"])
    def test_a_login_that_cannot_be_one_is_refused(self, add, login):
        with pytest.raises(Refused):
            add(login=login.replace("\x00", " "))

        assert not Account.objects.exists()

    @pytest.mark.parametrize("password", ["", "court", "password123"])
    def test_a_weak_password_leaves_no_account(self, add, password):
        with pytest.raises(Refused):
            add(password=password)

        assert not Account.objects.exists()
        assert not SignIn.objects.exists()

    def test_without_a_password_nobody_comes_in(self, add):
        add(password=None)

        assert authenticate(login="a.ouattara", password="") is None
        assert authenticate(login="a.ouattara", password=None) is None

    def test_takes_the_right_to(self, add, amina):
        without = Actor(amina.account, amina.name, amina.office, amina.kind, rights=frozenset())

        with pytest.raises(NotAllowed):
            add(by=without)


class TestClosing:
    def test_a_closed_account_lets_nobody_in_and_is_opened_again(self, add, fatou):
        account = Account.objects.get(pk=add().pk)
        sign_in = SignIn.objects.get()

        actions.set_active(account, False, seen=journal.seen(account), by=fatou)
        assert actions.actor_of(sign_in) is None

        account = Account.objects.get(pk=account.pk)
        actions.set_active(account, True, seen=journal.seen(account), by=fatou)
        assert actions.actor_of(sign_in) is not None

    def test_whoever_is_signed_in_with_it_is_out_at_the_next_page(self, add, fatou, client):
        account = Account.objects.get(pk=add().pk)
        client.post("/connexion/", {"login": "a.ouattara", "password": PASSWORD})
        assert client.get("/").status_code == 200

        actions.set_active(account, False, seen=journal.seen(account), by=fatou)

        answer = client.get("/")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/connexion/")

    def test_another_password_ends_the_other_sessions(self, add, client):
        add()
        client.post("/connexion/", {"login": "a.ouattara", "password": PASSWORD})

        actions.set_password(SignIn.objects.get(), "la pluie viendra demain")

        assert client.get("/").status_code == 302

    def test_two_who_disagree_on_it_are_both_heard(self, add, fatou, cheick):
        """One closes the account, the other moves it elsewhere: no contradiction. Open and closed is one."""
        account = Account.objects.get(pk=add().pk)
        page = journal.seen(account)

        actions.set_active(account, False, seen=page, by=fatou)
        actions.set_active(account, True, seen=page, by=cheick)

        assert ConflictRow.objects.filter(entity=account.pk).exists()

    def test_a_deleted_account_lets_nobody_in(self, add, fatou):
        account = Account.objects.get(pk=add().pk)

        with journal.write("deleted", by=fatou) as act:
            act.delete(account, seen=journal.seen(account))

        assert actions.actor_of(SignIn.objects.get()) is None


class TestCommand:
    def run(self, *words, stdin=""):
        out = io.StringIO()
        call_command("account", *words, stdout=out)
        return out.getvalue()

    def test_adds_an_account_and_shows_its_password_once(self, country, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO())

        said = self.run("add", "a.ouattara", "--name", "Amina Ouattara", "--office", "kad")

        password = said.split("shown once: ")[1].strip()
        assert "account added, of District de Kadiolo" in said
        assert authenticate(login="a.ouattara", password=password) is not None

    def test_takes_a_password_from_a_script(self, country, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\r\n"))

        said = self.run("add", "a.ouattara", "--name", "Amina", "--password-stdin")

        assert PASSWORD not in said
        assert authenticate(login="a.ouattara", password=PASSWORD) is not None

    def test_sets_another_password(self, add, monkeypatch):
        add()
        monkeypatch.setattr("sys.stdin", io.StringIO("la pluie viendra demain\n"))

        self.run("password", "A.Ouattara", "--password-stdin")

        assert authenticate(login="a.ouattara", password=PASSWORD) is None
        assert authenticate(login="a.ouattara", password="la pluie viendra demain") is not None

    def test_closes_opens_and_lists(self, add):
        add()

        assert "signs in here" in self.run("list")
        assert "closed" in self.run("close", "a.ouattara")
        assert self.run("list").rstrip().endswith("closed account")
        before = EntryRow.objects.count()
        self.run("close", "a.ouattara")
        assert EntryRow.objects.count() == before
        self.run("open", "a.ouattara")
        assert "signs in here" in self.run("list")

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (("close", "nobody"), "Nobody signs in here as nobody"),
            (("add", "x", "--name", "X", "--office", "zz"), "No office has the code or the name zz"),
        ],
    )
    def test_what_is_not_there_is_told_in_a_sentence(self, country, words, sentence, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO())

        with pytest.raises(CommandError, match=sentence):
            self.run(*words)

    def test_an_office_that_shares_its_name_is_asked_for_by_code(self, country, fatou, monkeypatch):
        from baarada.registry.models import Office

        with journal.write("set up", by=fatou) as act:
            act.create(Office, name="District de Kadiolo", kind="district", parent=country.region, code="ka2")
        monkeypatch.setattr("sys.stdin", io.StringIO())

        with pytest.raises(CommandError, match=r"Several offices .* ka"):
            self.run("add", "x", "--name", "X", "--office", "District de Kadiolo")
