// Both passes at the inputs of the moment, from the written functions `forward` and `slopes`.

function computed(inputs) {
  const values = start.values.slice();
  let locals = start.slopes;
  if (facts.live) {
    facts.inputs.forEach((index, place) => (values[index] = inputs[place]));
    forward(values);
    locals = slopes(values);
  }
  return { values, slopes: locals, gradients: backward(values, locals) };
}

// The gradient of every node, null where none flows; nodes last to first, operands first to last.
function backward(values, locals) {
  const gradients = new Array(nodes.length).fill(null);
  gradients[facts.output] = 1;
  for (let index = facts.output; index >= 0; index--) {
    const upstream = gradients[index];
    if (upstream === null) continue;
    nodes[index].args.forEach((source, slot) => {
      const local = locals[index][slot];
      if (local === null) return;
      gradients[source] = (gradients[source] === null ? 0 : gradients[source]) + upstream * local;
    });
  }
  return gradients;
}

// Forward mode: how fast every node moves with one input.
function tangents(run, input) {
  const found = new Array(nodes.length).fill(0);
  if (input !== undefined) found[input] = 1;
  nodes.forEach((node, index) => {
    node.args.forEach((source, slot) => {
      const local = run.slopes[index][slot];
      if (local !== null && found[source] !== 0) found[index] += local * found[source];
    });
  });
  return found;
}

function contribution(run, target, slot) {
  const [upstream, local] = [run.gradients[target], run.slopes[target][slot]];
  return upstream === null || local === null ? null : upstream * local;
}
