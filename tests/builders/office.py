"""Office documents, honest and hostile, with no more in them than a test needs."""

import zipfile

TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
MAIN = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
PICTURE = """<w:drawing><wp:inline><wp:extent cx="914400" cy="914400"/><wp:docPr id="1" name="p"/><a:graphic>
<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>
<pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link="rId9"/></pic:blipFill>
<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="914400" cy="914400"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr>
</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"""
DOCUMENT = """<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">
<w:body><w:p><w:r><w:t>{text}</w:t>{more}</w:r></w:p></w:body></w:document>"""


def docx(path, *, text="Hello", external_picture=None, prolog="", members=()):
    """A Word document of one page.

    Args:
        external_picture: A URL that it links to as a picture.
        prolog: Before the root element of its main part, where a document type stands.
        members: More files, as (name or ZipInfo, content).
    """
    relations, more = "", ""
    if external_picture:
        more = PICTURE
        relations = (
            f'<Relationship Id="rId9" Type="{OFFICE}/image" Target="{external_picture}" TargetMode="External"/>'
            f'<Relationship Id="rId8" Type="{OFFICE}/hyperlink" Target="http://example.org/" TargetMode="External"/>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS.format(MAIN))
        archive.writestr("word/_rels/document.xml.rels", RELATIONS.format(relations))
        archive.writestr("word/document.xml", prolog + DOCUMENT.format(text=text, more=more))
        for name, content in members:
            archive.writestr(name, content)
    return path
