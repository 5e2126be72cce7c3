// Controls for properties and parameters, chosen by their schema.
//
// A control acts as a person at the device: it reports a value. A command goes through the service.

import * as api from "./api.js";
import { h } from "./dom.js";
import { act, button, field, form, words } from "./ui.js";

// A range of at most this size is a slider.
const SLIDER = 10_000;

const LOCK = { Locked: ["Unlock", "Unlocked"], Unlocked: ["Lock", "Locked"] };

// These tell most at a glance, in this order.
const FIRST = [
  "OnOff", "LockState", "CurrentLevel", "SystemMode", "OccupiedHeatingSetpoint", "OccupiedCoolingSetpoint",
  "LocalTemperature", "CurrentHue", "CurrentSaturation", "ColorTemperatureMireds", "StateValue", "MeasuredValue",
  "FanMode", "PercentSetting", "CurrentPositionLiftPercent100ths", "Occupancy",
];

// Short labels for cards. Elsewhere a property has its own name.
const LABELS = {
  OnOff: "Power", LockState: "Lock", CurrentLevel: "Level", SystemMode: "Mode", OccupiedHeatingSetpoint: "Heat to",
  OccupiedCoolingSetpoint: "Cool to", LocalTemperature: "Temperature", CurrentHue: "Hue", CurrentSaturation: "Saturation",
  ColorTemperatureMireds: "Color temperature", StateValue: "State", CurrentPositionLiftPercent100ths: "Position",
};

function labelOf(capability, name, where) {
  if (where !== "card") return words(name);
  if (name === "MeasuredValue") return (capability.name ?? "").replace(/ Measurement$/, "") || words(name);
  return LABELS[name] ?? words(name);
}

// Return the properties of a card: *most* of those that have a value and a simple control.
export function glance(thing, most) {
  const all = thing.capabilities.flatMap((capability) =>
    capability.properties
      .filter((property) => isSimple(property) && property.value !== null)
      .map((property) => ({ capability, property })));
  const rank = ({ property }) => {
    const index = FIRST.indexOf(property.name);
    return index < 0 ? FIRST.length : index;
  };
  const known = all.filter((each) => rank(each) < FIRST.length).sort((a, b) => rank(a) - rank(b));
  return (known.length ? known : all).slice(0, most);
}

function isSimple(property) {
  return bitsOf(property.schema).length === 1 || ["boolean", "number", "integer", "string"].includes(kindOf(property.schema, property.value));
}

// Return the names of a bitmap's bits, or an empty list for another schema.
function bitsOf(schema) {
  const members = Object.entries(schema?.type === "object" ? schema.properties ?? {} : {});
  return members.every(([, each]) => each.type === "integer" && each.maximum === 1) ? members.map(([name]) => name) : [];
}

function kindOf(schema, value) {
  const type = [schema?.type ?? []].flat().find((each) => each !== "null");
  return type ?? (value === null ? "object" : typeof value);
}

