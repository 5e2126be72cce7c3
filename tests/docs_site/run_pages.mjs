// Run the blocks of pages in Pyodide, as the site's worker does, and print those that fail.
//
// node run_pages.mjs SITE BLOCKS.json, a file such as {"page": ["code", …], …}
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = `${process.argv[2]}/_static/pyodide`;
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const python = await loadPyodide();
const archive = new Uint8Array(readFileSync(`${folder}/packages.zip`));
python.unpackArchive(archive, "zip", { extractDir: "/packages" });
python.runPython("import sys; sys.path.insert(0, '/packages')");

const failed = [];
for (const [name, blocks] of Object.entries(JSON.parse(readFileSync(process.argv[3])))) {
  const page = python.runPython("from page_runner import Page; Page()");
  for (const code of blocks) {
    const [ok, output] = page.run(code).toJs();
    if (!ok) failed.push(`${name}: ${output}`);
  }
  page.close();
}
console.log(JSON.stringify(failed));
