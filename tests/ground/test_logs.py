"""Logs hold no personal data, whoever writes them."""

import io
import json
import logging
import logging.config

import pytest

from baarada import logs


@pytest.fixture
def written():
    """A logger as the program sets it up, and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Lines())
    handler.addFilter(logs.Impersonal())
    found = {}

    def logger(name):
        one = logging.Logger(name)
        one.addHandler(handler)
        found[name] = one
        return one

    return logger, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_fields_that_are_not_named_are_left_out(written):
    logger, lines = written

    logger("baarada.x").info("import done", extra={"rows": 3, "person": "Traoré", "query": "Aminata"})

    (line,) = lines()
    assert (line["message"], line["rows"]) == ("import done", 3)
    assert "Traoré" not in json.dumps(line, ensure_ascii=False)
    assert "Aminata" not in json.dumps(line, ensure_ascii=False)


def test_what_others_fill_their_messages_with_is_left_out(written):
    logger, lines = written

    logger("django.request").error("Not found: %s", "/personnes/?q=Traoré")

    assert lines()[0]["message"] == "Not found: %s"


def test_an_error_says_where_it_happened_but_not_what_was_typed(written):
    logger, lines = written

    try:
        int("76 41 20 58")
    except ValueError:
        logger("baarada.x").exception("a row failed")

    (line,) = lines()
    assert line["reason"] == "ValueError"
    assert "test_logs.py" in line["exc_info"]
    assert "76 41" not in json.dumps(line)


def test_the_configuration_sends_everything_through_the_filter():
    found = logs.configuration("INFO", "_granian")

    assert found["root"]["handlers"] == found["loggers"]["_granian"]["handlers"] == ["stderr"]
    assert found["handlers"]["stderr"]["filters"] == ["impersonal"]
    assert found["handlers"]["stderr"]["formatter"] == "lines"
