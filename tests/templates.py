"""Reads every template of the program, so that a page nobody opens in a test is still known to parse."""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

SOURCE = Path(__file__).parent.parent / "src" / "baarada"


def problems(source: Path = SOURCE) -> list[str]:
    """Templates that cannot be read, and why."""
    out = []
    for folder in sorted(source.glob("*/templates")):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = path.relative_to(folder).as_posix()
            try:
                get_template(name)
            except (TemplateSyntaxError, TemplateDoesNotExist) as error:
                out.append(f"{name}: {error}")
    return out


if __name__ == "__main__":
    django.setup()
    found = problems()
    print("\n".join(found) or "All templates are read.")
    sys.exit(1 if found else 0)
