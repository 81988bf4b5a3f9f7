// What the page knows: the facts of a program, what the reader has chosen, and the run at the inputs of the moment.

let facts = { inputs: [], nodes: [], pictures: [], steps: [], values: [], slopes: [], digits: 4, whole: 1e6, output: 0 };
let nodes = [];
let start = { values: [], slopes: [] };
let users = []; // for every node the (target, slot) pairs that use it, in backward order
let written = {}; // the program in JavaScript: forward, slopes, gates and parts for arrays, corners
let seeds = []; // what tangents can be with respect to: inputs and elements of inputs, [node, element or null]
let run, replay, tangent;

const state = {
  inputs: [],
  step: Infinity,
  show: "gradient",
  wrt: 0,
  style: "card",
  direction: "LR",
  theme: document.documentElement.dataset.theme,
  predict: false,
  chosen: null, // the node that was clicked
  hovered: null,
};
const answered = new Set(); // the nodes whose gradient the student has found
const loaders = []; // functions that build what belongs to a program; each is called when one is loaded
const views = []; // functions that show the state; each is called after every change
let waiting = 0;
let resting = 0;
let everything = true; // is what is out of sight shown as well

// Takes over a program: its facts and its functions. What the reader had chosen stays where it still makes sense.
function load(about, functions) {
  const atEnd = !run || state.step >= replay.steps.length;
  [facts, nodes, written] = [about, about.nodes, functions];
  start = { values: facts.values.map(unpacked), slopes: facts.slopes.map((own) => own.map(unpacked)) };
  users = nodes.map(() => []);
  for (let target = nodes.length - 1; target >= 0; target--) {
    nodes[target].args.forEach((source, slot) => users[source].push([target, slot]));
  }
  seeds = facts.inputs.flatMap((index) => seedsOf(index));
  answered.clear();
  Object.assign(state, { inputs: facts.inputs.map((index) => start.values[index]), chosen: null, hovered: null });
  state.wrt = Math.min(state.wrt, Math.max(0, seeds.length - 1));
  if (!facts.pictures.some(({ style }) => style === state.style)) state.style = facts.pictures[0]?.style ?? "card";
  if (facts.pictures.length === 1) state.direction = facts.pictures[0].direction;
  recompute();
  state.step = atEnd ? replay.steps.length : Math.min(state.step, replay.steps.length);
  for (const loader of loaders) loader();
}

const MOST_SEEDS = 40; // elements of an array that a tangent can be with respect to
function seedsOf(index) {
  if (!isArray(start.values[index])) return [[index, null]];
  return start.values[index].slice(0, MOST_SEEDS).map((_, element) => [index, element]);
}

function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  return typeof value === "string" ? Number(value) : value;
}

function isArray(value) {
  return Array.isArray(value);
}

// Takes over some of the state and shows it at the next frame.
function change(some) {
  Object.assign(state, some);
  if ("inputs" in some && !facts.live) window.recomputeElsewhere?.(some.inputs);
  else if ("inputs" in some || "wrt" in some) recompute();
  state.step = Math.max(0, Math.min(state.step, lastStep()));
  waiting ||= requestAnimationFrame(show);
}

function recompute() {
  run = computed(state.inputs);
  replay = replayed(run);
  tangent = tangents(run, seeds[state.wrt]);
}

function show() {
  if (waiting) cancelAnimationFrame(waiting);
  waiting = 0;
  for (const view of views) view();
  clearTimeout(resting);
  resting = setTimeout(showAll, 300);
}

// Shows what is out of sight, too: a view leaves it for when nothing else happens.
function showAll() {
  everything = true;
  for (const view of views) view();
  everything = false;
}

// What may be seen now

function valueKnown(index) {
  return state.step >= replay.value[index];
}

function gradientKnown(index) {
  if (state.predict && index !== facts.output && !answered.has(index)) return false;
  return state.step >= replay.gradient[index];
}

function contributionKnown(target, slot) {
  const source = nodes[target].args[slot];
  if (state.predict && !(answered.has(source) || source === facts.output)) return false;
  return state.step >= (replay.edge.get(`${target}-${slot}`) ?? Infinity);
}

function current() {
  return isAsking() ? undefined : replay.steps[state.step - 1];
}

// A question stands in place of the last step.
function isAsking() {
  return state.predict && state.step === replay.steps.length;
}

// The node that the page speaks about: under the mouse, chosen, asked for, or of the current step.
function spoken() {
  return state.hovered ?? state.chosen ?? (state.predict ? asked() : null) ?? current()?.index ?? facts.inputs[0] ?? facts.output;
}

function partial(index, of = facts.output) {
  return `∂${nodes[of].name}/∂${nodes[index].name}`;
}

// What programs and files call a node; its name is what readers see.
function idOf(index) {
  return nodes[index].id ?? nodes[index].name;
}

// The name of what tangents are with respect to: an input, or an element of one.
function seedName() {
  const seed = seeds[state.wrt];
  return seed ? elementName(...seed) : "";
}

function elementName(index, element) {
  if (element === null) return nodes[index].name;
  const place = [];
  for (const length of [...nodes[index].shape].reverse()) {
    place.unshift(element % length);
    element = Math.floor(element / length);
  }
  return `${nodes[index].name}[${place.join(", ")}]`;
}

function rate(index) {
  return `∂${nodes[index].name}/∂${seedName()}`;
}

// Small tools for the document

function byId(id) {
  return document.getElementById(id);
}

const said = new WeakMap(); // what each element says: asking the document costs more than remembering

// Writes a text where it is another than before; tells whether it was.
function say(element, text) {
  if (said.get(element) === text) return false;
  said.set(element, text);
  element.textContent = text;
  return true;
}

// Switches classes of an element on and off.
function toggle(element, classes) {
  const names = Object.keys(classes).filter((name) => classes[name]);
  const key = names.join(" ");
  if (element.dataset.on === key) return;
  for (const name of Object.keys(classes)) element.classList.toggle(name, Boolean(classes[name]));
  element.dataset.on = key;
}

// An element with attributes, properties of the form `onclick`, and children: elements or plain text.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
