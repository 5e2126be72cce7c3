"""Show mermaid drawings as pictures, one for light pages and one for dark ones.

``python docs/_ext/drawings.py`` draws them again, with Mermaid from npm in Chromium. The pictures
are part of the repository, so building the site needs neither. A picture holds the digest of its
text: the build warns about a drawing that has changed since.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen
from npm import package

DOCS: Final = Path(__file__).parents[1]
FOLDER: Final = DOCS / "_static" / "drawings"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")

_BLOCK: Final = re.compile(r"^```mermaid\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TITLE: Final = re.compile(r"^ *accTitle: *(.+)$", re.MULTILINE)

COLOURS: Final[Mapping[str, Mapping[str, str]]] = {
    "light": {
        "primaryColor": "#e6f4ee",
        "primaryTextColor": "#1b1f24",
        "primaryBorderColor": "#0a6b4e",
        "lineColor": "#57606a",
        "textColor": "#1b1f24",
        "noteBkgColor": "#fff4d6",
        "noteTextColor": "#1b1f24",
        "actorLineColor": "#9aa4ad",
        "edgeLabelBackground": "#ffffff",
    },
    "dark": {
        "darkMode": "true",
        "background": "#131416",
        "primaryColor": "#173a2e",
        "primaryTextColor": "#e6edf3",
        "primaryBorderColor": "#3ec795",
        "lineColor": "#9aa4ad",
        "textColor": "#e6edf3",
        "noteBkgColor": "#4a3d12",
        "noteTextColor": "#e6edf3",
        "actorLineColor": "#6e7781",
        "edgeLabelBackground": "#131416",
    },
}


@frozen
class Drawing:
    """A drawing of a page: its title, and its text in Mermaid's language."""

    title: str
    text: str

    @property
    def digest(self) -> str:
        """The digest of the text and of the colours."""
        return hashlib.sha256(f"{self.text}{COLOURS}".encode()).hexdigest()[:16]

    def path(self, theme: str) -> Path:
        """Return the picture for a theme."""
        slug = re.sub(r"\W+", "-", self.title.lower()).strip("-")
        return FOLDER / f"{slug}.{theme}.svg"

    def is_current(self) -> bool:
        """Return True if both pictures were drawn from this text."""
        paths = [self.path(theme) for theme in COLOURS]
        return all(path.exists() and self.digest in path.read_text()[:60] for path in paths)


def drawings_of(page: str) -> Iterator[Drawing]:
    """Yield the drawings of a page."""
    for text in _BLOCK.findall(page):
        title = _TITLE.search(text)
        if title is None:
            raise ValueError(f"a drawing has no accTitle: {text[:60]!r}")
        yield Drawing(title[1].strip(), text)


def fill(page: str, docname: str) -> tuple[str, list[str]]:
    """Return a page with pictures for its drawings, and the titles of outdated ones."""
    outdated: list[str] = []
    up = "../" * docname.count("/")

    def figure(found: re.Match[str]) -> str:
        (drawing,) = drawings_of(found[0])
        if not drawing.is_current():
            outdated.append(drawing.title)
        pictures = "".join(
            f'<img class="only-{theme}" alt="{drawing.title}" '
            f'src="{up}_static/drawings/{drawing.path(theme).name}">'
            for theme in COLOURS
        )
        return f'<figure class="drawing" tabindex="0">{pictures}</figure>\n'

    return _BLOCK.sub(figure, page), outdated


# ------------------------------------------------------------------------------------- drawing


_DRAW: Final = """async ([id, text, colours]) => {
  mermaid.initialize({
    startOnLoad: false, deterministicIds: true, theme: "base",
    flowchart: { wrappingWidth: 420, nodeSpacing: 20, rankSpacing: 16, padding: 6 },
    themeVariables: {
      ...colours, darkMode: Boolean(colours.darkMode),
      fontFamily: "Verdana, DejaVu Sans, sans-serif", fontSize: "14px",
    },
  });
  const holder = document.createElement("div");
  holder.innerHTML = (await mermaid.render(id, text)).svg;
  const picture = holder.firstElementChild;
  // Without a size of its own, a picture is as wide as the page.
  const [, , width, height] = picture.getAttribute("viewBox").split(" ");
  picture.setAttribute("width", Math.ceil(width));
  picture.setAttribute("height", Math.ceil(height));
  picture.style.maxWidth = "";
  // A picture is XML: labels have <br> in them.
  return new XMLSerializer().serializeToString(picture);
}"""


def draw(drawings: Sequence[Drawing], mermaid: Path, browser: str) -> None:
    """Write the pictures of *drawings*."""
    # Only those who draw need Playwright.
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        page = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page()
        page.add_script_tag(path=mermaid)
        for drawing in drawings:
            for theme, colours in COLOURS.items():
                name = drawing.path(theme).stem.replace(".", "-")
                picture = page.evaluate(_DRAW, [name, drawing.text, dict(colours)])
                drawing.path(theme).write_text(f"<!-- {drawing.digest} -->\n{picture}\n")


def main() -> None:
    """Redraw every drawing of the pages."""
    browser = next(filter(None, map(shutil.which, BROWSERS)))
    folder = package("mermaid")
    if folder is None:
        raise SystemExit("Mermaid is missing: npm install --no-save mermaid")
    pages = [path.read_text() for path in sorted(DOCS.rglob("*.md"))]
    drawings = [drawing for page in pages for drawing in drawings_of(page)]
    draw(drawings, folder / "dist" / "mermaid.min.js", browser)
    print(*(drawing.title for drawing in drawings), sep="\n")


if __name__ == "__main__":
    main()
