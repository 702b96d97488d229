"""Documents of running text, set by a real typesetter with embedded fonts."""

from fpdf import FPDF

from missing import not_run
from pdfmill.core.errors import MissingDependency
from pdfmill.engines.noto import fonts_for


def prose_pdf(path, *pages, size=11, width=400, title=""):
    """A PDF with a page for each list of paragraphs; one that begins with ``# `` is a heading."""
    pdf = FPDF(unit="pt", format=(595, 842))
    texts = [text for page in pages for text in page]
    try:
        regular, bold = fonts_for(texts), fonts_for(texts, bold=True)
    except MissingDependency as error:
        not_run(str(error))
    for style, files in (("", regular), ("B", bold)):
        for index, file in enumerate(files):
            pdf.add_font(f"F{index}", style, file)
    pdf.set_fallback_fonts([f"F{index}" for index in range(1, len(regular))])
    pdf.set_text_shaping(True)
    pdf.set_title(title)
    for page in pages:
        pdf.add_page()
        pdf.set_xy(72, 72)
        for text in page:
            is_heading = text.startswith("# ")
            pdf.set_font("F0", "B" if is_heading else "", size * 1.5 if is_heading else size)
            pdf.set_x(72)
            pdf.multi_cell(width, size * (2 if is_heading else 1.25), text.removeprefix("# "), align="L")
            pdf.ln(size)
    pdf.output(str(path))
    return path
