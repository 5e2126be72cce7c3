// The view of one managed thing: power, facts, secrets, and all of its capabilities.

import { equip } from "./add_device.js";
import * as api from "./api.js";
import { actionForm, eventForm, propertyControl } from "./controls.js";
import { h } from "./dom.js";
import { chips, iconOf, kindOf } from "./home.js";
import { bodySchema, changed, state, thing as find } from "./store.js";
import { act, button, dateTime, dialog, empty, facts, field, form, icon, opener, words } from "./ui.js";

const DEFAULT_REASON = "CONNECTION_LOST";

// The secrets that a person asked for, until they are hidden or another thing is opened.
let revealed = { id: null, members: null };

export function thingView(id) {
  const thing = find(id);
  const back = h("a", { class: "back", href: "#/" }, icon("back"), "Home");
  if (!thing) {
    return [back, h("h1", { tabindex: "-1" }, "Not in this home"), empty(`No managed thing has the id ${id}. It may have been deleted.`)];
  }
  if (revealed.id !== id) revealed = { id, members: null };
  return [
    back,
    h("div", { class: "title" },
      icon(iconOf(thing)),
      h("h1", { tabindex: "-1" }, thing.name ?? "Without a name"),
      h("p", { class: "subtitle" }, kindOf(thing)),
      chips(thing)),
    power(thing),
    h("section", { class: "panel", "aria-labelledby": "facts" },
      h("h2", { id: "facts" }, "Details"), details(thing), secrets(thing)),
    thing.capabilities.map((capability) => capabilityPanel(thing, capability)),
    thing.capabilities.length || thing.role === "CONTROLLER" ? null : h("section", { class: "panel" },
      h("h2", null, "Capabilities"),
      empty("No device is connected, so this thing reports nothing."),
      opener("Connect a device", () => equip(thing))),
  ];
}

function power(thing) {
  const to = (verb, label, done, props = {}) =>
    button(label, () => api.post(api.path`things/${thing.id}/${verb}`), { done, "data-key": verb, ...props });
  const deleting = thing.provisioning_status === "DELETE_IN_PROGRESS";
  return h("div", { class: "actions", role: "group", "aria-label": "Power and connection" },
    thing.online
      ? [to("power-off", "Power off", "Powered off"), opener("Go offline…", () => goOffline(thing), { "data-key": "go-offline" })]
      : [to("power-on", "Power on", "Powered on"), to("come-online", "Come online", "Online again")],
    thing.held ? to("release", "Release", "Its transitions continue") : to("hold", "Hold", "Its transitions wait"),
    deleting ? [to("confirm-deletion", "Confirm deletion", "Deleted"), to("fail-deletion", "Fail deletion", "The deletion failed")] : null);
}

function goOffline(thing) {
  const reasons = bodySchema("things/{thing_id}/go-offline").properties.reason.enum;
  dialog("Go offline", (close) =>
    form({ submit: "Go offline", done: "Offline" },
      async ({ reason }) => {
        await api.post(api.path`things/${thing.id}/go-offline`, { reason });
        close();
      },
      field("Disconnect reason", { name: "reason", options: reasons.map((each) => [each, words(each)]), selected: DEFAULT_REASON })));
}

function details(thing) {
  const { home } = state;
  const hub = home.hubs.find((each) => each.id === thing.hub_id);
  const locker = home.lockers.find((each) => each.id === thing.locker_id);
  const association = home.associations.find((each) => each.id === thing.association_id);
  return facts([
    ["Id", h("code", null, thing.id)],
    ["Role", words(thing.role)],
    ["Status", words(thing.provisioning_status)],
    ["Hub", hub && h("a", { href: `#/things/${encodeURIComponent(hub.id)}` }, hub.name ?? hub.id)],
    ["Locker", locker && (locker.name ?? locker.id)],
    ["Account association", association && (association.name ?? association.id)],
    ["Device type", thing.device_type],
    ["Brand", thing.brand],
    ["Model", thing.model],
    ["Created", dateTime(thing.created_at)],
  ]);
}

function secrets(thing) {
  const show = async () => {
    revealed = { id: thing.id, members: await api.get(api.path`things/${thing.id}/secrets`) };
    changed();
  };
  const hide = () => {
    revealed = { id: thing.id, members: null };
    changed();
  };
  const shown = revealed.members;
  return h("div", { class: "secrets" },
    h("h3", null, "Secrets"),
    shown
      ? facts(Object.entries(shown).map(([name, value]) => [words(name), h("code", null, text(value))]))
      : h("p", { class: "hidden-value" }, "Serial number, codes and addresses are hidden."),
    opener(shown ? "Hide" : "Show", (event) => (shown ? hide() : act(event.currentTarget, show)),
      { "aria-label": shown ? "Hide the secrets" : "Show the secrets" }));
}

function text(value) {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}

function capabilityPanel(thing, capability) {
  const id = `capability-${capability.endpoint}-${capability.id}`;
  const { properties, actions, events } = capability;
  // A property without a value is rare to need, so those come last, folded.
  const present = properties.filter((each) => each.value !== null);
  const absent = properties.filter((each) => each.value === null);
  const rows = (list) => h("div", { class: "rows" }, list.map((each) => propertyControl(thing, capability, each, "detail")));
  return h("section", { class: "panel", "data-key": id, "aria-labelledby": id },
    h("h2", { id }, capability.name ?? capability.id),
    h("p", { class: "subtitle" }, h("code", null, capability.id), ` · endpoint ${capability.endpoint}`),
    present.length ? rows(present) : null,
    absent.length ? h("details", { "data-key": `${id}-absent` }, h("summary", null, `Without a value (${absent.length})`), rows(absent)) : null,
    actions.length ? part("Commands", actions.map((each) => actionForm(thing, capability, each))) : null,
    events.length ? part("Events", events.map((each) => eventForm(thing, capability, each.name ?? each))) : null);
}

function part(title, content) {
  return h("div", { class: "part", role: "group", "aria-label": title }, h("h3", null, title), h("div", { class: "wrap" }, content));
}
