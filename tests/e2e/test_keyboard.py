"""A new agent by keyboard alone: how many keys beside what is typed."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_pages import demo, enter  # noqa: F401

pytestmark = pytest.mark.browser
MOST = 25
"""Key presses beside the text, for twelve facts."""


@dataclass
class Hands:
    """Somebody at the keyboard, counted."""

    page: Page
    pressed: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        """Keys that are no text."""
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed.append(key)

    def press_alt_n(self) -> None:
        """The key of "add": Playwright's own press never reaches access keys."""
        session = self.page.context.new_cdp_session(self.page)
        for kind in ("keyDown", "keyUp"):
            session.send("Input.dispatchKeyEvent", {"type": kind, **ALT_N})
        self.pressed.append("Alt+n")

    def type(self, text: str) -> None:
        """Text, into whatever has the focus."""
        self.page.keyboard.type(text)


ALT_N = {"modifiers": 1, "key": "n", "code": "KeyN", "windowsVirtualKeyCode": 78, "unmodifiedText": "n"}


def test_a_new_agent_with_twelve_facts_takes_few_keys(chromium, demo, capsys):  # noqa: F811
    page = enter(chromium, demo, 1280)
    page.goto(f"{demo.address}/structures/")
    facility = page.locator("main table tbody a").first.inner_text()
    hands = Hands(page)
    hands.press("/")
    hands.type("Fatoumata Zorokong")
    hands.press("Enter")
    page.wait_for_url(re.compile("/recherche/"))
    hands.press_alt_n()
    page.wait_for_url(re.compile("/personnes/ajouter/"))
    facts = [
        ("sex", "Fém"), ("born", "12/03/1991"), ("birth_place", "Kadiolo"), ("nationality", "Mal"),
        ("phone", "76 41 20 58"), ("address", "Kadiolo, Hamdallaye"),
        ("number-kind", "Mat"), ("number-number", "0917236Z"),
        ("posting-facility", facility), ("posting-cadre", "Sage"), ("posting-job", "Maîtresse sage-femme"),
        ("posting-starts", "01/02/2026"),
    ]  # fmt: skip
    for name, text in facts:
        steps = 0
        while page.evaluate("document.activeElement.name") != name:
            hands.press("Tab")
            steps += 1
            assert steps < 5, (name, page.evaluate("document.activeElement.outerHTML"))
        hands.type(text)
    hands.press("Enter")
    page.wait_for_url(re.compile(r"/personnes/[0-9a-f-]{36}/"))
    expect(page.locator("h1")).to_contain_text("Zorokong")
    file = page.locator("main").inner_text()
    for told in ("0917236Z", "Maîtresse sage-femme", "Kadiolo, Hamdallaye", facility, "76 41 20 58"):
        assert told in re.sub(r"\s", " ", file), told
    with capsys.disabled():
        print(f"\n{len(hands.pressed)} keys beside the text: {' '.join(hands.pressed)}")
    assert len(hands.pressed) <= MOST, hands.pressed
    page.context.close()
