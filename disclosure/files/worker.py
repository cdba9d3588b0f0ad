"""Runs alone, in a limited process: parses bytes that may be hostile.

Started by `sandbox.run` with ``python -I worker.py TASK JSON``; the document
comes on standard input, the answer goes to standard output. It imports nothing
of this project, so that nothing of this project can be reached from it.

Tasks: ``check-pdf`` and ``check-image`` answer JSON ``{"problem": …, "pages": …}``;
``draw`` answers PNG images, each preceded by its length in 4 bytes.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

#: Actions a reader could perform, and parts that carry other files or programs.
ACTIVE_NAMES = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/EmbeddedFile",
        "/RichMedia",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/GoToR",
        "/Movie",
        "/Sound",
        "/Rendition",
        "/FileAttachment",
        "/3D",
        "/Screen",
    }
)
ACTIVE_KEYS = frozenset({"/JS", "/AA", "/EmbeddedFiles", "/XFA", "/EF", "/JavaScript"})
DEEPEST = 60


def main() -> int:
    task, options = sys.argv[1], json.loads(sys.argv[2])
    _limit(options)
    data = sys.stdin.buffer.read()
    answer = TASKS[task](data, options)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    return 0


def _limit(options: dict[str, Any]) -> None:
    memory, seconds = options["memory_bytes"], options["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Pipes are not files: the answer can be written, the disk cannot.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _report(problem: str | None, pages: int | None = None) -> bytes:
    return json.dumps({"problem": problem, "pages": pages}).encode()


# -- PDF ------------------------------------------------------------------------


def check_pdf(data: bytes, options: dict[str, Any]) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            pages = len(pdf.pages)
            if not 0 < pages <= options["most_pages"]:
                return _report("too_many_pages" if pages else "unreadable")
            if any(_is_active(found) for found in pdf.objects):
                return _report("active_content")
            return _report(None, pages)
    except pikepdf.PasswordError:
        return _report("password_protected")
    except pikepdf.PdfError:
        return _report("unreadable")


def _is_active(found: Any) -> bool:
    return any(_names_action(part) for part in _dictionaries(found, 0))


def _dictionaries(found: Any, depth: int) -> Iterator[Any]:
    """Yield a PDF object's own dictionaries; what it refers to comes by itself."""
    if depth > DEEPEST or not isinstance(found, pikepdf.Object):
        return
    if isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
        yield found
        children = [found.get(key) for key in found.keys()]  # noqa: SIM118 -- no dict
    elif isinstance(found, pikepdf.Array):
        children = list(found)
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _dictionaries(child, depth + 1)


def _names_action(dictionary: Any) -> bool:
    keys = set(dictionary.keys())
    if keys & ACTIVE_KEYS:
        return True
    return any(
        str(dictionary.get(key)) in ACTIVE_NAMES
        for key in ("/S", "/Type", "/Subtype")
        if key in keys
    )


# -- Images ---------------------------------------------------------------------


def check_image(data: bytes, options: dict[str, Any]) -> bytes:
    # The size is judged by hand, before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(data), formats=[options["format"]]) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > options["most_pages"]:
                return _report("too_many_pages")
            for frame in range(frames):
                image.seek(frame)
                if image.width * image.height > options["most_pixels"]:
                    return _report("too_many_pixels")
                image.load()
            return _report(None, frames)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        return _report("unreadable")


# -- Drawing --------------------------------------------------------------------


def draw(data: bytes, options: dict[str, Any]) -> bytes:
    drawn = _draw_pdf if options["format"] == "PDF" else _draw_image
    output = io.BytesIO()
    for image in drawn(data, options):
        encoded = io.BytesIO()
        image.save(encoded, format="PNG")
        output.write(len(encoded.getvalue()).to_bytes(4, "big"))
        output.write(encoded.getvalue())
    return output.getvalue()


def _draw_pdf(data: bytes, options: dict[str, Any]) -> Iterator[Any]:
    document = pypdfium2.PdfDocument(data)
    last = min(options["first"] + options["count"], len(document))
    for index in range(options["first"], last):
        page = document[index]
        width, height = page.get_size()
        # A page 200 metres long must not become an image of that size.
        scale = min(
            options["width"] / max(width, 1), options["width"] * 3 / max(height, 1)
        )
        yield page.render(scale=scale, may_draw_forms=True).to_pil()


def _draw_image(data: bytes, options: dict[str, Any]) -> Iterator[Any]:
    Image.MAX_IMAGE_PIXELS = options["most_pixels"]
    with Image.open(io.BytesIO(data), formats=[options["format"]]) as image:
        last = min(options["first"] + options["count"], getattr(image, "n_frames", 1))
        for index in range(options["first"], last):
            image.seek(index)
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((options["width"], options["width"] * 3))
            # A new image: nothing of the original's metadata goes along.
            clean = Image.new("RGB", upright.size)
            clean.paste(upright)
            yield clean


TASKS = {"check-pdf": check_pdf, "check-image": check_image, "draw": draw}

if __name__ == "__main__":
    sys.exit(main())
