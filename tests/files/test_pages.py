"""Documents as images: right pages, right size, nothing of the original's metadata."""

import io

import pikepdf
import pytest
from PIL import Image

from disclosure.files import sandbox
from disclosure.files.errors import PagesUnavailable
from disclosure.files.pages import PAGE_WIDTH, page_images
from tests.files import corpus


def opened(png):
    return Image.open(io.BytesIO(png), formats=["PNG"])


def test_the_pages_of_a_pdf_become_images():
    images = page_images(corpus.pdf(pages=3), "application/pdf")

    assert len(images) == 3
    assert opened(images[0]).width == PAGE_WIDTH


def test_a_window_of_pages_can_be_asked_for():
    document = corpus.pdf(pages=5)

    assert len(page_images(document, "application/pdf", first=3, count=9)) == 2
    assert page_images(document, "application/pdf", first=5) == ()


def test_a_page_of_absurd_length_stays_a_sane_image():
    document = pikepdf.new()
    document.add_blank_page(page_size=(10, 14_000))
    output = io.BytesIO()
    document.save(output)

    (image,) = page_images(output.getvalue(), "application/pdf")

    assert opened(image).height <= PAGE_WIDTH * 3 + 1


def test_every_frame_of_a_fax_becomes_an_image():
    images = page_images(corpus.image("TIFF", frames=3), "image/tiff")

    assert [opened(image).getpixel((0, 0))[1] for image in images] == [0, 30, 60]


def test_the_metadata_of_a_photograph_stays_behind():
    exif = Image.Exif()
    exif[0x010E] = "canary description"
    output = io.BytesIO()
    Image.new("RGB", (50, 40)).save(output, "JPEG", exif=exif)
    assert b"canary" in output.getvalue()

    (image,) = page_images(output.getvalue(), "image/jpeg")

    assert b"canary" not in image


@pytest.mark.parametrize("media_type", ["text/plain", corpus.DOCX, ""])
def test_formats_without_pages_are_refused(media_type):
    with pytest.raises(PagesUnavailable):
        page_images(b"anything", media_type)


def test_a_damaged_document_is_refused():
    with pytest.raises(PagesUnavailable):
        page_images(b"%PDF-1.7 nothing more", "application/pdf")


def test_a_document_beyond_the_limits_is_refused(monkeypatch):
    monkeypatch.setattr(sandbox, "MEMORY_BYTES", 1024 * 1024)

    with pytest.raises(PagesUnavailable):
        page_images(corpus.pdf(), "application/pdf")
