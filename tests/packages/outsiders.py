"""Programs that are not ours, on packages that are: what a court's clerk would run."""

import io
import json
import subprocess
import zipfile
from pathlib import Path

import jsonschema
import pikepdf

from disclosure.packages.schemas import SCHEMAS, read_schema


def unpack(package: bytes, folder: Path) -> Path:
    """Unpack as the reader does."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def run(*command: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program; never raises for what it says."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )


def sums_hold(folder: Path) -> bool:
    """Whether ``sha256sum`` finds every listed file as it was packed."""
    done = run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=folder)
    listed = len((folder / "SHA256SUMS").read_text().splitlines())
    return done.returncode == 0 and done.stdout.count(": OK") == listed


def signature_of(pdf: Path) -> str:
    """What ``pdfsig`` says of the signature."""
    return run("pdfsig", pdf).stdout


def is_sound(pdf: Path) -> bool:
    """Whether ``qpdf`` finds nothing wrong with the file."""
    return run("qpdf", "--check", pdf).returncode == 0


def require_archival(pdf: Path) -> None:
    """Assert what tells a PDF/A-2a and PDF/UA-1 reader that this is one."""
    with pikepdf.open(pdf) as document:
        metadata = document.open_metadata()
        assert metadata["pdfaid:part"] == "2"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
        (intent,) = document.Root.OutputIntents
        assert intent.S == pikepdf.Name.GTS_PDFA1
        assert document.Root.MarkInfo.Marked
        assert not document.is_encrypted
        for page in document.pages:
            if "/Annots" in page:
                assert page.Tabs == pikepdf.Name.S


def require_valid(file: Path, schema: str) -> None:
    """Assert that a JSON file follows a published schema."""
    found = read_schema(schema)
    assert found is not None
    checker = jsonschema.Draft202012Validator(
        json.loads(found), format_checker=jsonschema.FormatChecker()
    )
    checker.check_schema(json.loads(found))
    checker.validate(json.loads(file.read_bytes()))


def require_every_schema_is_sound() -> None:
    """Assert that each is a schema, under the address it is served at."""
    for name, path in SCHEMAS.items():
        schema = json.loads(path.read_bytes())
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$id"].endswith(f".example/schema/{name}.json")
