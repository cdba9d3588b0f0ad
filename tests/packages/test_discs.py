"""A disc opens with 7-Zip and its password, and with nothing else."""

import io
import re
import shutil
import subprocess
import zipfile

import pytest

from disclosure.packages.discs import disc_image, new_password, platform_export
from disclosure.packages.errors import PackageError

SEVEN_ZIP = shutil.which("7zz") or shutil.which("7z") or "7z"
CONTENT = {"letter.pdf": b"%PDF letter", "data.json": "龘䶮".encode()}


def package() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        for name, content in CONTENT.items():
            made.writestr(name, content)
    return written.getvalue()


def seven_zip(*arguments):
    return subprocess.run(
        [SEVEN_ZIP, *arguments], capture_output=True, text=True, check=False
    )


def test_the_recipients_program_opens_it_with_the_password(tmp_path):
    password = new_password()
    disc = tmp_path / "disc.zip"
    disc.write_bytes(disc_image(package(), {"sealed-letter.pdf": b"%PDF"}, password))

    found = seven_zip("x", f"-p{password}", f"-o{tmp_path / 'out'}", str(disc))

    assert found.returncode == 0, found.stderr
    out = tmp_path / "out"
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        **CONTENT,
        "sealed-letter.pdf": b"%PDF",
    }


def test_it_is_aes_256_and_shut_to_any_other_password(tmp_path):
    disc = tmp_path / "disc.zip"
    disc.write_bytes(disc_image(package(), {}, new_password()))

    listed = seven_zip("l", "-slt", str(disc)).stdout
    wrong = seven_zip("t", f"-p{new_password()}", str(disc))

    assert set(re.findall(r"Method = (AES-\d+)", listed)) == {"AES-256"}
    assert wrong.returncode != 0
    assert not any(content in disc.read_bytes() for content in CONTENT.values())


def test_passwords_are_long_unlike_each_other_and_can_be_dictated():
    made = {new_password() for _ in range(50)}

    assert len(made) == 50
    assert all(
        re.fullmatch(r"([A-HJ-NP-Z2-9]{4}-){5}[A-HJ-NP-Z2-9]{4}", p) for p in made
    )


def test_what_is_no_package_is_refused():
    with pytest.raises(PackageError):
        disc_image(b"not a package", {}, new_password())


def test_an_export_is_the_same_every_time():
    export = platform_export(package(), {"sealed-letter.pdf": b"%PDF"})

    assert export == platform_export(package(), {"sealed-letter.pdf": b"%PDF"})
    with zipfile.ZipFile(io.BytesIO(export)) as opened:
        assert opened.namelist() == ["package.zip", "sealed-letter.pdf"]
        assert opened.read("package.zip") == package()
