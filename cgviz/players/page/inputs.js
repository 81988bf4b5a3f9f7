// The inputs: a slider and a field for each number, and for the chosen element of each array; steps of descent on them.

let rows = [];
const trail = []; // values of the output after each step of descent or ascent
loaders.push(() => {
  trail.length = 0;
  byId("inputs").replaceChildren();
  rows = facts.inputs.map((index, place) => (isArray(start.values[index]) ? arrayRow(index, place) : inputRow(index, place)));
  byId("live").hidden = !facts.live || !facts.inputs.length;
  byId("inputs-panel").hidden = !facts.inputs.length;
  byId("fixed").hidden = facts.live;
  say(byId("fixed"), facts.reason ?? "");
});
views.push(drawInputs);
byId("descend").addEventListener("click", () => move(-1));
byId("ascend").addEventListener("click", () => move(1));
byId("reset").addEventListener("click", () => {
  trail.length = 0;
  change({ inputs: facts.inputs.map((index) => start.values[index]) });
});

// May the inputs move: by the page itself, or by the kernel behind it.
function movable() {
  return facts.live || Boolean(window.recomputeElsewhere);
}

function inputRow(index, place) {
  const name = nodes[index].name;
  const reach = span(start.values[index]);
  const common = { step: "any", "aria-label": name, ...(movable() ? {} : { disabled: "" }) };
  const slider = make("input", { type: "range", min: -reach, max: reach, ...common, id: `slider-${place}` });
  const field = make("input", { type: "number", ...common, id: `field-${place}`, "aria-label": `${name}, exactly` });
  const slope = make("output", { class: "slope" });
  const row = { slider, field, slope, index, place, element: null };
  slider.addEventListener("input", () => set(row, tidy(Number(slider.value), Number(slider.max) / 500)));
  field.addEventListener("input", () => {
    if (field.value !== "" && Number.isFinite(Number(field.value))) set(row, Number(field.value));
  });
  byId("inputs").append(make("div", { class: "input" }, make("b", { class: "name" }, name), slider, field, slope));
  return row;
}

// The row of an array: which element the slider and the field move.
function arrayRow(index, place) {
  const row = inputRow(index, place);
  const choice = make("select", { id: `element-${place}`, "aria-label": `element of ${nodes[index].name}` });
  start.values[index].slice(0, 2000).forEach((_, element) => choice.append(make("option", { value: element }, elementName(index, element))));
  choice.addEventListener("change", () => {
    row.element = Number(choice.value);
    drawInput(row); // at once: what is typed next goes to this element
  });
  row.element = 0;
  row.slider.parentElement.querySelector(".name").replaceChildren(choice);
  return row;
}

function valueOf({ place, element }) {
  return element === null ? state.inputs[place] : state.inputs[place][element];
}

// How far a slider goes either way: a round number beyond the value it starts from.
function span(value) {
  const largest = isArray(value) ? Math.max(...value.map(Math.abs)) : Math.abs(value);
  const least = Math.max(2.5 * (Number.isFinite(largest) ? largest : 0), largest === 0 ? 5 : 1);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((round) => round * power >= least * (1 - 1e-9));
}

function tidy(value, grain) {
  return Number((Math.round(value / grain) * grain).toPrecision(12));
}

function set({ place, element }, value) {
  trail.length = 0;
  const next = (before) => (element === null ? value : before.map((x, k) => (k === element ? value : x)));
  change({ inputs: state.inputs.map((before, other) => (other === place ? next(before) : before)) });
}

// One step of gradient descent (sign -1) or ascent (sign 1) on all inputs at once.
function move(sign) {
  const rate = Number(byId("rate").value);
  if (!trail.length) trail.push(run.values[facts.output]);
  const inputs = facts.inputs.map((index, place) => stepped(state.inputs[place], sign * rate, run.gradients[index]));
  change({ inputs, step: Infinity });
  trail.push(run.values[facts.output]);
}

function stepped(value, rate, gradient) {
  if (!isArray(value)) return value + rate * (gradient ?? 0);
  return value.map((x, k) => x + rate * (gradient?.[k] ?? 0));
}

function drawInputs() {
  for (const row of rows) drawInput(row);
  const output = nodes[facts.output].name;
  byId("descend").title = `every input moves against its gradient: ${output} falls`;
  byId("ascend").title = `every input moves along its gradient: ${output} rises`;
  drawTrail(output);
}

function drawInput(row) {
  const { slider, field, slope, index, element } = row;
  const value = valueOf(row);
  if (Math.abs(value) > Number(slider.max)) {
    slider.max = span(value);
    slider.min = -slider.max;
  }
  if (Number(slider.value) !== value) slider.value = value;
  if (document.activeElement !== field || Number(field.value) !== value) {
    const text = String(Number(value.toPrecision(facts.digits + 2)));
    if (field.value !== text) field.value = text;
  }
  slider.style.setProperty("--at", `${(50 + (50 * value) / Number(slider.max)).toFixed(2)}%`);
  const gradient = run.gradients[index];
  const own = element === null ? gradient : gradient?.[element];
  const name = `∂${nodes[facts.output].name}/∂${elementName(index, element)}`;
  say(slope, gradientKnown(index) && !isArray(own) ? `${name} = ${number(own ?? 0)}` : "");
}

function drawTrail(output) {
  const now = run.values[facts.output];
  const before = trail.length > 1 ? trail.at(-2) : null;
  say(byId("result"), valueKnown(facts.output) ? `${output} = ${before === null ? "" : `${number(before)} → `}${shown(now, facts.output)}` : "");
  const line = byId("trail");
  const kept = trail.filter(Number.isFinite).slice(-60);
  const [low, high] = [Math.min(...kept), Math.max(...kept)];
  const points = kept.map((value, i) => `${(100 * i) / Math.max(kept.length - 1, 1)},${22 - (20 * (value - low)) / (high - low || 1)}`);
  line.setAttribute("points", points.join(" "));
}
