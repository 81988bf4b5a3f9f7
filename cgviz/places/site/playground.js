// From the text to the picture: every keystroke asks the kernel, the newest answer is shown.

let shownProgram = null; // the program whose answer is shown: what the link and the history hold
let isRestoring = true;
let pushing = 0;
const sendProgram = channel(received);
program = (text) => ({
  program: encodeURIComponent(text === "typed" ? box.value : (shownProgram ?? box.value)), // an entry is not what is half typed
  values: encodeURIComponent(byId("values").value),
  ...choices(),
});

function choices() {
  const chosen = { detail: byId("detail").value, ties: byId("ties").value };
  return Object.fromEntries(Object.entries(chosen).filter(([name, value]) => value !== byId(name).options[0].value));
}

function optionsNow() {
  return { detail: byId("detail").value, ties: byId("ties").value, style: state.style, direction: state.direction, fit: roomNow() };
}

// The room that a picture should fill: its frame, in steps, so that little changes do not lay out anew.
function roomNow() {
  const step = (length, least) => Math.max(least, Math.round(length / 40) * 40);
  return `${step(frame.clientWidth, 320)}x${step(roomHeight(), 240)}`;
}

function requestNow() {
  return { program: box.value, inputs: valuesNow() };
}

// The values that are written beside the box: `x = 3, W = [[1, 2], [3, 4]]`.
function valuesNow() {
  const found = {};
  let [depth, piece] = [0, ""];
  for (const letter of `${byId("values").value},`) {
    depth += "([".includes(letter) ? 1 : ")]".includes(letter) ? -1 : 0;
    if (!",;\n".includes(letter) || depth > 0) {
      piece += letter;
      continue;
    }
    const [name, ...rest] = piece.split("=");
    if (rest.length && name.trim()) found[name.trim()] = rest.join("=").trim();
    piece = "";
  }
  return found;
}

function update() {
  grow();
  complete();
  request();
}

// The numbers are asked for first: they are there at once. The picture follows.
function request() {
  sendProgram({ ...requestNow(), want: ["program", "numbers"], options: optionsNow() });
}

function received(response, sent, error) {
  const answer = response?.answers;
  const trouble = error ? failure(error) : (response.error ?? answer.program.error ?? answer.numbers.error);
  document.body.classList.toggle("stale", Boolean(trouble));
  document.body.dataset.answered = sent.program;
  if (trouble) return showError(trouble);
  const read = answer.program;
  const notes = [...response.notes, ...(read.trouble ? [read.trouble] : [])];
  const filled = read.inputs.filter((input) => input.filled).map((input) => input.name);
  if (filled.length) notes.push(`${filled.join(", ")} ${filled.length > 1 ? "start" : "starts"} at 1: move the sliders, or write values`);
  showError(null, notes);
  const slopes = read.inputs.map(({ name, label }) => [label, answer.numbers.gradients[name]]);
  showResult(read.output.label, answer.numbers.value, state.predict ? [] : slopes);
  sendPicture({ ...sent, want: ["live"] });
}

function failure(error) {
  return { message: error.message, text: error.message, remedy: "", start: null, fix: null };
}

// The line of results: of what the kernel answered, then of what the page computes as the inputs move.
const MOST_IN_LINE = 8;
function showResult(output, value, slopes) {
  const said = (x) => (Array.isArray(x) ? brief(x) : number(typeof x === "string" ? Number(x.replace("inf", "Infinity")) : (x ?? 0)));
  const brief = (x) => ([x].flat(Infinity).length > 6 ? "an array" : `[${x.map(said).join(", ")}]`);
  const parts = slopes.slice(0, MOST_IN_LINE).map(([name, slope]) => [`∂${output}/∂${name} = ${said(slope)}`, "gradient"]);
  const texts = [[`${output} = ${said(value)}`, "value"], ...parts];
  if (!say(byId("result-line"), texts.map(([text]) => text).join("   "))) return;
  byId("result-line").replaceChildren(...texts.map(([text, kind], place) => make(place ? "span" : "b", { class: kind }, text)));
}

views.push(() => {
  const { answered: newest = null, shown: seen = null } = document.body.dataset;
  if (!nodes.length || (newest !== null && newest !== seen)) return; // a picture that is on its way has other numbers
  const shaped = (value, index) => rowsOf(value, nodes[index].shape ?? []);
  const known = facts.inputs.filter((index) => !state.predict || gradientKnown(index));
  const slopes = known.map((index) => [nodes[index].name, shaped(run.gradients[index], index)]);
  showResult(nodes[facts.output].name, shaped(run.values[facts.output], facts.output), slopes);
});

const sendPicture = channel((response, sent, error) => {
  const trouble = error ? failure(error) : (response.error ?? response.answers.live.error);
  if (trouble) return showError(trouble);
  take_(response.answers.live, sent.program);
  report();
});

