// Pyodide in a thread of its own: one page's blocks, run in the order in which they are asked for.
import { loadPyodide } from "../pyodide/pyodide.mjs";

const PACKAGES = "/packages";

async function start() {
  const archive = fetch(new URL("../pyodide/packages.zip", import.meta.url));
  const python = await loadPyodide();
  const answer = await archive;
  if (!answer.ok) throw new Error(`${answer.url}: HTTP ${answer.status}`);
  python.unpackArchive(new Uint8Array(await answer.arrayBuffer()), "zip", {
    extractDir: PACKAGES,
  });
  python.globals.set("PACKAGES", PACKAGES);
  python.runPython("import sys; sys.path.insert(0, PACKAGES)");
  return python.runPython("from page_runner import Page; Page()");
}

const started = start();

self.onmessage = async ({ data: { id, code } }) => {
  try {
    const page = await started;
    const result = page.run(code);
    const [ok, output] = result.toJs();
    result.destroy();
    self.postMessage({ id, ok, output });
  } catch (error) {
    self.postMessage({ id, ok: false, output: `Python could not start: ${error.message}\n` });
  }
};
