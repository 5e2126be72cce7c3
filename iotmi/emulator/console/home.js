// The view of the home: groups of hubs and devices, with the controls that tell most.

import { addDevice } from "./add_device.js";
import { glance, propertyControl } from "./controls.js";
import { h } from "./dom.js";
import { changed, state } from "./store.js";
import { chip, empty, icon, opener, status } from "./ui.js";

const CONTROLS = 3;
const PAGE = 60;

let search = "";
let grouping = "lockers";
let shown = PAGE;

export function homeView() {
  const { hubs, devices, counts } = state.home;
  const things = [...hubs, ...devices];
  const found = things.filter(matches);
  return [
    h("div", { class: "title" },
      h("h1", { tabindex: "-1" }, "Home"),
      h("p", { class: "subtitle" }, summary(counts, things)),
      opener([icon("plus"), "Add device"], addDevice, { class: "primary" })),
    things.length ? toolbar() : null,
    groups(found.slice(0, shown)).map(section),
    found.length > shown
      ? opener(`Show ${Math.min(PAGE, found.length - shown)} more of ${found.length}`, () => {
          shown += PAGE;
          changed();
        }, { class: "more" })
      : null,
    things.length && !found.length ? empty("No device matches.") : null,
    counts.hubs + counts.devices > things.length
      ? empty(`The console shows ${things.length} of ${counts.hubs + counts.devices} things.`)
      : null,
    things.length ? null : empty("This home is empty. Add a device, or create things with an SDK: they appear here at once."),
  ];
}

function summary(counts, things) {
  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const offline = things.filter((each) => !each.online).length;
  return [
    count(counts.hubs, "hub"), count(counts.devices, "device"), count(counts.lockers, "locker"), offline ? `${offline} offline` : null,
  ].filter(Boolean).join(" · ");
}

function toolbar() {
  return h("div", { class: "toolbar", role: "search" },
    h("div", { class: "search" }, icon("search"),
      h("input", { type: "search", id: "find", "aria-label": "Find a device", placeholder: "Find a device", oninput: (event) => {
        search = event.currentTarget.value.toLowerCase();
        shown = PAGE;
        changed();
      } })),
    h("div", { class: "grouping" },
      h("label", { for: "grouping" }, "Group by"),
      h("select", { id: "grouping", live: grouping, onchange: (event) => {
        grouping = event.currentTarget.value;
        changed();
      } }, h("option", { value: "lockers" }, "Lockers"), h("option", { value: "hubs" }, "Hubs"))));
}

function matches(thing) {
  const { name, id, device_type, brand, model } = thing;
  return [name, id, device_type, brand, model].some((each) => (each ?? "").toLowerCase().includes(search));
}

function groups(things) {
  const { hubs, lockers, associations } = state.home;
  const [heads, member] = grouping === "hubs" ? [hubs, (each) => (each.role === "CONTROLLER" ? each.id : each.hub_id)]
    : [lockers, (each) => each.locker_id ?? hubs.find((hub) => hub.id === each.hub_id)?.locker_id];
  const found = new Map();
  for (const thing of things) {
    const head = heads.find((each) => each.id === member(thing)) ?? associations.find((each) => each.id === thing.association_id);
    const key = head?.id ?? "";
    if (!found.has(key)) found.set(key, { key: key || "none", name: head ? head.name ?? head.id : "On their own", things: [] });
    found.get(key).things.push(thing);
  }
  const order = [...heads, ...associations].map((each) => each.id).concat("");
  return order.filter((key) => found.has(key)).map((key) => found.get(key));
}

function section({ key, name, things }) {
  const id = `group-${key}`;
  return h("section", { "data-key": id, "aria-labelledby": id },
    h("h2", { id, class: "group" }, name),
    ["CONTROLLER", "DEVICE"].map((role) => {
      const found = things.filter((each) => each.role === role);
      return found.length ? h("ul", { class: "cards", "data-key": role }, found.map(card)) : null;
    }));
}

function card(thing) {
  const controls = glance(thing, CONTROLS);
  return h("li", { "data-key": `card-${thing.id}`, class: `card ${thing.online ? (isOn(thing) ? "on" : "") : "offline"}` },
    h("div", { class: "card-head" },
      icon(iconOf(thing)),
      h("div", { class: "card-name" },
        h("h3", null, h("a", { href: `#/things/${encodeURIComponent(thing.id)}` }, thing.name ?? "Without a name")),
        h("p", null, kindOf(thing))),
      chips(thing)),
    controls.map(({ capability, property }) => propertyControl(thing, capability, property, "card")));
}

function isOn(thing) {
  return thing.capabilities.some((each) => each.properties.some(({ name, value }) => name === "OnOff" && value === true));
}

export function kindOf(thing) {
  if (thing.role === "CONTROLLER") {
    const behind = state.home.devices.filter((each) => each.hub_id === thing.id).length;
    return behind ? `Hub of ${behind} ${behind === 1 ? "device" : "devices"}` : "Hub";
  }
  return thing.device_type ?? ([thing.brand, thing.model].filter(Boolean).join(" ") || "Device");
}

export function chips(thing) {
  return h("div", { class: "chips" },
    thing.held ? chip("Held", "busy") : null,
    thing.provisioning_status === "ACTIVATED" ? null : status(thing.provisioning_status),
    thing.online ? chip("Online", "good") : chip("Offline"));
}

export function iconOf(thing) {
  if (thing.role === "CONTROLLER") return "hub";
  const has = (name) => thing.capabilities.some((each) => each.id.includes(`.${name}@`));
  if (has("DoorLock")) return "lock";
  if (has("Thermostat")) return "thermostat";
  if (has("FanControl")) return "fan";
  if (has("WindowCovering")) return "cover";
  if (has("LevelControl") || has("ColorControl") || /light/i.test(thing.device_type ?? "")) return "light";
  if (has("OnOff")) return "plug";
  return thing.capabilities.length ? "sensor" : "device";
}
