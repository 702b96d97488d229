"""Colours for a printing press, of a document that does not tell for which."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from pdfmill.engines.vips import press_profile

#: The rule that DeviceCMYK has neither a default colour space nor an output intent of its own (ISO 19005-2, 6.2.4.3).
UNDEFINED = "ISO_19005_2:6.2.4.3-3"
_CONDITION = "Chemical proof"


def define_press_colours(pdf: Pdf) -> str:
    """Say of DeviceCMYK that it means a common press; returns what to tell the user.

    No amount of ink is changed, which is why this stands in the output intent and not in each colour. RGB, which the
    output intent gave a meaning until now, keeps that as the default in all resources (ISO 32000-1, 8.6.5.6).

    Args:
        pdf: With an output intent for RGB, which `save_as_pdfa` has given it.
    """
    rgb = pdf.make_indirect(Array([Name.ICCBased, pdf.Root.OutputIntents[0].DestOutputProfile]))
    profile = pdf.make_stream(press_profile(), N=4)
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String(_CONDITION),
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])
    for holder in pdf.objects:
        resources = holder.get(Name.Resources) if isinstance(holder, Dictionary | Stream) else None
        if isinstance(resources, Dictionary):
            spaces = resources.get(Name.ColorSpace)
            if not isinstance(spaces, Dictionary):
                spaces = resources[Name.ColorSpace] = Dictionary()
            if Name.DefaultRGB not in spaces:
                spaces[Name.DefaultRGB] = rgb
    return (
        "Its colours are for a printing press, without a profile that tells which. The amounts of ink stay; a common "
        f"profile, {_CONDITION}, now says how they look."
    )
