"""The program as people start it: real processes, a folder of their own."""

import gzip
import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psutil
import pytest

from baarada import config
from baarada.web import build

ROOT = Path(__file__).parent.parent.parent
LONG = 180
"""Seconds after which a process that should have ended has hung."""


def environment(home, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BAARADA_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return kept | {"BAARADA_HOME": str(home), "BAARADA_LANGUAGE": "en", "PYTHONPATH": path} | more


def baarada(home, *args, **more):
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "baarada", *args],
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LONG,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def serving(home, *args, **more):
    """``baarada serve`` once it has said its address; yields the process and the address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "baarada", "serve", "--port", str(port), *args],
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    tree = [psutil.Process(process.pid)]
    try:
        said = _until_address(process)
        tree += tree[0].children(recursive=True)
        yield process, re.search(r"http://\S+", said).group()
    finally:
        for one in tree:
            if one.is_running():
                one.kill()
        process.wait(LONG)
        process.stdout.close()


def _until_address(process) -> str:
    for line in process.stdout:
        if "http://" in line:
            return line
    raise AssertionError("it ended without saying its address")


def get(address, **headers):
    request = urllib.request.Request(address, headers=headers)
    try:
        return urllib.request.urlopen(request, timeout=LONG)
    except urllib.error.HTTPError as answer:
        return answer


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A register of the invented country."""
    if not (build.HERE / "collected" / "staticfiles.json").exists():
        subprocess.run([sys.executable, "-m", "baarada.web.build"], env=environment("."), check=True)
    found = tmp_path_factory.mktemp("register")
    made = baarada(found, "init", "--pack", "demo", "--no-input")
    assert made.returncode == 0, made.stderr
    return found


class TestQuick:
    def test_the_list_of_commands_needs_nothing_heavy(self, tmp_path):
        code = "import sys; from baarada import cli; cli.main([]); print(*sys.modules, file=sys.stderr)"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=True,
        )

        assert "serve" in done.stdout
        assert "BAARADA_HOME" in done.stdout
        loaded = {name.partition(".")[0] for name in done.stderr.split()}
        assert not loaded & {"django", "babel", "cbor2", "cryptography", "psutil", "polib"}

    def test_the_process_that_watches_holds_no_django(self, tmp_path):
        code = "import sys; from baarada import serving; serving.parser(); print(*sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=True,
        )

        assert "django" not in {name.partition(".")[0] for name in done.stdout.split()}

    def test_pages_hold_nothing_that_belongs_to_helpers(self, home):
        code = "import sys; from baarada.wsgi import application; print(*sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment(home), capture_output=True, text=True, check=True
        )

        loaded = {name.partition(".")[0] for name in done.stdout.split()}
        heavy = {
            "altair",
            "duckdb",
            "ibis",
            "numpy",
            "ortools",
            "pandas",
            "pyarrow",
            "splink",
            "typst",
            "vl_convert",
        }
        only_in_children = {"pypdfium2", "python_calamine"}
        assert not loaded & (heavy | only_in_children)


class TestRefusals:
    @pytest.mark.parametrize("command", ["serve", "worker", "verify", "pack", "backup"])
    def test_without_a_register_nothing_is_made(self, tmp_path, command):
        done = baarada(tmp_path / "empty", command)

        assert done.returncode == 1
        assert done.stderr.strip() == "This folder holds no register yet. Run: baarada init"
        assert not (tmp_path / "empty").exists()

    @pytest.mark.parametrize("command", ["serve", "init", "worker"])
    def test_a_bad_setting_in_a_fresh_folder_ends_at_start(self, tmp_path, command):
        done = baarada(tmp_path / "fresh", command, BAARADA_THREADS="none")

        assert done.returncode == 1
        assert done.stderr.strip() == "BAARADA_THREADS: “none” is not a whole number from 1 to 64."
        assert not (tmp_path / "fresh").exists()

    def test_an_unknown_command(self, tmp_path):
        done = baarada(tmp_path, "srve")

        assert done.returncode == 1
        assert done.stderr.strip() == "There is no command “srve”. Run baarada alone to see them all."

    def test_an_unknown_pack(self, home):
        done = baarada(home, "pack", "atlantis")

        assert done.returncode == 1
        assert "No country pack is called atlantis" in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_database_that_does_not_answer(self, home):
        done = baarada(home, "prepare", BAARADA_DATABASE="postgres://x@127.0.0.1:1/x")

        assert done.returncode == 1
        assert done.stderr.startswith("The database cannot be reached (")
        assert len(done.stderr.strip().splitlines()) == 1

    def test_tables_of_an_older_version(self, home):
        """A new program on the folder of an old one: it says what to do, and doing that is enough."""
        assert baarada(home, "migrate", "registry", "0001").returncode == 0

        done = baarada(home, "verify")
        assert done.returncode == 1
        assert "older version of the program. Run: baarada prepare" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1

        assert baarada(home, "prepare").returncode == 0
        # Going back threw tables away with what was in them: the journal still has it.
        assert baarada(home, "rebuild").returncode == 0
        assert baarada(home, "verify").returncode == 0

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (["--port", "0"], "“0” is not a port"),
            (["--port", "http"], "“http” is not a port"),
            (["--host", "no.such.host.invalid"], "no.such.host.invalid is no address of this machine."),
        ],
    )
    def test_an_address_that_cannot_be(self, home, args, said):
        done = baarada(home, "serve", *args)

        assert done.returncode != 0
        assert said in done.stderr

    def test_a_port_that_is_taken(self, home):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]

            done = baarada(home, "serve", "--port", str(port))

        assert done.returncode == 1
        assert f"choose another port: --port {port + 1}" in done.stderr


