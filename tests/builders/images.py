"""Images as PDFs hold them, in every kind that an encoder may meet."""

import io

import numpy as np
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from builders.pdf import add_text_page


def bilevel_pdf(black, data, filter_name):
    """A page of one point a pixel that shows nothing but the image; returns the file's bytes."""
    height, width = black.shape
    with Pdf.new() as pdf:
        image = Stream(pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height)
        image.BitsPerComponent, image.ColorSpace, image.Filter = 1, Name.DeviceGray, Name(filter_name)
        page = pdf.add_blank_page(page_size=(width, height))
        page.Resources = Dictionary(XObject=Dictionary(Im=pdf.make_indirect(image)))
        page.Contents = pdf.make_stream(b"%d 0 0 %d 0 0 cm /Im Do" % (width, height))
        buffer = io.BytesIO()
        pdf.save(buffer)
        return buffer.getvalue()


def image_pdf(path, samples, size, *, bits, space, inches=(4, 4), content=None, **entries):
    """A page that paints raw samples.

    Args:
        space: A function of the document that gives the colour space, or a name.
        content: Operators instead of those that paint /Im0 at ``inches``.
    """
    width, height = size
    with Pdf.new() as pdf:
        page = add_text_page(pdf)
        image = Stream(pdf, samples, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height)
        image.BitsPerComponent = bits
        image.ColorSpace = space(pdf) if callable(space) else space
        for key, value in entries.items():
            image[f"/{key}"] = value(pdf) if callable(value) else value
        page.Resources.XObject = Dictionary(Im0=pdf.make_indirect(image))
        wide, high = inches[0] * 72, inches[1] * 72
        page.contents_add(content or f"q {wide} 0 0 {high} 36 36 cm /Im0 Do Q\n".encode())
        pdf.save(path)
    return path


def grey_shapes(width, height):
    """A smooth picture of one component."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.clip(127 + 100 * np.sin(columns / 31) * np.cos(rows / 23), 0, 255).astype(np.uint8)


def indexed(palette, base=Name.DeviceRGB):
    """An Indexed colour space over that many colours."""
    components = {Name.DeviceGray: 1, Name.DeviceRGB: 3, Name.DeviceCMYK: 4}[base]
    return Array([Name.Indexed, base, len(palette) // components - 1, String(palette)])


def tint_space(pdf, names):
    """A DeviceN space (Separation for one name) whose inks darken paper alike."""
    code = b"{ " + b"add " * (len(names) - 1) + b"neg 1 add dup 0 lt { pop 0 } if }"
    domain = Array([0, 1] * len(names))
    function = Stream(pdf, code, FunctionType=4, Domain=domain, Range=Array([0, 1]))
    inks = Array([Name(f"/{name}") for name in names])
    kind = Name.Separation if len(names) == 1 else Name.DeviceN
    return Array([kind, inks[0] if len(names) == 1 else inks, Name.DeviceGray, pdf.make_indirect(function)])
