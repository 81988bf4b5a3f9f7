// The kernel behind the page: Python in a worker, or a server on this machine. Requests and responses are JSON.

const settings = JSON.parse(byId("settings").textContent);
const waitingFor = new Map(); // what to do with each response, by the number of its request
let asked_ = 0;
let worker = null;
let isReady = false;
let whenReady;
const ready = new Promise((resolve) => (whenReady = resolve));

function startKernel() {
  if (settings.server) return whenReady(), engine("");
  worker = new Worker(settings.worker, { type: "module" });
  worker.onmessage = ({ data }) => heard(data);
  worker.onerror = (event) => engine(`Python does not start here: ${event.message ?? "the worker cannot be loaded"}`);
  const full = (path) => new URL(path, location.href).href;
  const start = { ...settings, pyodide: full(settings.pyodide), wheels: settings.wheels.map(full) };
  worker.postMessage({ start });
}

function heard({ id, response, failed, progress, part, ready: isUp }) {
  if (id !== undefined) {
    const { resolve, reject } = waitingFor.get(id);
    waitingFor.delete(id);
    return failed ? reject(new Error(failed)) : resolve(JSON.parse(response));
  }
  if (failed) return engine(failed);
  if (isUp) return (isReady = true), whenReady(), engine("");
  engine(progress < 1 || !isReady ? `loading ${part}` : "", progress);
}

// Says what the kernel is doing, with how far it is.
function engine(text, progress = null) {
  const place = byId("engine");
  place.replaceChildren(text);
  if (progress !== null && text) place.append(" ", make("progress", { max: 1, value: progress, "aria-label": text }));
}

// Resolves to the response.
async function ask(request) {
  const text = JSON.stringify({ cgviz: 1, ...request });
  if (settings.server) {
    const response = await fetch(settings.server, { method: "POST", body: text, headers: { "Content-Type": "application/json" } });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }
  await ready;
  const id = (asked_ += 1);
  return new Promise((resolve, reject) => {
    waitingFor.set(id, { resolve, reject });
    worker.postMessage({ id, request: text });
  });
}

// A channel asks one thing at a time, and of what waits meanwhile only the newest.
function channel(handle) {
  let [isBusy, next] = [false, null];
  return async function send(request) {
    next = request;
    if (isBusy) return;
    isBusy = true;
    while (next) {
      const now = next;
      next = null;
      try {
        const response = await ask(now);
        if (!next) handle(response, now);
      } catch (error) {
        handle(null, now, error);
      }
    }
    isBusy = false;
  };
}
