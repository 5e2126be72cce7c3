// Elements, and the update of a page to a fresh tree of elements.
//
// A view returns fresh elements for the present state, and `morph` changes the page to match. What
// already matches stays, and with it the focus, the scroll position and unsent input.
// Text enters the page as text nodes only.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle", "rect"]);

// These belong to the person at the page, not to the state.
const KEPT = new Set(["open", "data-editing", "aria-busy"]);

// Return an element. Special props: `on…` a handler, `live` the value of an input that follows the
// state, `vars` custom properties of CSS. Null and false leave an attribute out.
export function h(tag, props, ...children) {
  const node = SVG_TAGS.has(tag)
    ? document.createElementNS(SVG, tag)
    : document.createElement(tag);
  node.handlers = {};
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false || name === "live") continue;
    if (name.startsWith("on")) node.handlers[name] = node[name] = value;
    else if (name === "vars") setVars(node, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  if (props && "live" in props) {
    node.live = props.live;
    showLive(node);
  }
  return node;
}

// Change *old* to equal *fresh*, and return the node that is now in the page.
export function morph(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return old;
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !KEPT.has(name) && name !== "style") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== "style" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const name of Object.keys(old.handlers ?? {})) {
    if (!(name in fresh.handlers)) old[name] = null;
  }
  Object.assign(old, fresh.handlers);
  old.handlers = fresh.handlers;
  if (fresh.vars) setVars(old, fresh.vars);
  morphChildren(old, [...fresh.childNodes]);
  if (fresh.live !== undefined) {
    old.live = fresh.live;
    showLive(old);
  }
  return old;
}

function morphChildren(parent, wanted) {
  const keys = new Set(wanted.map(keyOf).filter(Boolean));
  const keyed = new Map();
  for (const node of [...parent.childNodes]) {
    const key = keyOf(node);
    if (key && !keys.has(key)) node.remove();
    else if (key) keyed.set(key, node);
  }
  let at = parent.firstChild;
  for (const fresh of wanted) {
    const key = keyOf(fresh);
    const match = key ? keyed.get(key) : at && !keyOf(at) ? at : undefined;
    if (match && match.nodeName === fresh.nodeName) {
      if (match === at) at = at.nextSibling;
      else parent.insertBefore(match, at);
      morph(match, fresh);
    } else {
      parent.insertBefore(fresh, at);
      if (match) {
        if (match === at) at = at.nextSibling;
        match.remove();
      }
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function keyOf(node) {
  return node.dataset?.key;
}

function setVars(node, vars) {
  node.vars = vars;
  for (const [name, value] of Object.entries(vars)) node.style.setProperty(name, value);
}

// An input that a person is changing keeps its value until the change is sent.
function showLive(node) {
  if (node.hasAttribute("data-editing")) return;
  if (node.type === "checkbox") node.checked = node.live;
  else if (node.value !== String(node.live)) node.value = node.live;
}