// Return the control of a property. *where* makes the ids of two controls on one page differ.
export function propertyControl(thing, capability, property, where) {
  const { name, value } = property;
  const schema = property.schema ?? {};
  const kind = kindOf(schema, value);
  const key = [where, thing.id, capability.endpoint, capability.id, name].join("-");
  const disabled = !canReport(thing);
  const report = (control, read) =>
    act(control, () =>
      api.post(api.path`things/${thing.id}/report`, {
        name, value: read(control), capability: capability.id, endpoint: capability.endpoint,
      }));
  const common = { id: key, disabled };
  const label = labelOf(capability, name, where);
  const onchange = (read) => (event) => report(event.currentTarget, read);
  const editing = (event) => event.currentTarget.setAttribute("data-editing", "");

  if (name === "LockState" && LOCK[value]) {
    const [verb, next] = LOCK[value];
    return row(key, label, h("span", { class: "value" }, words(value)),
      h("button", { id: key, type: "button", class: "lock", disabled, "aria-label": `${verb} ${thing.name ?? ""}`.trim(),
        onclick: onchange(() => next) }, verb));
  }
  if (kind === "boolean") {
    return row(key, label,
      h("span", { class: "value", "aria-hidden": "true" }, truth(thing, name, value)),
      h("input", { ...common, type: "checkbox", role: "switch", live: value === true, onchange: onchange((input) => input.checked) }));
  }
  const bits = bitsOf(schema);
  if (bits.length === 1) {
    const on = Boolean(value?.[bits[0]]);
    return row(key, label,
      h("span", { class: "value", "aria-hidden": "true" }, value === null ? "No value" : on ? words(bits[0]) : `Not ${words(bits[0]).toLowerCase()}`),
      h("input", { ...common, type: "checkbox", role: "switch", live: on, onchange: onchange((input) => ({ [bits[0]]: Number(input.checked) })) }));
  }
  if (bits.length) {
    // All boxes are read as the person sees them, because the last change may not have come back yet.
    const shownBits = (input) => {
      const boxes = input.closest("fieldset").querySelectorAll("input");
      return { ...value, ...Object.fromEntries(bits.map((bit, at) => [bit, Number(boxes[at].checked)])) };
    };
    return h("fieldset", { class: "bits", "data-key": key }, h("legend", null, label), bits.map((bit) =>
      h("label", null,
        h("input", { type: "checkbox", disabled, live: Boolean(value?.[bit]),
          onchange: onchange(shownBits) }),
        words(bit))));
  }
  if (schema.enum) {
    const options = value === null || schema.enum.includes(value) ? schema.enum : [value, ...schema.enum];
    return row(key, label,
      h("select", { ...common, live: value ?? "", onchange: onchange((input) => input.value) },
        value === null ? h("option", { value: "", disabled: true }, "No value") : null,
        options.map((each) => h("option", { value: each }, words(each)))));
  }
  if (kind === "integer" || kind === "number") {
    const { minimum, maximum } = schema;
    const range = { min: minimum, max: maximum, step: kind === "integer" ? 1 : "any" };
    const bounded = minimum !== undefined && maximum !== undefined && maximum - minimum <= SLIDER;
    if (bounded && value !== null) {
      const filled = (at) => ({ "--filled": `${((at - minimum) / (maximum - minimum)) * 100}%` });
      const oninput = (event) => {
        editing(event);
        const at = event.currentTarget.value;
        event.currentTarget.style.setProperty("--filled", filled(at)["--filled"]);
        event.currentTarget.closest(".row").querySelector(".value").textContent = shown(capability, name, Number(at));
      };
      return row(key, label,
        h("span", { class: "value", "aria-hidden": "true" }, shown(capability, name, value)),
        h("input", { ...common, type: "range", class: name === "CurrentHue" ? "hue" : null, ...range, vars: filled(value), live: value, oninput,
          onchange: onchange((input) => Number(input.value)) }));
    }
    // A card shows degrees or percent; the view of one thing has the numbers of the protocol.
    const hundredths = where === "card" ? unitOfHundredths(capability, name) : null;
    const factor = hundredths ? 100 : 1;
    const read = (input) => (input.value === "" ? null : Math.round(Number(input.value) * factor * 1e6) / 1e6);
    return row(key, label,
      h("input", { ...common, type: "number", ...range, ...(hundredths ? { min: minimum / 100, max: maximum / 100, step: 0.01 } : {}),
        live: value === null ? "" : value / factor, placeholder: "No value", oninput: editing, onblur: settle, onchange: onchange(read) }),
      h("span", { class: "unit" }, value === null ? "" : hundredths ?? unit(capability, name, value)));
  }
  if (kind === "string") {
    return row(key, label,
      h("input", { ...common, type: "text", maxlength: schema.maxLength, live: value ?? "", placeholder: "No value",
        autocomplete: "off", oninput: editing, onblur: settle, onchange: onchange((input) => input.value) }));
  }
  return row(key, label,
    h("input", { ...common, type: "text", class: "code", live: value === null ? "" : JSON.stringify(value), placeholder: "JSON",
      autocomplete: "off", spellcheck: "false", oninput: editing, onblur: settle,
      onchange: onchange((input) => asJson(input.value)) }));
}

// An input that was left without a change follows the state again.
function settle(event) {
  const input = event.currentTarget;
  if (input.getAttribute("aria-busy") !== "true") input.removeAttribute("data-editing");
}

export function canReport(thing) {
  return thing.online && thing.provisioning_status === "ACTIVATED";
}

function row(id, label, ...parts) {
  return h("div", { class: "row", "data-key": id }, h("label", { for: id }, label), parts);
}

function truth(thing, name, value) {
  if (value === null) return "No value";
  if (name === "StateValue" && thing.device_type === "Contact Sensor") return value ? "Closed" : "Open";
  if (name === "OnOff") return value ? "On" : "Off";
  return value ? "Yes" : "No";
}

