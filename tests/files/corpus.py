"""Files that come in: benign ones, and ones made to do harm. All built here."""

import io
import struct
import zipfile
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(change=None, *, pages=1, **save_options):
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    if change:
        change(document)
    output = io.BytesIO()
    document.save(output, **save_options)
    return output.getvalue()


def in_object_streams(change):
    return pdf(change, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def image(kind, size=(60, 40), frames=1):
    output = io.BytesIO()
    pictures = [Image.new("RGB", size, (200, 30 * n, 10)) for n in range(frames)]
    more = {"save_all": True, "append_images": pictures[1:]} if frames > 1 else {}
    pictures[0].save(output, kind, **more)
    return output.getvalue()


def archive(members, **options):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, **options) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return output.getvalue()


def docx(extra=None):
    members = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": "<w:document>Example</w:document>",
        "word/_rels/document.xml.rels": "<Relationships/>",
    }
    return archive(members | (extra or {}))


def ofd(extra=None):
    return archive(
        {"OFD.xml": "<ofd:OFD/>", "Doc_0/Document.xml": "<d/>"} | (extra or {})
    )


def png_claiming(width, height):
    """A few hundred bytes that claim to be a picture of any size."""

    def chunk(kind, content):
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def lying_archive():
    """A directory that says ten bytes over a member of 300 MB."""
    data = bytearray(docx({"word/media/a.xml": bytes(300 * 1024 * 1024)}))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        position = -1
        while (position := data.find(signature, position + 1)) >= 0:
            size = struct.unpack_from("<I", data, position + offset)[0]
            if size > 1024 * 1024:
                struct.pack_into("<I", data, position + offset, 10)
    return bytes(data)


def symlink_archive():
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as packed:
        packed.writestr("word/document.xml", "<w:document/>")
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/hostname")
    return output.getvalue()


def encrypted_archive():
    data = bytearray(docx())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        position = data.find(signature)
        data[position + offset] |= 1
    return bytes(data)


def with_object_stream(unpacked):
    """A one-page PDF whose object stream unpacks to this many bytes."""
    objects = (
        b"<</Type/Catalog/Pages 3 0 R>>".ljust(50),
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>".ljust(50),
        b"<</Type/Page/Parent 3 0 R/MediaBox[0 0 9 9]>>".ljust(50),
    )
    header = b"2 0 3 50 4 100 "
    packer = zlib.compressobj(1)
    packed = packer.compress(header + b"".join(objects))
    filler = b" " * 1024 * 1024
    for _ in range(unpacked // len(filler)):
        packed += packer.compress(filler)
    packed += packer.flush()
    document = (
        b"%%PDF-1.5\n1 0 obj<</Type/ObjStm/N 3/First %d/Filter/FlateDecode/Length %d>>"
        b"stream\n" % (len(header), len(packed))
    )
    document += packed + b"\nendstream endobj\n"
    rows = [(0, 0, 65535), (1, 9, 0), (2, 1, 0), (2, 1, 1), (2, 1, 2)]
    rows.append((1, len(document), 0))
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    return document + (
        b"5 0 obj<</Type/XRef/Size 6/W[1 4 2]/Root 2 0 R/Length %d>>stream\n"
        % len(table)
        + table
        + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % len(document)
    )


# -- PDF parts that act -----------------------------------------------------------


def open_action_script(document):
    document.Root.OpenAction = Dictionary(
        S=Name.JavaScript, JS=String("app.alert('hello')")
    )


def script_by_name(document):
    action = Dictionary(S=Name.JavaScript, JS=String("app.alert('hello')"))
    names = Array([String("start"), document.make_indirect(action)])
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=names))


def script_in_stream(document):
    script = document.make_stream(b"app.alert('hello')")
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=script)


def launch(document):
    document.Root.OpenAction = Dictionary(S=Name.Launch, F=String("program.exe"))


def page_action(document):
    uri = Dictionary(S=Name.URI, URI=String("https://www.example.com/"))
    document.pages[0].AA = Dictionary(O=uri)


def attachment(document):
    document.attachments["note.txt"] = b"attached"


def file_annotation(document):
    document.pages[0].Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9])]
    )


def forms_in_xml(document):
    form = document.make_stream(b"<xdp:xdp/>")
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=form)


def form_that_submits(document):
    action = Dictionary(S=Name.SubmitForm, F=String("https://www.example.com/"))
    button = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Btn,
            T=String("send"),
            Rect=[0, 0, 9, 9],
            A=action,
        )
    )
    document.pages[0].Annots = Array([button])
    document.Root.AcroForm = Dictionary(Fields=Array([button]))


def rich_media(document):
    document.pages[0].Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=[0, 0, 9, 9])]
    )


def remote_file(document):
    document.Root.OpenAction = Dictionary(S=Name.GoToR, F=String("other.pdf"))


def nested_deep(document):
    inner = Dictionary(S=Name.JavaScript, JS=String("1"))
    for _ in range(20):
        inner = Dictionary(Next=Array([inner]), S=Name.GoTo)
    document.Root.OpenAction = inner


PDF_ACTIONS = (
    open_action_script,
    script_by_name,
    script_in_stream,
    launch,
    page_action,
    attachment,
    file_annotation,
    forms_in_xml,
    form_that_submits,
    rich_media,
    remote_file,
    nested_deep,
)


def link_to_a_page(document):
    document.pages[0].Annots = Array(
        [
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Rect=[0, 0, 9, 9],
                A=Dictionary(S=Name.URI, URI=String("https://www.example.com/")),
            )
        ]
    )


def open_at_a_page(document):
    document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])


def plain_form(document):
    field = Dictionary(FT=Name.Tx, T=String("name"), V=String("Example"))
    document.Root.AcroForm = Dictionary(Fields=Array([field]))


BENIGN = {
    "one-page.pdf": ("application/pdf", pdf()),
    "many-pages.pdf": ("application/pdf", pdf(pages=120)),
    "link.pdf": ("application/pdf", pdf(link_to_a_page)),
    "opens-at-page.pdf": ("application/pdf", pdf(open_at_a_page)),
    "form.pdf": ("application/pdf", pdf(plain_form)),
    "compressed.pdf": ("application/pdf", in_object_streams(plain_form)),
    "no-claim.pdf": ("application/octet-stream", pdf()),
    "nothing-said.PDF": ("", pdf()),
    "协助调查函（盖章）.pdf": ("application/pdf", pdf()),
    "scan.png": ("image/png", image("PNG")),
    "scan.jpg": ("image/jpeg", image("JPEG")),
    "scan.JPEG": ("image/jpeg", image("JPEG", (1240, 1754))),
    "fax.tif": ("image/tiff", image("TIFF")),
    "fax-three-pages.tiff": ("image/tiff", image("TIFF", frames=3)),
    "statement.docx": (DOCX, docx()),
    "with-link.docx": (
        DOCX,
        docx(
            {
                "word/_rels/settings.xml.rels": '<Relationship Type="x/hyperlink" '
                'Target="https://www.example.com/" TargetMode="External"/>'
            }
        ),
    ),
    "with-picture.docx": (DOCX, docx({"word/media/image1.png": image("PNG")})),
    "sealed.ofd": ("application/ofd", ofd()),
    "links.csv": ("text/csv", "链接,时间\r\n".encode("utf-8-sig")),
    "links-windows.csv": ("application/vnd.ms-excel", "链接,时间\n".encode("gb18030")),
    "note.txt": ("text/plain", "声明\n".encode()),
    "table.txt": ("text/plain; charset=utf-8", b"a\tb\r\n"),
}
