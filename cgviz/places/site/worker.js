// Python in a worker: Pyodide with the project's own wheels.
// In: { start: settings } or { id, request }. Out: { progress, part }, { ready }, { failed } or { id, response }.
//
// The first start reads and compiles everything; then the memory of Python is kept by the browser as it is, and the next
// start takes it back: a second instead of ten.

let answer; // the kernel: a request as JSON text in, a response out
let settings;
let unpacked; // resolves when the files of all packages are there; with kept memory they are seldom needed

self.onmessage = async ({ data }) => {
  if (data.start) return start(data.start);
  try {
    self.postMessage({ id: data.id, response: await answered(data.request) });
  } catch (error) {
    self.postMessage({ id: data.id, failed: String(error.message ?? error) });
  }
};

const PARTS = { Python: 0.35, packages: 0.5, sympy: 1 };
function progress(part) {
  self.postMessage({ progress: PARTS[part], part });
}

async function start(given) {
  settings = given;
  try {
    const kept = await keptMemory();
    const isBack = kept && (await restored(kept));
    if (!isBack) await begun();
    if (!isBack) warm();
    const memory = isBack || !canKeep() ? null : memoryNow();
    answer = pyodide.runPython("from cgviz.kernel import answer; answer");
    self.postMessage({ ready: true });
    if (memory) keep(memory);
    if (isBack) setTimeout(() => (unpacked ??= unpack()), 8000);
  } catch (error) {
    self.postMessage({ failed: `Python does not start here: ${error.message ?? error}` });
  }
}

function options() {
  return { indexURL: settings.pyodide.replace(/[^/]*$/, ""), stdout: () => {}, stderr: () => {} };
}

// Starts Python with all that it needs, for the first time.
async function begun() {
  const { loadPyodide } = await import(settings.pyodide);
  const wheels = fetchWheels();
  self.pyodide = await loadPyodide({ ...options(), _makeSnapshot: canKeep() });
  progress("Python");
  await (unpacked = unpack(wheels));
  progress("packages");
}

function fetchWheels() {
  return Promise.all(settings.wheels.map(async (url) => (await fetched(url)).arrayBuffer()));
}

async function unpack(wheels = fetchWheels()) {
  for (const wheel of await wheels) pyodide.unpackArchive(wheel, "zip", { extractDir: "/lib/packages" });
  pyodide.runPython("import importlib, sys\nif '/lib/packages' not in sys.path: sys.path.insert(0, '/lib/packages')\nimportlib.invalidate_caches()");
}

async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} is not there (${response.status})`);
  return response;
}

// Asks for everything once, so that it is imported and, kept with the memory, never read again.
function warm() {
  self.warming = settings.warm;
  pyodide.runPython("import js, cgviz.kernel\ncgviz.kernel.answer(str(js.warming))\ndel js");
  pyodide.runPython("import gc; gc.collect()");
  progress("sympy");
}

// The memory of Python, kept by the browser

const KEY = "memory.bin";

function canKeep() {
  return Boolean(self.caches && settings.kept);
}

async function keptMemory() {
  if (!canKeep()) return null;
  try {
    const found = await (await caches.open(settings.kept)).match(KEY);
    return found ? new Uint8Array(await found.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

// Starts Python with the memory of another time; tells whether that went well.
async function restored(memory) {
  const instantiate = { ...WebAssembly, instantiate: WebAssembly.instantiate, instantiateStreaming: WebAssembly.instantiateStreaming };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    WebAssembly[name] = async (...given) => grown(await instantiate[name].apply(WebAssembly, given), given[1], memory.length);
  }
  try {
    const { loadPyodide } = await import(settings.pyodide);
    self.pyodide = await Promise.race([loadPyodide({ ...options(), _loadSnapshot: memory }), late()]);
    progress("Python");
    return true;
  } catch {
    await caches.delete(settings.kept);
    return false;
  } finally {
    WebAssembly.instantiate = instantiate.instantiate;
    WebAssembly.instantiateStreaming = instantiate.instantiateStreaming;
  }
}

// Memory that does not come back in this time does not come back.
const PATIENCE = 30_000;
function late() {
  return new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("late")));
}

// Python's memory has to be as large as the one that comes back.
function grown(made, imports, size) {
  const exports = made.instance?.exports ?? {};
  const isPython = ["PyObject_Str", "_PyObject_New", "Py_Initialize"].some((name) => name in exports);
  const memory = exports.memory ?? imports?.env?.memory; // which of both depends on the version
  if (isPython && memory?.buffer.byteLength < size) memory.grow(Math.ceil((size - memory.buffer.byteLength) / 65536));
  return made;
}

function memoryNow() {
  try {
    return pyodide.makeMemorySnapshot();
  } catch {
    return null; // it starts anew next time
  }
}

async function keep(memory) {
  try {
    await (await caches.open(settings.kept)).put(KEY, new Response(memory));
    self.postMessage({ log: "kept" });
  } catch {
    // a browser that keeps nothing starts slower, that is all
  }
}

// Arrays need numpy, which is loaded when a program first has them.
async function answered(request) {
  let response = answer(request);
  if (/internal error, (ModuleNotFound|FileNotFound|Import)Error/.test(response)) {
    await (unpacked ??= unpack()); // something that was never asked for before: its files are not there yet
    response = answer(request);
  }
  if (!/arrays need numpy/.test(response) || self.hasNoNumpy || !settings.numpy) return response;
  try {
    self.postMessage({ progress: 0.5, part: "numpy" });
    await pyodide.loadPackage("numpy", { messageCallback: () => {}, errorCallback: () => {} });
    pyodide.runPython("import importlib; importlib.invalidate_caches(); import numpy");
    return answer(request);
  } catch {
    self.hasNoNumpy = true;
    return response;
  } finally {
    self.postMessage({ progress: 1, part: "numpy" });
  }
}
