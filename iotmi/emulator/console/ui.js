// The small parts that all views share: buttons, fields, icons, messages and dialogs.

import { h } from "./dom.js";
import { changed, refreshHome } from "./store.js";

const ICONS = {
  hub: "M4 14h16v5H4zM7.5 16.5h.01M12 11V8M8.5 6.5a5 5 0 0 1 7 0M6 4a8.5 8.5 0 0 1 12 0",
  light: "M9 18h6M10 21h4M12 3a6 6 0 0 0-3.5 10.9c.6.5.9 1.1.9 1.8h5.2c0-.7.3-1.3.9-1.8A6 6 0 0 0 12 3z",
  plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
  thermostat: "M10 13.5V5a2 2 0 1 1 4 0v8.5a4 4 0 1 1-4 0zM12 9v7",
  sensor: "M12 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2zM8.5 15.5a5 5 0 0 1 0-7M15.500 8.500a5 5 0 0 1 0 7M5.700 18.300a9 9 0 0 1 0-12.600M18.300 5.700a9 9 0 0 1 0 12.600",
  fan: "M12 12a1 1 0 1 0 0-.01M12 10c-3-1-4-6 0-6s2 4 0 6zM14 12c1-3 6-4 6 0s-4 2-6 0zM12 14c3 1 4 6 0 6s-2-4 0-6zM10 12c-1 3-6 4-6 0s4-2 6 0z",
  cover: "M5 4h14M6 4v13h12V4M6 8.500h12M6 13h12M12 17v3",
  device: "M6 4h12v16H6zM10 17h4",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20a7.500 7.500 0 0 1 15 0",
  search: "M11 17a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM20 20l-4.700-4.700",
  plus: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  pause: "M9 6v12M15 6v12",
  play: "M8 5l11 7-11 7z",
};

export function icon(name) {
  return h("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, h("path", { d: ICONS[name] }));
}

// -- messages ---------------------------------------------------------------------------------

const MESSAGE_TIME = 6000;

// Show a message. Screen readers read it without leaving their place. Errors stay until dismissed.
export function say(text, { error = false } = {}) {
  const before = document.activeElement;
  const dismiss = () => {
    // The focus returns to where it was when the message came.
    if (message.contains(document.activeElement)) before?.focus();
    message.remove();
  };
  const message = h(
    "div",
    { class: error ? "message error" : "message" },
    h("p", null, text),
    h("button", { class: "quiet", type: "button", "aria-label": "Dismiss the message", onclick: dismiss }, "×"),
  );
  // A modal dialog makes the rest of the page inert, so it has a place for messages of its own.
  const places = document.querySelectorAll("#messages, dialog[open] > .messages");
  places[places.length - 1].append(message);
  if (!error) setTimeout(dismiss, MESSAGE_TIME);
}

// Carry out an action of a person: mark its control busy, then show the new state or the error.
// The control keeps the person's value until a state arrives that is later than the action.
export async function act(control, action, done) {
  if (control?.getAttribute("aria-busy") === "true") return false;
  control?.setAttribute("aria-busy", "true");
  control?.setAttribute("data-editing", "");
  let problem = null;
  try {
    await action();
  } catch (error) {
    problem = error;
  }
  control?.removeAttribute("aria-busy");
  // Without a fresh state, the control shows the last one again.
  await refreshHome().catch(() => {});
  if (control?.getAttribute("aria-busy") !== "true") control?.removeAttribute("data-editing");
  changed();
  if (problem) say(problem.message, { error: true });
  else if (done) say(done);
  return !problem;
}

// -- parts ------------------------------------------------------------------------------------

export function button(label, action, { done, kind, ...props } = {}) {
  const onclick = (event) => act(event.currentTarget, action, done);
  return h("button", { type: "button", class: kind, onclick, ...props }, label);
}

// A button that opens something, without an action on the server.
export function opener(label, onclick, props = {}) {
  return h("button", { type: "button", onclick, ...props }, label);
}

const TONES = {
  ACTIVATED: "good", SUCCEEDED: "good", ASSOCIATION_SUCCEEDED: "good", COMPLETED: "good",
  DELETION_FAILED: "bad", FAILED: "bad", TIMED_OUT: "bad", ASSOCIATION_FAILED: "bad", REJECTED: "bad",
  REFRESH_TOKEN_EXPIRED: "bad", CANCELED: "bad",
};

export function status(value) {
  return h("span", { class: `chip ${TONES[value] ?? "busy"}` }, words(value));
}

export function chip(text, tone = "") {
  return h("span", { class: `chip ${tone}` }, text);
}

// "DELETE_IN_PROGRESS" as "Delete in progress", "MoveToLevel" as "Move to level".
export function words(name) {
  const text = String(name ?? "")
    .replace(/_/g, " ")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2");
  const isConstant = text === text.toUpperCase();
  const isAcronym = (word) => !isConstant && /^[A-Z]{2,}$/.test(word);
  const joined = text.split(" ").map((word) => (isAcronym(word) ? word : word.toLowerCase())).join(" ");
  return joined.charAt(0).toUpperCase() + joined.slice(1);
}

export function time(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return h("span", null, "—");
  const text = date.toISOString();
  return h("time", { datetime: text, title: text }, `${text.slice(11, 19)}`);
}

export function dateTime(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "—" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

let ids = 0;

// A labelled input. Props are those of the input; `options` make it a select.
export function field(label, { options, hint, key, ...props } = {}) {
  const id = props.id ?? (key ? `field-${key}` : `field-${++ids}`);
  const hintId = hint ? `${id}-hint` : null;
  const control = { id, "aria-describedby": hintId, ...props };
  const input = options
    ? h("select", control, options.map((each) => {
        const [value, text] = Array.isArray(each) ? each : [each, each];
        return h("option", { value, selected: props.selected === value }, text);
      }))
    : h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...control });
  return h("div", { class: "field", "data-key": key }, h("label", { for: id }, label), input, hint ? h("small", { id: hintId }, hint) : null);
}

