// The view of time and of the account state as a whole.

import * as api from "./api.js";
import { h } from "./dom.js";
import { state } from "./store.js";
import { button, confirm, dateTime, facts, field, form, opener } from "./ui.js";

const CLOCKS = {
  on_read: "Each read of a resource takes its next transition.",
  emulated: "Transitions take time, which you advance here.",
  real: "Transitions take real time, which cannot be advanced.",
};
const STEPS = [["1 minute", { minutes: 1 }], ["1 hour", { hours: 1 }], ["1 day", { days: 1 }]];
const UNITS = ["seconds", "minutes", "hours", "days"];

export function settingsView() {
  return [
    h("div", { class: "title" }, h("h1", { tabindex: "-1" }, "Time and state")),
    h("div", { class: "columns" }, clock(), account()),
  ];
}

function clock() {
  const { clock: name, now } = state.home;
  const fixed = name === "real";
  const advance = (by) => api.post("time/advance", by);
  return h("section", { class: "panel", "aria-labelledby": "clock" },
    h("h2", { id: "clock" }, "Time"),
    facts([["Now", dateTime(now)], ["Clock", name]]),
    h("p", { class: "subtitle" }, CLOCKS[name] ?? ""),
    h("div", { class: "actions", role: "group", "aria-label": "Advance by" }, STEPS.map(([label, by]) =>
      button(`+ ${label}`, () => advance(by), { disabled: fixed, done: `${label} later` }))),
    form({ submit: "Advance", kind: "", done: "Time advanced", class: "inline" },
      ({ amount, unit }) => advance({ [unit]: amount }),
      field("Amount", { name: "amount", key: "amount", type: "number", min: 0, step: "any", required: true, value: 10, disabled: fixed }),
      field("Unit", { name: "unit", key: "unit", options: UNITS, disabled: fixed })));
}

function account() {
  const { region, account: number } = state.home;
  return h("section", { class: "panel", "aria-labelledby": "state" },
    h("h2", { id: "state" }, "Account state"),
    facts([["Region", region], ["Account", number]]),
    h("h3", null, "Snapshot"),
    h("p", { class: "subtitle" }, "A snapshot holds all resources, with their secrets. Keep it as safe as them."),
    h("div", { class: "actions" },
      h("a", { class: "button", href: api.url("snapshot"), download: "iotmi-snapshot" }, "Download snapshot"),
      h("label", { class: "button file" }, "Restore snapshot…",
        h("input", { type: "file", id: "restore", onchange: restore }))),
    h("h3", null, "Reset"),
    h("div", { class: "actions" },
      opener("Reset to empty…", () => reset("empty", "All resources are removed, for every client of this emulator."), { class: "danger" }),
      opener("Reset to the demo home…", () => reset("demo", "All resources are replaced by a home with rooms, devices and people."), { class: "danger" })));
}

function reset(seed, text) {
  confirm("Reset the emulator?", text, "Reset", () => api.post("reset", { seed }), "The emulator was reset");
}

async function restore(event) {
  const input = event.currentTarget;
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  confirm("Restore this snapshot?", `${file.name} replaces all resources, for every client of this emulator.`, "Restore",
    () => api.put("snapshot", file), "The snapshot was restored");
}
