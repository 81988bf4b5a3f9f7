// Python in a worker: Pyodide with the project's own wheels, WebAssembly Graphviz behind its engine interface.
// In: { start: settings } or { id, request }. Out: { progress, part }, { ready }, { failed } or { id, response }.

let answer; // the kernel: a request as JSON text in, a response out
let settings;

self.onmessage = async ({ data }) => {
  if (data.start) return start(data.start);
  try {
    const response = await answered(data.request);
    self.postMessage({ id: data.id, response });
  } catch (error) {
    self.postMessage({ id: data.id, failed: String(error.message ?? error) });
  }
};

const PARTS = { python: 0.35, wheels: 0.6, graphviz: 0.7, sympy: 1 };
function progress(part) {
  self.postMessage({ progress: PARTS[part], part });
}

async function start(given) {
  settings = given;
  try {
    const graphviz = loadGraphviz();
    const { loadPyodide } = await import(settings.pyodide);
    const wheels = Promise.all(settings.wheels.map(async (url) => (await fetched(url)).arrayBuffer()));
    self.pyodide = await loadPyodide({ indexURL: settings.pyodide.replace(/[^/]*$/, ""), packageBaseUrl: settings.packages ?? undefined });
    progress("python");
    const kept = await compiled();
    if (kept) pyodide.unpackArchive(kept, "zip", { extractDir: "/lib/packages" });
    else for (const wheel of await wheels) pyodide.unpackArchive(wheel, "zip", { extractDir: "/lib/packages" });
    progress("wheels");
    self.cgvizGraphviz = await graphviz;
    progress("graphviz");
    pyodide.runPython("import sys; sys.path.insert(0, '/lib/packages'); sys.setrecursionlimit(900)");
    answer = pyodide.runPython("from cgviz.kernel import answer; answer");
    answer(JSON.stringify(WARMING));
    progress("sympy");
    self.postMessage({ ready: true });
    if (!kept) setTimeout(keepCompiled, 1500);
  } catch (error) {
    self.postMessage({ failed: `Python does not start here: ${error.message ?? error}` });
  }
}

const WARMING = { cgviz: 1, program: "x*y + sigmoid(x)", inputs: { x: 1, y: 2 }, want: ["live", "derive", "code"] };

async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} is not there (${response.status})`);
  return response;
}

async function loadGraphviz() {
  const { Graphviz } = await import(settings.graphviz);
  const graphviz = await Graphviz.load();
  const errors = [];
  return (dot, format, program) => {
    errors.length = 0;
    try {
      return [graphviz.layout(dot, format, program), ""];
    } catch (error) {
      return ["", `Error: ${error.message ?? error}`];
    }
  };
}

// Python's own compiled files are kept by the browser: without them every start compiles sympy anew.
async function compiled() {
  try {
    const cache = await caches.open(settings.kept);
    const found = await cache.match("compiled.zip");
    return found ? await found.arrayBuffer() : null;
  } catch {
    return null;
  }
}

async function keepCompiled() {
  try {
    const bytes = pyodide.runPython(ZIP).toJs();
    const cache = await caches.open(settings.kept);
    await cache.put("compiled.zip", new Response(bytes));
  } catch {
    // a browser that keeps nothing starts slower, that is all
  }
}

const ZIP = `
def zipped():
    import io, pathlib, zipfile
    root, file = pathlib.Path("/lib/packages"), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(root))
    return file.getvalue()
zipped()
`;

// Arrays need numpy, which is loaded when a program first has them.
async function answered(request) {
  const response = answer(request);
  if (!/arrays need numpy/.test(response) || self.hasNoNumpy || !settings.numpy) return response;
  try {
    self.postMessage({ progress: 0.5, part: "numpy" });
    await pyodide.loadPackage("numpy", { messageCallback: () => {}, errorCallback: () => {} });
    pyodide.runPython("import importlib, numpy; importlib.invalidate_caches()");
    self.postMessage({ progress: 1, part: "numpy" });
    return answer(request);
  } catch {
    self.hasNoNumpy = true;
    self.postMessage({ progress: 1, part: "numpy" });
    return response;
  }
}