export function check(label, { key, ...props }) {
  const id = `field-${key ?? ++ids}`;
  return h("div", { class: "check", "data-key": key }, h("input", { type: "checkbox", id, ...props }), h("label", { for: id }, label));
}

// A description list of names and values, without empty values.
export function facts(pairs) {
  return h("dl", { class: "facts" }, pairs
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
}

export function empty(text) {
  return h("p", { class: "empty" }, text);
}

export function json(value) {
  return h("pre", { tabindex: "0", role: "region", "aria-label": "JSON" }, JSON.stringify(value, null, 2));
}

// -- forms and dialogs ------------------------------------------------------------------------

// A form whose submission is an action. *action* takes the form's values by name.
export function form({ submit, kind = "primary", done, clear = false, ...props }, action, ...children) {
  const onsubmit = async (event) => {
    event.preventDefault();
    const target = event.currentTarget;
    const control = target.querySelector("button[type=submit]");
    const worked = await act(control, () => action(values(target)), done);
    if (worked && clear) target.reset();
  };
  return h("form", { onsubmit, ...props }, children, h("div", { class: "actions" }, h("button", { type: "submit", class: kind }, submit)));
}

// The values of a form without empty ones; checkboxes as booleans, numbers as numbers.
export function values(target) {
  const found = {};
  for (const input of target.elements) {
    if (!input.name || input.disabled) continue;
    if (input.type === "checkbox") found[input.name] = input.checked;
    else if (input.value !== "") found[input.name] = input.type === "number" ? Number(input.value) : input.value;
  }
  return found;
}

// Open a modal dialog. *fill* takes a function that closes it, and returns the content.
export function dialog(title, fill) {
  const close = () => node.close();
  const node = h(
    "dialog",
    { "aria-labelledby": "dialog-title", onclose: () => node.remove() },
    h("div", { class: "dialog-head" },
      h("h2", { id: "dialog-title" }, title),
      h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: () => node.close() }, "×")),
    fill(close),
    h("div", { class: "messages", role: "status", "aria-live": "polite" }),
  );
  document.body.append(node);
  node.showModal();
  return node;
}

// Ask before an action that cannot be undone.
export function confirm(title, text, label, action, done) {
  dialog(title, (close) => [
    h("p", null, text),
    h("div", { class: "actions" },
      opener("Cancel", close),
      button(label, async () => {
        await action();
        close();
      }, { kind: "danger", done })),
  ]);
}