function shown(capability, name, value) {
  return unit(capability, name, value) || String(value);
}

// Return the unit of values that the protocol counts in hundredths, or null for others.
function unitOfHundredths(capability, name) {
  if (/^(Local|Outdoor)Temperature$|Setpoint$/.test(name) || /^matter\.TemperatureMeasurement@/.test(capability.id)) return "°C";
  return /^matter\.RelativeHumidity/.test(capability.id) || /Percent100ths$/.test(name) ? "%" : null;
}

// Return a value as a person reads it, or an empty text for a number without a unit.
function unit(capability, name, value) {
  const hundredths = unitOfHundredths(capability, name);
  if (hundredths) return `${(value / 100).toFixed(hundredths === "%" ? 0 : 1)} ${hundredths}`;
  if (/LevelControl@/.test(capability.id) && /Level$/.test(name)) return `${Math.round((value / 254) * 100)} %`;
  if (name === "CurrentHue") return `${Math.round((value / 254) * 360)}°`;
  if (name === "CurrentSaturation") return `${Math.round((value / 254) * 100)} %`;
  if (/Percent/.test(name)) return `${value} %`;
  return "";
}

// -- actions and events -----------------------------------------------------------------------

// Return the form that sends one action as a command through the service.
export function actionForm(thing, capability, action) {
  const key = ["do", thing.id, capability.endpoint, capability.id, action.name].join("-");
  const send = (given) =>
    api.post(api.path`things/${thing.id}/command`, {
      capability: capability.id, action: action.name, endpoint: capability.endpoint, parameters: given,
    });
  const parameters = namedSchemas(action.parameters);
  if (!parameters.length) {
    return button(words(action.name), () => send({}), { "data-key": key, done: `${words(action.name)} was sent` });
  }
  return h("details", { "data-key": key, class: "action" }, h("summary", null, words(action.name)),
    form({ submit: "Send", kind: "", done: `${words(action.name)} was sent` },
      (given) => send(decoded(given, parameters)),
      parameters.map(([name, schema]) => parameterField(key, name, schema))));
}

// Parameters come as a list of names, of named schemas, or as an object of schemas.
function namedSchemas(parameters) {
  if (Array.isArray(parameters)) {
    return parameters.map((each) => (typeof each === "string" ? [each, {}] : [each.name, each.schema ?? {}]));
  }
  return Object.entries(parameters ?? {}).map(([name, each]) => [name, each?.value ?? each?.schema ?? each ?? {}]);
}

function parameterField(key, name, schema) {
  const id = `${key}-${name}`;
  const label = words(name);
  if (schema.enum) return field(label, { id, name, options: [["", "Leave out"], ...schema.enum.map((each) => [each, words(each)])] });
  const kind = kindOf(schema, null);
  if (kind === "boolean") return field(label, { id, name, options: [["", "Leave out"], ["true", "Yes"], ["false", "No"]] });
  if (kind === "integer" || kind === "number") {
    const { minimum, maximum } = schema;
    const hint = minimum === undefined || maximum === undefined ? null : `${minimum} to ${maximum}`;
    return field(label, { id, name, type: "number", min: minimum, max: maximum, step: kind === "integer" ? 1 : "any", hint });
  }
  if (kind === "string") return field(label, { id, name, maxlength: schema.maxLength });
  return field(label, { id, name, class: "code", hint: "JSON" });
}

function decoded(given, parameters) {
  const schemas = new Map(parameters);
  return Object.fromEntries(Object.entries(given).map(([name, value]) => {
    const schema = schemas.get(name) ?? {};
    const kind = kindOf(schema, null);
    const isText = schema.enum || kind === "string" || typeof value !== "string";
    return [name, isText ? value : asJson(value)];
  }));
}

// Return the form that emits one event of a device.
export function eventForm(thing, capability, name) {
  const key = ["emit", thing.id, capability.endpoint, capability.id, name].join("-");
  return h("details", { "data-key": key, class: "action" }, h("summary", null, words(name)),
    form({ submit: "Emit", kind: "", done: `${words(name)} was emitted` },
      ({ value }) => api.post(api.path`things/${thing.id}/emit`, {
        name, value: value === undefined ? null : jsonOrText(value), capability: capability.id, endpoint: capability.endpoint,
      }),
      field("Value", { id: `${key}-value`, name: "value", class: "code", hint: "JSON or text; may be empty" })));
}

export function asJson(text) {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`This is not JSON: ${text}`);
  }
}

export function jsonOrText(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
