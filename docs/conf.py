"""Configuration of the documentation site: ``sphinx-build -W -n docs site``."""

import sys
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parent
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent)]

import iotmi  # noqa: E402

project = "iotmi"
author = "The iotmi developers"
project_copyright = "The iotmi developers"
version = release = iotmi.__version__

extensions = ["myst_parser", "sphinx_copybutton", "site_pages"]
exclude_patterns = ["_*"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["colon_fence", "attrs_inline"]
myst_heading_anchors = 4
myst_links_external_new_tab = False

default_role = "py:obj"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
add_module_names = False
# The pages list their names themselves: as entries of each table of contents, they double the time.
toc_object_entries = False
nitpicky = True
# No network: the names of other projects have no links.
nitpick_ignore_regex = [("py:.*", r"(?!iotmi\.).*")]

html_theme = "furo"
html_title = f"iotmi {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/mark.svg"
html_logo = "_static/mark.svg"
html_copy_source = False
html_show_sphinx = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0a6b4e",
        "color-brand-content": "#0a6b4e",
        "color-api-name": "#0a6b4e",
        "color-api-pre-name": "#57606a",
    },
    "dark_css_variables": {
        "color-brand-primary": "#3ec795",
        "color-brand-content": "#3ec795",
        "color-api-name": "#3ec795",
        "color-api-pre-name": "#9aa4ad",
    },
}
copybutton_exclude = ".linenos, .gp, .run-tools"
