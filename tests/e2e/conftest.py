"""Chromium, and people before it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.node import PASSWORD, Node

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    found = next((p for p in map(shutil.which, PROGRAMS) if p), None)
    assert found, "Chromium is needed. On Debian: apt-get install chromium"
    # Playwright's loop would make Django refuse its own queries in other tests of the same process.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(chromium: Browser) -> Iterator[SignIn]:
    """Somebody signs in on a machine of their own; returns their page."""
    contexts = []

    def go(node: Node, login: str, *, width: int = 1280) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="fr-FR")
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{node.address}/connexion/")
        page.get_by_label("Identifiant").fill(login)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Entrer").click()
        page.wait_for_url(f"{node.address}/")
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A new register of Mali, not yet served."""
    found = Node(tmp_path / "home")
    found.home.mkdir()
    yield found
    found.cut_power()
