"""The renderer of text layers, and what is loaded with it."""

import subprocess
import sys

_LOADS = """
import sys
from pdfmill.engines.ocrmypdf import load_renderer
load_renderer()
assert "ocrmypdf" not in sys.modules and "ocrmypdf._pipeline" not in sys.modules
import ocrmypdf
assert ocrmypdf.OcrElement is load_renderer().OcrElement
"""


def test_the_renderer_is_loaded_without_the_pipeline_and_leaves_the_package_whole():
    done = subprocess.run([sys.executable, "-c", _LOADS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
