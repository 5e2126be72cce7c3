// The live lists of events and calls.

import * as api from "./api.js";
import { h } from "./dom.js";
import { changed, pause, state, thing as find } from "./store.js";
import { act, empty, icon, json, opener, time, words } from "./ui.js";

const SHOWN = 100;
const ASIDE = 30;

const filters = { events: "", calls: "" };
// Envelopes with their secrets, by number, once a person asked for them.
const revealed = new Map();

export function activityView() {
  return [
    h("div", { class: "title" },
      h("h1", { tabindex: "-1" }, "Activity"),
      pauseButton()),
    h("div", { class: "columns" },
      panel("events", "Events", "Filter by type or device", eventRow, "No event yet. The service sends events only for notification configurations."),
      panel("calls", "Calls", "Filter by operation or error", callRow, "No call yet.")),
  ];
}

// The newest events next to another view.
export function liveEvents() {
  return [
    h("div", { class: "panel-head" }, h("h2", null, "Events"), pauseButton()),
    state.events.length
      ? h("ol", { class: "log" }, state.events.slice(0, ASIDE).map((each) => eventRow(each, "aside")))
      : empty("No event yet."),
    h("a", { href: "#/activity" }, "All events and calls"),
  ];
}

function pauseButton() {
  const { paused, waiting } = state;
  return opener([icon(paused ? "play" : "pause"), paused ? `Continue${waiting ? ` (${waiting})` : ""}` : "Pause"],
    () => pause(!paused), { class: "pause", "aria-pressed": String(paused) });
}

function panel(list, title, label, row, none) {
  const filter = filters[list].toLowerCase();
  const found = state[list].filter((each) => !filter || searchText(list, each).includes(filter));
  return h("section", { class: "panel", "aria-labelledby": list },
    h("div", { class: "panel-head" },
      h("h2", { id: list }, title),
      h("input", { type: "search", id: `filter-${list}`, "aria-label": label, placeholder: "Filter",
        oninput: (event) => {
          filters[list] = event.currentTarget.value;
          changed();
        } })),
    h("div", { role: "log", "aria-label": title }, h("ol", { class: "log" }, found.slice(0, SHOWN).map((each) => row(each, "main")))),
    found.length ? null : empty(filter ? "Nothing matches the filter." : none),
    found.length > SHOWN ? h("p", { class: "empty" }, `The newest ${SHOWN} of ${found.length}. Filter to see others.`) : null);
}

function searchText(list, each) {
  return (list === "events" ? `${words(each.event_type)} ${describe(each)}` : `${each.operation} ${each.status} ${each.error ?? ""}`).toLowerCase();
}

// -- events -----------------------------------------------------------------------------------

function eventRow(event, where) {
  const shown = revealed.get(event.number);
  const reveal = (control) => act(control, async () => {
    const { notifications } = await api.get(`notifications?after=${event.number - 1}&reveal=true`);
    const full = notifications.find((each) => each.number === event.number);
    if (!full) throw new Error("The emulator no longer has this event.");
    revealed.set(event.number, full.envelope);
    changed();
  });
  return h("li", { "data-key": `event-${where}-${event.number}` },
    h("details", null,
      h("summary", null,
        h("span", { class: "when" }, time(momentOf(event.envelope))),
        h("span", { class: "what" }, words(event.event_type)),
        h("span", { class: "about" }, describe(event))),
      h("div", { class: "opened" },
        json(shown ?? event.envelope),
        shown
          ? opener("Hide the secrets", () => { revealed.delete(event.number); changed(); })
          : opener("Show the secrets", (click) => reveal(click.currentTarget)))));
}

// Envelopes have their time as ISO 8601 or as milliseconds in a text.
function momentOf({ timestamp }) {
  return /^\d+$/.test(timestamp ?? "") ? Number(timestamp) : timestamp;
}

function describe({ envelope }) {
  const id = envelope.resources?.[0]?.split("/").pop();
  const name = find(id)?.name ?? envelope.resources?.[0]?.split(":").pop() ?? "";
  return [name, summaryOf(envelope.payload ?? {})].filter(Boolean).join(": ");
}

function summaryOf(payload) {
  const { endpoints } = payload.addedStates ?? payload;
  if (Array.isArray(endpoints)) {
    const parts = endpoints.flatMap((endpoint) => endpoint.capabilities ?? []).flatMap((capability) => [
      ...(capability.properties ?? []).map((each) => `${each.name} = ${valueText(each.value)}`),
      ...(capability.actions ?? []).map((each) => each.name),
      ...(capability.events ?? []).map((each) => each.name),
    ]);
    if (parts.length) return parts.join(", ");
  }
  const { eventType, status, result, state: now, associationState, deviceCount } = payload;
  const count = deviceCount === undefined ? null : `${deviceCount} found`;
  return [eventType, status, result, now, associationState].filter((each) => typeof each === "string").map(words).concat(count ?? []).join(", ");
}

function valueText(value) {
  const inner = value && typeof value === "object" && "propertyValue" in value ? value.propertyValue : value;
  return typeof inner === "object" ? JSON.stringify(inner) : inner;
}

// -- calls ------------------------------------------------------------------------------------

function callRow(call, where) {
  const { status, error, milliseconds } = call;
  const bad = status === 0 || status >= 400;
  return h("li", { "data-key": `call-${where}-${call.number}` },
    h("details", null,
      h("summary", null,
        h("span", { class: "when" }, time(call.started_at)),
        h("span", { class: "what" }, call.operation ?? "Unknown path"),
        h("span", { class: bad ? "about bad" : "about" },
          [status || "no response", error, milliseconds === undefined ? null : `${Math.round(milliseconds)} ms`].filter(Boolean).join(" · "))),
      h("div", { class: "opened" }, json(call))));
}
