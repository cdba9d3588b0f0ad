"""Rules every template keeps: nothing inline, nothing missing, nothing undocumented."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Engine

from tests.faces.markup import inline_faults

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PARTS = sorted((ROOT / "templates" / "base" / "parts").glob("*.html"))
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)
ICON = re.compile(r'{% icon "([a-z0-9-]+)"')
STATIC = re.compile(r"{% static ['\"]([^'\"]+)['\"]")


def name_of(path: Path) -> str:
    """Name a template in a test's id."""
    return str(path.relative_to(ROOT / "templates"))


def source(path: Path) -> str:
    """Return a template's text without its comments."""
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color:red">',
        "<a\n  onclick='go()'>",
        "<script>go()</script>",
        "<style>p{}</style>",
        '<a href="javascript:go()">',
        '<div hx-on:click="go()">',
    ],
)
def test_the_check_finds_what_it_looks_for(text: str) -> None:
    assert inline_faults(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_nothing_is_inline(path: Path) -> None:
    assert inline_faults(source(path)) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_template_compiles(path: Path) -> None:
    assert Engine.get_default().get_template(name_of(path)).nodelist is not None


@pytest.mark.parametrize("path", PARTS, ids=name_of)
def test_every_part_says_what_it_needs(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{% comment %}")


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_static_files_and_icons_exist(path: Path) -> None:
    text = source(path)
    assert [name for name in STATIC.findall(text) if not finders.find(name)] == []
    assert set(ICON.findall(text)) <= icons_in_the_sprite()


def icons_in_the_sprite() -> set[str]:
    """Return the names the sprite holds."""
    sprite = Path(str(finders.find("vendor/icons.svg"))).read_text(encoding="utf-8")
    return set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))


def test_icons_named_in_code_exist() -> None:
    named: set[str] = set()
    for path in (ROOT / "disclosure" / "templatetags").glob("desk_*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r'\(Tone\.\w+, "([a-z0-9-]+)"', text))
        named |= set(re.findall(r'DueTone\.\w+: "([a-z0-9-]+)"', text))
        named |= set(re.findall(r'Outcome\.\w+: "([a-z0-9-]+)"', text))
    assert len(named) > 20
    assert named <= icons_in_the_sprite()


def test_style_sheet_refers_only_to_files_that_exist() -> None:
    folder = Path(str(finders.find("desk/desk.css"))).parent
    text = (folder / "desk.css").read_text(encoding="utf-8")
    assert "@import" not in text
    urls = re.findall(r'url\("([^")]+)"\)', text)
    assert urls == ["chevron-down.svg"]
    assert all((folder / url).is_file() for url in urls)


def test_vendored_files_are_the_ones_documented() -> None:
    folder = ROOT / "disclosure" / "static" / "vendor"
    documented = dict(
        re.findall(
            r"\| `([\w.]+)` \|.*\| `([0-9a-f]{64})` \|",
            (folder / "README.md").read_text(encoding="utf-8"),
        )
    )
    present = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.suffix in {".css", ".js", ".svg"}
    }
    assert documented == present
