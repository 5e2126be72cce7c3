// Run buttons: the Python blocks of a page share one state, as they do in the tests.
//
// Nothing is loaded before the first press. Then a worker loads Pyodide and iotmi from this site.

const blocks = [...document.querySelectorAll(".run")];
const done = new Set();
let worker = null;
let waiting = new Map();
let queue = Promise.resolve();
let generation = 0;

function ask(code) {
  if (worker === null) {
    worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => {
      waiting.get(data.id)?.(data);
      waiting.delete(data.id);
    };
    worker.onerror = (event) => {
      for (const answer of waiting.values())
        answer({ ok: false, output: `Python could not start: ${event.message ?? "no answer"}\n` });
      waiting.clear();
    };
  }
  return new Promise((resolve) => {
    const id = crypto.randomUUID?.() ?? String(Math.random());
    waiting.set(id, resolve);
    worker.postMessage({ id, code });
  });
}

const codeOf = (block) =>
  block.tagName === "SCRIPT" ? block.textContent : block.querySelector("pre").textContent;

// Run a block after those above it that have not run yet.
function run(last) {
  const started = generation;
  queue = queue.then(async () => {
    for (const block of blocks.slice(0, blocks.indexOf(last) + 1)) {
      if (generation !== started) return;
      if (block !== last && done.has(block)) continue;
      show(block, "running", done.size === 0 ? "Starting Python …\n" : "Running …\n");
      const { ok, output } = await ask(codeOf(block));
      if (generation !== started) return;
      show(block, ok ? "ok" : "failed", output || "Done. This block prints nothing.\n");
      if (!ok) return;
      done.add(block);
    }
  });
}

function show(block, state, text) {
  const output = block.output;
  if (!output) return;
  output.hidden = false;
  output.dataset.state = state;
  output.textContent = text;
  block.button.disabled = state === "running";
}

function reset() {
  generation += 1;
  worker?.terminate();
  worker = null;
  waiting = new Map();
  queue = Promise.resolve();
  done.clear();
  for (const { output, button } of blocks.filter((block) => block.output)) {
    output.hidden = true;
    output.textContent = "";
    button.disabled = false;
  }
}

function button(text, title, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.title = title;
  made.addEventListener("click", action);
  return made;
}

for (const block of blocks.filter((each) => each.tagName !== "SCRIPT")) {
  const tools = document.createElement("div");
  tools.className = "run-tools";
  block.button = button("Run", "Run this block, and those above it, in your browser", () =>
    run(block),
  );
  const again = button("Reset", "Forget everything that ran on this page", reset);
  tools.append(block.button, again);
  block.output = document.createElement("pre");
  block.output.className = "run-output";
  block.output.tabIndex = 0;
  block.output.setAttribute("role", "status");
  block.output.setAttribute("aria-label", "Output of the block above");
  block.output.hidden = true;
  block.append(tools, block.output);
}
