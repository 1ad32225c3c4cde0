"""Make what browsers are sent: the styles joined into one file, the script, the mark. Run by ``./run``.

Each file is then laid beside, under a name with the hash of its content and compressed once and for all; htmx
comes with its package.
"""

import shutil
import sys
from pathlib import Path

from baarada.packs import outlines

HERE = Path(__file__).parent
ORDER = ("tokens", "base", "frame", "card", "list", "figure", "file", "paper", "form", "phone", "print")
MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#232f6b" d="M0 0h24v24H0z"/>'
    '<path d="M4 4h16v16H4z" fill="none" stroke="#fff" stroke-width="2"/>'
    '<circle cx="12" cy="9.6" r="2.8" fill="#fff"/><path d="M7.5 14.6h9v2.2h-9z" fill="#fff"/></svg>'
)


def build() -> Path:
    """Write the files into ``built/``; returns the folder."""
    target = HERE / "built"
    target.mkdir(exist_ok=True)
    styles = "\n".join((HERE / "styles" / f"{name}.css").read_text(encoding="utf-8") for name in ORDER)
    _write(target / "baarada.css", styles)
    _write(target / "baarada.js", (HERE / "scripts" / "baarada.js").read_text(encoding="utf-8"))
    _write(target / "mark.svg", MARK)
    _outlines(target)
    return target


def _outlines(target: Path) -> None:
    """Outlines of countries, for maps; without a network the program is built without them, and says so."""
    for name, said in outlines.wanted().items():
        try:
            outlines.build(target / f"outlines-{name}.json", said)
        except outlines.NotFetched as why:
            print(
                f"No outlines for {name} ({why}): maps are left out. Build again with a network.",
                file=sys.stderr,
            )


def collect() -> None:
    """Lay all files under names that browsers may keep for ever into ``collected/``."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    target = HERE / "collected"
    shutil.rmtree(target, ignore_errors=True)
    # Settings of its own: the program's would make keys and ask for a register.
    settings.configure(
        INSTALLED_APPS=["django.contrib.staticfiles", "django_htmx"],
        STATIC_URL="static/",
        STATIC_ROOT=target,
        STATICFILES_DIRS=[HERE / "built"],
        STORAGES={"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}},
        WHITENOISE_KEEP_ONLY_HASHED_FILES=True,
    )
    django.setup()
    # The package carries other versions of htmx too.
    call_command(
        "collectstatic",
        interactive=False,
        verbosity=0,
        ignore_patterns=["htmx-4*", "htmax*", "ext", "outlines-*"],
    )


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    build()
    collect()