// Takes a picture and its facts into the page.
function take_(live, text) {
  frame.innerHTML = live.pictures.join("");
  load(live.facts, new Function(`return ${live.functions}`)());
  if (text === linked?.program) restore(linked.hash);
  linked = null;
  document.body.classList.remove("opening");
  if (text !== shownProgram) remember(text);
  drawPictures();
  isFitted ? fit() : scale(zoom);
  document.body.dataset.shown = text;
  show();
}

// A program that stays for a while is a page of its own in the browser's history.
function remember(text) {
  const isFirst = shownProgram === null;
  shownProgram = text;
  clearTimeout(pushing);
  if (isFirst || isRestoring) {
    entry = text;
    return (isRestoring = false);
  }
  pushing = setTimeout(() => {
    history.pushState({}, "", link());
    entry = text;
  }, 900);
}
let entry = null; // the program of the entry of the history that the reader is at
let linked = null; // the program that a link brought, with the link, until it is shown
isOfEntry = () => entry === shownProgram && !linked;

addEventListener("popstate", openLink);

// Takes the program out of the link, if there is one; what else the link says waits for its picture.
function openLink() {
  const said = new URLSearchParams(location.hash.slice(1).replace(/\+/g, "%2B"));
  if (!said.get("program")) return;
  clearTimeout(pushing);
  isRestoring = true;
  box.value = said.get("program");
  linked = { program: box.value, hash: location.hash };
  byId("values").value = said.get("values") ?? "";
  for (const name of ["detail", "ties"]) byId(name).value = said.get(name) ?? byId(name).options[0].value;
  for (const [name, key, known] of [["style", "style", ["card", "circuit"]], ["direction", "way", ["LR", "TB"]]]) {
    if (known.includes(said.get(key))) state[name] = said.get(key);
  }
  grow();
  request();
}

// Sliders write the values that they move, so that text, link and kernel know them.
let writing = 0;
views.push(() => {
  clearTimeout(writing);
  writing = setTimeout(writeValues, 150);
});

function writeValues() {
  if (document.activeElement === byId("values")) return;
  const values = valuesNow();
  let isChanged = false;
  facts.inputs.forEach((index, place) => {
    if (state.inputs[place] === start.values[index]) return;
    values[idOf(index)] = JSON.stringify(rowsOf(state.inputs[place], nodes[index].shape));
    isChanged = true;
  });
  if (!isChanged) return;
  byId("values").value = Object.entries(values).map(([name, value]) => `${name} = ${value}`).join(", ");
  start.values = start.values.map((value, index) => (facts.inputs.includes(index) ? state.inputs[facts.inputs.indexOf(index)] : value));
  report();
}

// The elements of an array as lists of lists.
function rowsOf(value, shape) {
  if (!isArray(value) || shape.length < 2) return value;
  const size = value.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => rowsOf(value.slice(i * size, (i + 1) * size), shape.slice(1)));
}

// Where the page itself cannot recompute a program, the kernel does, with the newest values.
const sendValues = channel((response) => {
  const live = response?.answers?.live;
  if (!live?.facts || live.facts.nodes.length !== nodes.length) return;
  Object.assign(facts, { values: live.facts.values, slopes: live.facts.slopes, handed: live.facts.handed });
  const inputs = state.inputs;
  start = { values: facts.values.map(unpacked), slopes: facts.slopes.map((own) => own.map(unpacked)) };
  state.inputs = inputs;
  recompute();
  show();
});
window.recomputeElsewhere = (inputs) => {
  const values = Object.fromEntries(facts.inputs.map((index, place) => [idOf(index), rowsOf(inputs[place], nodes[index].shape)]));
  sendValues({ program: box.value, inputs: values, want: ["live"], options: optionsNow() });
};
window.drawElsewhere = request;

box.addEventListener("input", update);
byId("values").addEventListener("input", request);
for (const name of ["detail", "ties"]) byId(name).addEventListener("change", request);

async function offerExamples() {
  const response = await ask({ want: ["samples", "names"] });
  functionsKnown = response.answers.names.names;
  const { samples } = response.answers.samples;
  byId("examples").append(...samples.map(({ name, summary }) => make("option", { value: name }, `${name}: ${summary}`)));
  byId("examples").addEventListener("change", () => {
    const found = samples.find(({ name }) => name === byId("examples").value);
    if (!found) return;
    box.value = found.program.trim();
    byId("values").value = "";
    grow();
    request();
  });
}

// The start page's example is drawn before Python is there; a link's program waits for it, and nothing else is seen.
take_(settings.first[isNarrow.matches ? "narrow" : "wide"], box.value);
grow();
startKernel();
openLink();
document.body.classList.toggle("opening", Boolean(linked));
ready.then(() => (document.body.dataset.ready = "yes"));
offerExamples();
if (settings.offline && navigator.serviceWorker) navigator.serviceWorker.register(settings.offline);
