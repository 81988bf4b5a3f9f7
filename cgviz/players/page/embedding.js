// A page inside another one: it tells its frame the inputs, the step and its height, and takes inputs and colours from it.

const isFramed = window.parent !== window;
let toldBefore = "";
if (isFramed) {
  document.documentElement.classList.add("framed");
  if (location.protocol === "about:") isOfEntry = () => false; // such a page has no address of its own
  views.push(tell);
  addEventListener("message", ({ data, source }) => {
    if (source !== window.parent || !data?.cgviz) return;
    const { inputs, theme, step } = data.cgviz;
    if (theme && theme !== state.theme) change({ theme });
    if (inputs) takeInputs(inputs);
    if (Number.isFinite(step)) change({ step });
  });
}

// Takes values of inputs by their names; an array is nested lists or the list of its elements.
function takeInputs(given) {
  const values = facts.inputs.map((index, place) => {
    const value = given[idOf(index)];
    return value === undefined ? state.inputs[place] : isArray(state.inputs[place]) ? [value].flat(Infinity) : value;
  });
  if (String(values) !== String(state.inputs)) change({ inputs: values });
}

function tell() {
  if (!facts.nodes.length) return;
  const byName = (values) => Object.fromEntries(facts.inputs.map((index) => [idOf(index), values[index]]));
  const said = { inputs: byName(run.values), gradient: byName(run.gradients), value: run.values[facts.output], step: state.step, steps: replay.steps.length, height: document.documentElement.scrollHeight };
  const text = JSON.stringify(said);
  if (text === toldBefore) return;
  toldBefore = text;
  window.parent.postMessage({ cgviz: said }, "*");
}
