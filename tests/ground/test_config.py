"""Settings: typed, and refused at start with a sentence that says what to write."""

import json
from pathlib import Path

import pytest

from baarada import config, disks, serving


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("BAARADA_LANGUAGE", "en")


def read(tmp_path, **env):
    return config.read({"BAARADA_HOME": str(tmp_path)} | env)


def refusal(tmp_path, **env) -> str:
    with pytest.raises(config.BadSetting) as refused:
        read(tmp_path, **env)
    return str(refused.value)


class TestReading:
    def test_without_any_setting_it_is_sqlite_in_var(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        found = config.read({})

        assert found.home == tmp_path / "var"
        assert found.database["NAME"] == str(tmp_path / "var" / "baarada.sqlite3")
        assert found.is_sqlite
        assert (found.language, found.threads, found.https) == ("fr", 4, False)
        assert not found.home.exists()

    def test_a_postgresql_address_is_taken_apart(self, tmp_path):
        found = read(tmp_path, BAARADA_DATABASE="postgres://rh:a%2Fb@centre:5433/registre").database

        assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
            "rh", "a/b", "centre", "5433", "registre",
        )  # fmt: skip

    def test_scans_lie_in_the_home_or_where_the_scanner_writes(self, tmp_path):
        assert read(tmp_path).scan_folder == tmp_path / "scans"
        elsewhere = tmp_path / "scanner"
        assert read(tmp_path, BAARADA_SCAN_FOLDER=str(elsewhere)).scan_folder == elsewhere

    def test_what_the_node_is_comes_from_its_folder(self, tmp_path):
        config.write_node(tmp_path, pack="demo", time_zone="Asia/Kathmandu", demo=True)

        found = read(tmp_path)

        assert (found.pack, found.time_zone, found.demo) == ("demo", "Asia/Kathmandu", True)


class TestRefusing:
    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("BAARADA_THREADS", "0", "“0” is not a whole number from 1 to 64"),
            ("BAARADA_THREADS", "many", "“many” is not a whole number"),
            ("BAARADA_LANGUAGE", "de", "“de” is not one of fr, en"),
            ("BAARADA_HTTPS", "maybe", "“maybe” is neither yes nor no"),
            ("BAARADA_LOG_LEVEL", "loud", "“loud” is not one of"),
            ("BAARADA_SERVER", "apache", "“apache” is not one of"),
            ("BAARADA_DATABASE", "mysql://x/y", "write postgres://"),
            ("BAARADA_DATABASE", "postgres://host", "write postgres://"),
            ("BAARADA_HOEM", "/x", "there is no such setting"),
        ],
    )
    def test_the_sentence_names_the_setting_and_what_is_wrong(self, tmp_path, name, value, said):
        sentence = refusal(tmp_path, **{name: value})

        assert sentence.startswith(f"{name}: ")
        assert said in sentence

    def test_a_damaged_node_file_is_not_taken_for_an_empty_folder(self, tmp_path):
        (tmp_path / config.NODE_FILE).write_text("{", encoding="utf-8")

        assert "cannot be read" in refusal(tmp_path)

    def test_a_node_file_that_holds_something_else_is_refused(self, tmp_path):
        (tmp_path / config.NODE_FILE).write_text(json.dumps([1]), encoding="utf-8")

        assert "cannot be read" in refusal(tmp_path)

    def test_a_folder_that_a_cloud_copies_is_refused(self, tmp_path):
        found = read(tmp_path, BAARADA_HOME=str(tmp_path / "OneDrive - DRH" / "registre"))

        with pytest.raises(config.BadSetting, match="OneDrive - DRH"):
            config.refuse_folder(found)

    def test_a_folder_on_a_network_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.setattr(disks, "is_remote", lambda folder: True)

        with pytest.raises(config.BadSetting, match="BAARADA_HOME"):
            config.refuse_folder(read(tmp_path))

    def test_a_folder_of_this_machine_is_taken(self, tmp_path):
        assert config.refuse_folder(read(tmp_path)) is None


class TestDisks:
    DISKS = {Path("/"): "ext4", Path("/mnt/share"): "cifs", Path("/mnt/share/usb"): "vfat"}

    @pytest.mark.parametrize(
        ("folder", "kind"),
        [
            ("/srv/baarada", "ext4"),
            ("/mnt/share/rh", "cifs"),
            ("/mnt/share/usb/x", "vfat"),
            ("/mnt/shared", "ext4"),
        ],
    )
    def test_the_nearest_mount_tells(self, folder, kind):
        assert disks.kind_of(Path(folder), self.DISKS) == kind

    def test_shares_count_as_remote(self):
        assert {"cifs", "nfs4", "smb3"} <= disks.NETWORKS
        assert "ext4" not in disks.NETWORKS


def test_a_refusal_is_in_french_where_nothing_else_is_asked_for(monkeypatch):
    monkeypatch.delenv("BAARADA_LANGUAGE")

    with pytest.raises(config.BadSetting, match="pas un nombre entier de 1 à 64"):
        config.read({"BAARADA_THREADS": "0"})


class TestListening:
    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
    def test_this_machine_alone(self, host):
        assert serving.is_local(host)

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "registre.sante.ml"])
    def test_others_too(self, host):
        assert not serving.is_local(host)

    @pytest.mark.parametrize(
        ("host", "shown"),
        [
            ("127.0.0.1", "http://127.0.0.1:80"),
            ("0.0.0.0", "http://localhost:80"),
            ("::1", "http://[::1]:80"),
        ],
    )
    def test_the_address_is_one_that_a_browser_takes(self, host, shown):
        assert serving.address(host, 80) == shown
