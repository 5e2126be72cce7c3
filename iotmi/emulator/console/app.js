// The console: its header, its routes, and the drawing of the view that the address names.

import { activityView, liveEvents } from "./activity.js";
import { h, morph } from "./dom.js";
import { faultsView } from "./faults.js";
import { homeView } from "./home.js";
import { peopleView } from "./people.js";
import { settingsView } from "./settings.js";
import { changed, onChange, start, state } from "./store.js";
import { thingView } from "./thing.js";
import { dateTime, icon } from "./ui.js";

const VIEWS = {
  "": ["Home", homeView],
  people: ["People", peopleView],
  activity: ["Activity", activityView],
  faults: ["Faults", faultsView],
  settings: ["State", settingsView],
};
const WITH_EVENTS = new Set(["", "things", "people"]);
const THEMES = ["system", "light", "dark"];
const STORED_THEME = "iotmi.theme";
const RETRY = 2000;

const header = document.getElementById("top");
const main = document.getElementById("main");
const live = document.getElementById("live");

// Return the name of the view and its argument: "#/things/1" is ["things", "1"].
function route() {
  const hash = location.hash.startsWith("#/") ? location.hash.slice(2) : "";
  const [name, argument = ""] = hash.split("/").map(decodeURIComponent);
  return name === "things" || name in VIEWS ? [name, argument] : ["", ""];
}

function draw() {
  const [name, argument] = route();
  morphInto(header, headerContent(name));
  // At first, the home and the faults arrive one after the other.
  if (!state.home || !state.faults) return;
  const view = name === "things" ? thingView(argument) : VIEWS[name][1]();
  // Another route is another page: nothing of the old one may stay.
  morphInto(main, h("div", { class: "view", "data-key": `view-${name}-${argument}` }, view));
  live.hidden = !WITH_EVENTS.has(name);
  morphInto(live, live.hidden ? [] : liveEvents());
  const title = main.querySelector("h1")?.textContent;
  document.title = title ? `${title} · iotmi emulator` : "iotmi emulator";
}

function morphInto(node, content) {
  const fresh = h(node.tagName, Object.fromEntries([...node.attributes].map((each) => [each.name, each.value])), content);
  morph(node, fresh);
}

function headerContent(current) {
  const { home, connection } = state;
  const link = ([name, [label]]) =>
    h("li", null, h("a", { href: `#/${name}`, "aria-current": current === name ? "page" : null }, label));
  const texts = { live: "Live", lost: "Reconnecting", connecting: "Connecting" };
  return [
    h("a", { class: "brand", href: "#/" }, icon("hub"), h("span", null, "iotmi", h("small", null, " emulator"))),
    h("nav", { "aria-label": "Console" }, h("ul", null, Object.entries(VIEWS).map(link))),
    h("div", { class: "state" },
      home ? h("span", { class: "region" }, home.region) : null,
      home ? h("span", { class: "now" }, dateTime(home.now)) : null,
      h("span", { class: `connection ${connection}`, role: "status" }, texts[connection]),
      h("button", { type: "button", class: "quiet theme", "aria-label": `Theme: ${theme()}`, title: `Theme: ${theme()}`, onclick: nextTheme }, icon("theme"))),
  ];
}

// -- theme ------------------------------------------------------------------------------------

function theme() {
  return document.documentElement.dataset.theme ?? "system";
}

function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(STORED_THEME, next);
  } catch {
    // Storage is blocked: the theme lasts as long as the page.
  }
  changed();
}

// -- start ------------------------------------------------------------------------------------

window.addEventListener("hashchange", () => {
  if (location.hash && !location.hash.startsWith("#/")) return;
  draw();
  window.scrollTo(0, 0);
  main.querySelector("h1")?.focus();
});

async function begin() {
  try {
    await start();
  } catch (error) {
    state.connection = "lost";
    morphInto(main, h("p", { class: "empty" }, error.message));
    setTimeout(begin, RETRY);
  }
  changed();
}

onChange(draw);
draw();
void begin();
