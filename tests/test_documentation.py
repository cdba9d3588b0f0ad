"""The manual's index names every page, every link leads somewhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def targets(page: Path) -> set[Path]:
    """Return the files that a page links to, outside ones left out."""
    found = LINK.findall(page.read_text(encoding="utf-8"))
    return {(page.parent / target).resolve() for target in found}


def test_the_index_names_every_page():
    assert targets(DOCS / "README.md") == set(PAGES) - {
        ROOT / "README.md",
        DOCS / "README.md",
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page):
    assert [target for target in targets(page) if not target.exists()] == []


@pytest.mark.parametrize("page", sorted(DOCS.glob("adr/*.md")), ids=lambda p: p.stem)
def test_every_decision_begins_with_what_was_decided(page):
    title, blank, decided, *_ = page.read_text(encoding="utf-8").splitlines()

    assert title.startswith("# ")
    assert blank == ""
    assert decided.startswith("**Decided:** ")
