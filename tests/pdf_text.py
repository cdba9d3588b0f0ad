"""What a PDF says, read by programs that did not make it."""

import re
import subprocess

import pypdfium2


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page as pdfium reads it."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded() for page in document]


def text_of(pdf: bytes) -> str:
    """Return the text without white space: line breaks are the layout's business."""
    return re.sub(r"\s", "", "".join(pages_of(pdf)))


def poppler_text_of(pdf: bytes) -> str:
    """Return the text as poppler reads it, columns side by side."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()
