// The view of fault injection: which coming calls meet which fault.

import * as api from "./api.js";
import { h } from "./dom.js";
import { bodySchema, changed, refreshFaults, state } from "./store.js";
import { button, check, chip, empty, facts, field, form, words } from "./ui.js";

const NEXT = "times";

// Each kind is a method of `Faults`: its title, and the inputs of its parameters.
const KINDS = {
  fail: ["Return an error to the next calls", ["error", NEXT, "retry_after", "before_effect"]],
  reset_connections: ["Close the connection of the next calls", [NEXT, "before_effect"]],
  lose_answers: ["Execute the next calls and never respond", [NEXT]],
  refuse_connections: ["Refuse the connection of the next calls", [NEXT]],
  garble_answers: ["Respond to the next calls with no JSON", [NEXT, "truncated"]],
  succeed_next: ["Let the next calls succeed", [NEXT]],
  fail_randomly: ["Return an error to a share of all calls", ["share", "code", "before_effect"]],
  drop_randomly: ["Close a share of all connections", ["share", "before_effect"]],
  delay: ["Delay all calls", ["seconds", "jitter"]],
  throttle: ["Throttle calls that come too fast", ["scale", "rate", "burst"]],
};

const number = (label, props = {}) => (name) => field(label, { name, key: name, type: "number", step: "any", min: 0, ...props });
const INPUTS = {
  error: (name) => field("Error", { name, key: name, required: true, value: "ThrottlingException", list: "errors" }),
  code: (name) => field("Error", { name, key: name, value: "InternalServerException", list: "errors" }),
  times: number("Number of calls", { min: 1, step: 1, value: 1 }),
  retry_after: number("Retry after, seconds"),
  before_effect: (name) => check("Before the call takes effect", { name, key: name, checked: true }),
  truncated: (name) => check("Half of the correct response", { name, key: name }),
  share: number("Share of the calls, 0 to 1", { max: 1, value: 0.05 }),
  seconds: number("Seconds", { value: 1, required: true }),
  jitter: number("Jitter, seconds"),
  scale: number("Factor of the quotas", { value: 1 }),
  rate: number("Calls a second", { hint: "The quotas of AWS if empty" }),
  burst: number("Calls at once", { min: 1 }),
};

// The newest invocations of a connector that are listed.
const INVOCATIONS = 50;

let kind = "fail";

export function faultsView() {
  return [
    h("div", { class: "title" }, h("h1", { tabindex: "-1" }, "Faults")),
    h("div", { class: "columns" }, addPanel(), planPanel()),
    state.connectors.length ? connectors() : null,
  ];
}

function addPanel() {
  const operations = [...new Set(state.calls.map((each) => each.operation).filter(Boolean))].sort();
  return h("section", { class: "panel", "aria-labelledby": "add-fault" },
    h("h2", { id: "add-fault" }, "Add a fault"),
    form({ submit: "Add fault", done: "The fault was added", key: "add-fault" },
      async (given) => {
        await api.post("faults", given);
        await refreshFaults();
      },
      field("Kind", { name: "kind", key: "kind", live: kind, options: Object.entries(KINDS).map(([name, [title]]) => [name, title]),
        onchange: (event) => {
          kind = event.currentTarget.value;
          changed();
        } }),
      field("Operation", { name: "operation", key: "operation", list: "operations", placeholder: "Any operation" }),
      h("datalist", { id: "operations" }, operations.map((value) => h("option", { value }))),
      h("datalist", { id: "errors" }, errorNames().map((value) => h("option", { value }))),
      KINDS[kind][1].map((name) => INPUTS[name](name))));
}

// The names of the service's errors, from the schema of the kind "fail".
function errorNames() {
  const kinds = bodySchema("faults").oneOf ?? [];
  return kinds.map((each) => each.properties.error?.enum).find(Boolean) ?? [];
}

function planPanel() {
  const { queued, random, delays, throttles, counts } = state.faults;
  const planned = [queued, random, delays, throttles].flat();
  return h("section", { class: "panel", "aria-labelledby": "plan" },
    h("div", { class: "panel-head" },
      h("h2", { id: "plan" }, "Planned"),
      planned.length ? button("Clear all", async () => {
        await api.remove("faults");
        await refreshFaults();
      }, { done: "All faults were removed" }) : null),
    planned.length ? h("ul", { class: "items" }, planned.map((each) => h("li", { class: "item" },
      h("div", { class: "item-head" }, h("h3", null, KINDS[each.kind]?.[0] ?? words(each.kind)), chip(each.operation ?? "Any operation")),
      parameters(each)))) : empty("No fault is planned: every call succeeds."),
    h("h3", null, "Injected so far"),
    Object.keys(counts).length ? facts(Object.entries(counts).map(([name, count]) => [words(name), count])) : empty("None."));
}

function parameters(each) {
  return facts(Object.entries(each)
    .filter(([name]) => name !== "operation" && name !== "kind")
    .map(([name, value]) => [words(name), typeof value === "boolean" ? (value ? "Yes" : "No") : value]));
}

function connectors() {
  return h("section", { class: "panel", "aria-labelledby": "connectors" },
    h("h2", { id: "connectors" }, "Connectors"),
    h("ul", { class: "items" }, state.connectors.map(connector)));
}

function connector({ arn, problems, faults, invocations }) {
  const { kind, operation } = bodySchema("connectors/{arn}/faults").properties;
  const operations = (operation.enum ?? []).filter((each) => each !== null);
  const faultsPath = api.path`connectors/${arn}/faults`;
  return h("li", { class: "item", "data-key": arn },
    h("div", { class: "item-head" },
      h("h3", null, h("code", null, arn)),
      problems.map((each) => chip(each, "bad"))),
    form({ submit: "Add fault", kind: "", done: "The fault was added", class: "inline" },
      async (given) => {
        await api.post(faultsPath, given);
        await refreshFaults();
      },
      field("Kind", { name: "kind", key: `kind-${arn}`, options: kind.enum.map((each) => [each, words(each)]) }),
      field("Operation", { name: "operation", key: `operation-${arn}`, options: [["", "Any operation"], ...operations] }),
      field("Number of invocations", { name: "times", key: `times-${arn}`, type: "number", min: 1, value: 1 })),
    faults.length ? [
      h("ul", { class: "found" }, faults.map((each) => h("li", null, `${words(each.kind)} · ${each.operation ?? "Any operation"}`))),
      h("div", { class: "actions" }, button("Clear", async () => {
        await api.remove(faultsPath);
        await refreshFaults();
      }, { done: "The connector's faults were removed" })),
    ] : null,
    invocations.length ? h("details", { "data-key": `invocations-${arn}` },
      h("summary", null, `Invocations (${invocations.length})`),
      h("ol", { class: "found" }, invocations.slice(-INVOCATIONS).reverse().map((each) =>
        h("li", null, [each.operation, `delivery ${each.delivery}`, each.outcome, each.fault].filter(Boolean).join(" · "))))) : null);
}
