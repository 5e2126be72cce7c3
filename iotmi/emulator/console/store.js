// The state of the page, as the server sent it. Views read it and never write it.
//
// The stream says that something changed, and the store fetches it. So all open consoles agree.

import * as api from "./api.js";

const KEPT = 500;
const RETRY = 2000;
const CONNECTORS = "/_emulator/connectors";

export const state = {
  home: null,
  faults: null,
  connectors: [],
  catalogue: null,
  // The OpenAPI description of the server: it has the values that a member may take.
  description: null,
  events: [],
  calls: [],
  // "connecting" at first, then "live" or "lost".
  connection: "connecting",
  paused: false,
  waiting: 0,
};

let listener = () => {};
let held = [];
let scheduled = false;
let source = null;

export function onChange(given) {
  listener = given;
}

// Draw the page once for all changes of this turn.
export function changed() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    listener();
  });
}

// Wrap a fetch so that calls during a fetch share one further fetch.
function coalesced(fetch) {
  let running = null;
  let again = null;
  const run = async () => {
    try {
      await fetch();
    } finally {
      running = null;
    }
    changed();
  };
  return () => {
    if (!running) return (running = run());
    again ??= running.then(() => {}, () => {}).then(() => {
      again = null;
      return (running = run());
    });
    return again;
  };
}

export const refreshHome = coalesced(async () => {
  const { generation } = state.home ?? {};
  state.home = await api.get("home");
  // Another generation counts its events and calls from the beginning.
  if (source && state.home.generation !== generation) follow();
});

export const refreshFaults = coalesced(async () => {
  state.faults = await api.get("faults");
  if (CONNECTORS in state.description.paths) state.connectors = (await api.get("connectors")).connectors;
});

export async function start() {
  [state.catalogue, state.description] = await Promise.all([api.get("devices"), api.get("openapi.json")]);
  await Promise.all([refreshHome(), refreshFaults()]);
  follow();
}

// Follow the stream from the beginning, in new lists.
function follow() {
  source?.close();
  state.events = [];
  state.calls = [];
  held = [];
  state.waiting = 0;
  source = new EventSource(api.url("stream?after=0"));
  source.onopen = () => {
    state.connection = "live";
    changed();
  };
  source.onerror = () => {
    state.connection = "lost";
    changed();
    // The browser itself opens a lost stream again, but not a refused one.
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, RETRY);
  };
  source.addEventListener("notification", (event) => take("events", JSON.parse(event.data)));
  source.addEventListener("call", (event) => take("calls", JSON.parse(event.data)));
  // A failed fetch needs no message: the stream reports the lost connection.
  source.addEventListener("home", () => {
    void refreshHome().catch(() => {});
    // The invocations of connectors come with changes of the home.
    if (state.connectors.length) void refreshFaults().catch(() => {});
  });
  source.addEventListener("faults", () => void refreshFaults().catch(() => {}));
}

function take(list, item) {
  if (state.paused) {
    held.push([list, item]);
    state.waiting = held.length;
  } else {
    insert(list, item);
  }
  changed();
}

// The newest first, without what a new connection repeats.
function insert(list, item) {
  const items = state[list];
  const index = items.findIndex((each) => each.number <= item.number);
  if (index >= 0 && items[index].number === item.number) return;
  items.splice(index < 0 ? items.length : index, 0, item);
  items.length = Math.min(items.length, KEPT);
}

export function pause(paused) {
  state.paused = paused;
  if (!paused) {
    for (const [list, item] of held) insert(list, item);
    held = [];
    state.waiting = 0;
  }
  changed();
}

// Return the body that a route takes, as a JSON schema.
export function bodySchema(route) {
  return state.description.paths[`/_emulator/${route}`].post.requestBody.content["application/json"].schema;
}

export function thing(id) {
  return state.home?.hubs.concat(state.home.devices).find((each) => each.id === id);
}
