// The choice of a virtual device, and the dialogs that add one.

import * as api from "./api.js";
import { h } from "./dom.js";
import { state } from "./store.js";
import { dialog, field, form, words } from "./ui.js";

const HUB = "hub";

// Return the inputs that describe a device. `deviceOf` reads them.
export function deviceFields(others = []) {
  const { ready, capabilities } = state.catalogue;
  const own = h("fieldset", { class: "own", hidden: true, disabled: true },
    h("legend", null, "Capabilities"),
    h("div", { class: "choices" }, capabilities.map((name) =>
      h("label", null, h("input", { type: "checkbox", name: `capability:${name}` }), words(name)))),
    field("Device type", { name: "device_type", placeholder: "Unknown Device" }),
    field("Brand", { name: "brand", placeholder: "Emulated" }),
    field("Model", { name: "model", placeholder: "E1" }));
  const onchange = (event) => {
    own.hidden = own.disabled = event.currentTarget.value !== "";
  };
  return [
    field("Kind", { name: "kind", onchange, options: [...ready.map((each) => [each, words(each)]), ...others, ["", "Own capabilities"]] }),
    own,
  ];
}

export function deviceOf(given) {
  const name = given.name ? { name: given.name } : {};
  if (given.kind) return { kind: given.kind, ...name };
  const capabilities = Object.keys(given)
    .filter((each) => each.startsWith("capability:") && given[each])
    .map((each) => each.slice("capability:".length));
  if (!capabilities.length) throw new Error("Choose at least one capability.");
  const { device_type, brand, model } = given;
  return { capabilities, ...name, ...(device_type && { device_type }), ...(brand && { brand }), ...(model && { model }) };
}

// The places of a device: near a hub, in a locker, or in the cloud of an account association.
export function places({ lockers = true } = {}) {
  const { home } = state;
  return [
    ...home.hubs.map((hub) => [`hub_id=${hub.id}`, `Hub: ${hub.name ?? hub.id}`]),
    ...(lockers ? home.lockers.map((each) => [`locker_id=${each.id}`, `Locker: ${each.name ?? each.id}`]) : []),
    ...home.associations.map((each) => [`association_id=${each.id}`, `Cloud: ${each.name ?? each.id}`]),
  ];
}

export function placeOf(text) {
  const [member, id] = (text ?? "").split("=");
  return id ? { [member]: id } : {};
}

export function addDevice() {
  dialog("Add a device", (close) =>
    form({ submit: "Add device", done: "The device was added" },
      async (given) => {
        const name = given.name ? { name: given.name } : {};
        if (given.kind === HUB && !given.place?.startsWith("locker_id=")) delete given.place;
        const what = given.kind === HUB ? { role: "CONTROLLER" } : { device: deviceOf(given) };
        await api.post("things", { ...what, ...name, ...placeOf(given.place) });
        close();
      },
      field("Name", { name: "name", placeholder: "Reading lamp" }),
      deviceFields([[HUB, "Hub"]]),
      field("Where", { name: "place", options: [...places(), ["", "On its own"]] })));
}

// Give an existing thing a device, as after scanning its bar code.
export function equip(thing) {
  dialog("Connect a device", (close) =>
    form({ submit: "Connect", done: "The device was connected" },
      async (given) => {
        await api.post(api.path`things/${thing.id}/power-on`, { device: deviceOf(given) });
        close();
      },
      deviceFields()));
}

export function placeNearby() {
  dialog("Place a device", (close) =>
    form({ submit: "Place device", done: "The next discovery finds the device" },
      async (given) => {
        const [where] = Object.values(placeOf(given.place));
        const identifier = given.identifier ? { identifier: given.identifier } : {};
        await api.post("nearby", { where, device: deviceOf(given), ...identifier });
        close();
      },
      h("p", null, "A discovery finds it near its hub, or in its user's cloud."),
      field("Name", { name: "name", placeholder: "Porch light" }),
      deviceFields(),
      field("Where", { name: "place", required: true, options: places({ lockers: false }) }),
      field("Identifier in its cloud", { name: "identifier", hint: "Generated if empty" })));
}