class TestServing:
    def test_pages_and_styles_are_served_and_all_ends_together(self, home):
        with serving(home) as (process, address):
            page = get(f"{address}/connexion/")
            html = page.read().decode()
            assert page.status == 200
            assert "default-src 'self'" in page.headers["Content-Security-Policy"]

            name = re.search(r'href="(/static/baarada\.[0-9a-f]{12}\.css)"', html).group(1)
            style = get(address + name, **{"Accept-Encoding": "gzip"})
            assert "immutable" in style.headers["Cache-Control"]
            assert b"{" in gzip.decompress(style.read())
            assert get(f"{address}/static/baarada.css").status == 404
            everyone = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            assert len(everyone) >= 3

            process.terminate()
            _, alive = psutil.wait_procs(everyone, timeout=LONG)

        assert not alive

    def test_when_the_watching_process_is_killed_nothing_is_left_behind(self, home):
        with serving(home) as (process, _address):
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()

            _, alive = psutil.wait_procs(children, timeout=LONG)

        assert not alive

    def test_waitress_serves_the_same(self, home):
        with serving(home, "--no-worker", BAARADA_SERVER="waitress") as (process, address):
            assert get(f"{address}/connexion/").status == 200
            assert psutil.Process(process.pid).children() == []


HTTPS = """
import baarada.wsgi
from django.test import Client
from django.urls import reverse

browser = Client(enforce_csrf_checks=True, headers={"host": "rh.example:8443", "x-forwarded-proto": "https"})
page = reverse("web:sign-in")
browser.get(page)
form = {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value, "login": "x", "password": "y"}
print(browser.post(page, form, headers={"origin": "https://rh.example:8443"}).status_code)
print(browser.post(page, form, headers={"origin": "https://elsewhere.example"}).status_code)
"""


def test_behind_a_server_that_speaks_https_forms_are_taken(home):
    done = subprocess.run(
        [sys.executable, "-c", HTTPS],
        env=environment(home, BAARADA_HTTPS="yes", BAARADA_HOSTS="rh.example"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split() == ["422", "403"], done.stderr


class TestWorker:
    def test_once_does_what_waits_and_makes_the_backup_of_the_day(self, home):
        done = baarada(home, "worker", "--once")

        assert done.returncode == 0, done.stderr
        (backup,) = (home / "backups").glob("baarada-*.zip")
        assert abs((date.fromisoformat(backup.stem[8:]) - date.today()).days) <= 1

    def test_a_second_worker_gives_way(self, home):
        from baarada import sqlite

        lock = sqlite.library().connect(str(home / "worker.lock"), isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        try:
            done = baarada(home, "worker")
        finally:
            lock.close()

        assert done.returncode == 3
        assert "Another worker is at work" in done.stderr

    def test_beside_another_it_ends_when_the_pipe_is_closed(self, home):
        process = subprocess.Popen(
            [sys.executable, "-m", "baarada", "worker", "--beside"],
            env=environment(home),
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

        process.stdin.close()
        said = process.stderr.read()
        process.stderr.close()

        assert process.wait(LONG) in (0, -15, 143), said


class TestPrepare:
    def test_a_register_that_is_current_is_left_alone(self, home):
        done = baarada(home, "prepare")

        assert (done.returncode, done.stdout) == (0, "")

    def test_the_newest_release_is_loaded_once(self, home):
        assert "Nothing to load" in baarada(home, "pack").stdout

    def test_an_init_of_another_country_is_refused(self, home):
        done = baarada(home, "init", "--pack", "mali", "--no-input")

        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 1
        assert config.read({"BAARADA_HOME": str(home)}).pack == "demo"
