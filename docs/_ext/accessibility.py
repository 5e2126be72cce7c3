"""Repair the HTML of Sphinx and Furo where axe-core finds serious faults."""

import re
from typing import Final

_LIST: Final = re.compile(r"<dl>\n((?:<dd>(?:(?!<dd>).)*?</dd>\n?)+)</dl>", re.DOTALL)


def repair_body(body: str) -> str:
    """Return the body of a page, repaired."""
    # A block that scrolls must be in reach of the keyboard.
    body = body.replace('<div class="highlight"><pre>', '<div class="highlight"><pre tabindex="0">')
    # Sphinx writes the lines of a long signature as definitions without terms.
    return _LIST.sub(
        lambda found: (
            '<div class="sig-lines">\n'
            + found[1].replace("<dd>", "<div>").replace("</dd>", "</div>")
            + "</div>"
        ),
        body,
    )


def repair_navigation(tree: str) -> str:
    """Return the navigation of a page, repaired: a heading needs a level."""
    return tree.replace('role="heading"', 'role="heading" aria-level="2"')
