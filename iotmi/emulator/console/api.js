// The emulator's control API. Knows paths and errors, and keeps no state.

// The folder of this module is `console/` below the API.
const ROOT = new URL("..", import.meta.url);

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function url(path) {
  return new URL(path, ROOT);
}

async function send(method, path, body) {
  const options = { method, headers: { Accept: "application/json" } };
  if (body instanceof Blob) {
    options.body = body;
    options.headers["Content-Type"] = "application/octet-stream";
  } else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(url(path), options);
  } catch {
    throw new ApiError(0, "The emulator does not respond.");
  }
  const text = await response.text();
  const json = parsed(text);
  if (!response.ok) {
    throw new ApiError(response.status, json?.error?.message ?? `HTTP status ${response.status}`);
  }
  return json;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const get = (path) => send("GET", path);
export const post = (path, body = {}) => send("POST", path, body);
export const put = (path, body) => send("PUT", path, body);
export const remove = (path) => send("DELETE", path);

// Return a path with each part encoded.
export function path(strings, ...parts) {
  return String.raw({ raw: strings }, ...parts.map(encodeURIComponent));
}
