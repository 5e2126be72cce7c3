// The view of people, discoveries and updates: what waits for a person's action.

import { placeNearby } from "./add_device.js";
import * as api from "./api.js";
import { h } from "./dom.js";
import { state, thing as find } from "./store.js";
import { button, chip, dateTime, dialog, empty, facts, field, form, opener, status, words } from "./ui.js";

const DONE = new Set(["COMPLETED", "CANCELED", "FAILED", "SUCCEEDED", "TIMED_OUT"]);
const TYPES = { ZIGBEE: "Zigbee", ZWAVE: "Z-Wave", CLOUD: "Cloud", CUSTOM: "Custom", CONTROLLER_CAPABILITY_REDISCOVERY: "Capability" };

export function peopleView() {
  const { associations, discoveries, nearby: placed, ota_tasks } = state.home;
  return [
    h("div", { class: "title" }, h("h1", { tabindex: "-1" }, "People and discoveries")),
    list("Account associations", associations, association, "No account is linked yet."),
    list("Discoveries", discoveries, discovery, "No discovery has run yet.",
      opener("Place a device…", placeNearby, { disabled: !(state.home.hubs.length + associations.length) })),
    placed.length ? list("Nearby devices", placed, nearby, "") : null,
    list("Updates", ota_tasks, otaTask, "There are no update tasks."),
  ];
}

function list(title, items, item, none, extra = null) {
  const id = title.toLowerCase().replaceAll(" ", "-");
  return h("section", { class: "panel", "aria-labelledby": id },
    h("div", { class: "panel-head" }, h("h2", { id }, title), extra),
    items.length ? h("ul", { class: "items" }, items.map(item)) : empty(none));
}

function to(kind, id, verb, label, done, props = {}) {
  return button(label, () => api.post(api.path`${kind}/${id}/${verb}`), { done, "data-key": `${verb}-${id}`, ...props });
}

function holding(kind, { id, held }) {
  return held ? to(kind, id, "release", "Release", "It continues") : to(kind, id, "hold", "Hold", "It waits until it is released");
}

function item(id, name, state_, held, detail, actions) {
  return h("li", { class: "item", "data-key": id },
    h("div", { class: "item-head" }, h("h3", null, name), held ? chip("Held", "busy") : null, status(state_)),
    detail,
    h("div", { class: "actions", role: "group", "aria-label": name }, actions));
}

function association(each) {
  const { id } = each;
  const waits = each.state === "ASSOCIATION_IN_PROGRESS";
  return item(id, each.name ?? "Account association", each.state, each.held,
    facts([["Id", h("code", null, id)], ["Linked", dateTime(each.created_at)], ["Error", each.error_message]]),
    [
      waits ? to("associations", id, "sign-in", "Sign in", "Signed in", { class: "primary" }) : null,
      waits ? opener("Refuse…", () => refuse(each), { "data-key": `refuse-${id}` }) : null,
      each.state === "ASSOCIATION_SUCCEEDED" ? to("associations", id, "expire-tokens", "Expire tokens", "The tokens expired") : null,
      holding("associations", each),
    ]);
}

function refuse({ id }) {
  dialog("Refuse the sign-in", (close) =>
    form({ submit: "Refuse", done: "The sign-in was refused" },
      async (given) => {
        await api.post(api.path`associations/${id}/refuse-sign-in`, given);
        close();
      },
      field("Message", { name: "message", placeholder: "The user did not sign in" })));
}

function discovery(each) {
  const { id } = each;
  const hub = find(each.hub_id);
  const association = state.home.associations.find((other) => other.id === each.association_id);
  const found = each.devices;
  const running = each.status === "RUNNING";
  return item(id, `${TYPES[each.type] ?? words(each.type)} discovery`, each.status, each.held,
    [
      facts([["Id", h("code", null, id)], ["Hub", hub && (hub.name ?? hub.id)],
        ["Account", association && (association.name ?? association.id)], ["Started", dateTime(each.started_at)],
        ["Found", found.length ? null : running ? "Nothing yet" : "Nothing"]]),
      found.length ? h("ul", { class: "found" }, found.map((device) => h("li", null, foundName(device)))) : null,
    ],
    running ? [
      to("discoveries", id, "finish", "Finish", "The discovery finished", { class: "primary" }),
      to("discoveries", id, "fail", "Fail", "The discovery failed"),
      to("discoveries", id, "time-out", "Time out", "The discovery timed out"),
      holding("discoveries", each),
    ] : null);
}

function foundName({ name, brand, model, device_types, thing_id }) {
  const text = [name, [brand, model].filter(Boolean).join(" "), device_types.join(", ")].filter(Boolean).join(" · ") || "Unnamed device";
  return thing_id && find(thing_id) ? h("a", { href: `#/things/${encodeURIComponent(thing_id)}` }, text) : text;
}

function nearby({ identifier, name, where, thing_id }) {
  const { associations } = state.home;
  const place = find(where)?.name ?? associations.find((each) => each.id === where)?.name ?? where;
  return h("li", { class: "item", "data-key": identifier },
    h("div", { class: "item-head" }, h("h3", null, name ?? identifier), thing_id ? chip("Added", "good") : chip("Not added")),
    facts([["Identifier", h("code", null, identifier)], ["Near", place]]));
}

function otaTask(each) {
  const { id } = each;
  return item(id, each.description ?? "Update", each.status, each.held,
    [
      facts([["Id", h("code", null, id)]]),
      h("ul", { class: "found" }, each.things.map((execution) => otaExecution(id, execution))),
    ],
    DONE.has(each.status) ? null : holding("ota-tasks", each));
}

function otaExecution(task, execution) {
  const thingId = execution.thing_id;
  const name = find(thingId)?.name ?? thingId;
  const go = (verb, label, done) => button(label, () => api.post(api.path`ota-tasks/${task}/things/${thingId}/${verb}`), { done, "data-key": verb });
  const open = ["QUEUED", "IN_PROGRESS"].includes(execution.status);
  return h("li", { "data-key": thingId },
    h("div", { class: "item-head" }, h("span", null, name), status(execution.status)),
    open ? h("div", { class: "actions", role: "group", "aria-label": `Update of ${name}` },
      execution.status === "QUEUED" ? go("start", "Start", "The update started") : null,
      go("finish", "Finish", "The update finished"),
      go("fail", "Fail", "The update failed"),
      go("reject", "Reject", "The update was rejected")) : null);
}
