// The inputs: a slider and a field for each, and steps of gradient descent on them.

const rows = facts.inputs.map(inputRow);
const trail = []; // values of the output after each step of descent or ascent
views.push(drawInputs);
byId("descend").addEventListener("click", () => move(-1));
byId("ascend").addEventListener("click", () => move(1));
byId("reset").addEventListener("click", () => {
  trail.length = 0;
  change({ inputs: facts.inputs.map((index) => start.values[index]) });
});
byId("live").hidden = !facts.live || !facts.inputs.length;
byId("inputs-panel").hidden = !facts.inputs.length;
byId("fixed").hidden = facts.live;
say(byId("fixed"), facts.reason);

function inputRow(index, place) {
  const name = nodes[index].name;
  const reach = span(start.values[index]);
  const common = { step: "any", "aria-label": name, ...(facts.live ? {} : { disabled: "" }) };
  const slider = make("input", { type: "range", min: -reach, max: reach, ...common, id: `slider-${place}` });
  const field = make("input", { type: "number", ...common, id: `field-${place}`, "aria-label": `${name}, exactly` });
  const slope = make("output", { class: "slope" });
  slider.addEventListener("input", () => set(place, tidy(Number(slider.value), Number(slider.max) / 500)));
  field.addEventListener("input", () => {
    if (field.value !== "" && Number.isFinite(Number(field.value))) set(place, Number(field.value));
  });
  byId("inputs").append(make("div", { class: "input" }, make("b", { class: "name" }, name), slider, field, slope));
  return { slider, field, slope, index };
}

// How far a slider goes either way: a round number beyond the value it starts from.
function span(value) {
  const least = Math.max(2.5 * Math.abs(Number.isFinite(value) ? value : 0), value === 0 ? 5 : 1);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((round) => round * power >= least * (1 - 1e-9));
}

function tidy(value, grain) {
  return Number((Math.round(value / grain) * grain).toPrecision(12));
}

function set(place, value) {
  trail.length = 0;
  change({ inputs: state.inputs.map((before, other) => (other === place ? value : before)) });
}

// One step of gradient descent (sign -1) or ascent (sign 1) on all inputs at once.
function move(sign) {
  const rate = Number(byId("rate").value);
  if (!trail.length) trail.push(run.values[facts.output]);
  const inputs = facts.inputs.map((index, place) => state.inputs[place] + sign * rate * (run.gradients[index] ?? 0));
  change({ inputs, step: Infinity });
  trail.push(run.values[facts.output]);
}

function drawInputs() {
  rows.forEach(({ slider, field, slope, index }, place) => {
    const value = state.inputs[place];
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
    say(slope, gradientKnown(index) ? `${partial(index)} = ${number(run.gradients[index] ?? 0)}` : "");
  });
  const output = nodes[facts.output].name;
  byId("descend").title = `every input moves against its gradient: ${output} falls`;
  byId("ascend").title = `every input moves along its gradient: ${output} rises`;
  drawTrail(output);
}

function drawTrail(output) {
  const now = run.values[facts.output];
  const before = trail.length > 1 ? trail.at(-2) : null;
  say(byId("result"), valueKnown(facts.output) ? `${output} = ${before === null ? "" : `${number(before)} → `}${number(now)}` : "");
  const line = byId("trail");
  const shown = trail.filter(Number.isFinite).slice(-60);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const points = shown.map((value, i) => `${(100 * i) / Math.max(shown.length - 1, 1)},${22 - (20 * (value - low)) / (high - low || 1)}`);
  line.setAttribute("points", points.join(" "));
}
