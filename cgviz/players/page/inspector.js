// What one node says: how it was computed, its local derivatives, and where its gradient comes from.

views.push(drawInspector);

function drawInspector() {
  const index = spoken();
  const node = nodes[index];
  const title = node.number ? `(${node.number}) ${node.name} = ${node.formula}` : `input ${node.name}`;
  say(byId("node-title"), title);
  const lines = [];
  if (valueKnown(index)) lines.push(line("value", number(run.values[index]), "value"));
  if (node.args.length && valueKnown(index)) lines.push(line("computed", forwardCaption(index).text));
  if (node.says) lines.push(line("gate", node.says));
  node.args.forEach((source, slot) => {
    if (nodes[source].constant) return;
    const slope = node.slopes[slot];
    const text = slope === null ? "nothing flows back" : joined([slope, number(run.slopes[index][slot])]);
    lines.push(line(partial(source, index), valueKnown(index) ? text : (slope ?? "")));
  });
  lines.push(...gradientLines(index));
  if (state.show === "tangent" && facts.inputs.length) {
    lines.push(line(partial(facts.inputs[state.wrt], index), number(tangent[index]), "tangent"));
  }
  if (node.flags && atStart() && !state.predict) lines.push(line("note", node.flags, "flag"));
  byId("node-facts").replaceChildren(...lines.flat());
}

// The gradient as the sum of its contributions, upstream × local, as far as they are known.
function gradientLines(index) {
  const symbol = partial(index);
  if (run.gradients[index] === null) return [line(symbol, `0: no gradient flows to ${nodes[index].name}`, "gradient")];
  const known = users[index].filter(([target, slot]) => contributionKnown(target, slot));
  const lines = known.map(([target, slot]) => {
    const local = number(run.slopes[target][slot]);
    const numbers = `${number(run.gradients[target])} · ${local.startsWith("−") ? `(${local})` : local}`;
    const parts = [`d${nodes[target].name} · ${nodes[target].locals[slot]}`, numbers, number(contribution(run, target, slot))];
    return line(`from ${nodes[target].name}`, joined(parts));
  });
  if (gradientKnown(index)) lines.push(line(symbol, number(run.gradients[index]), "gradient"));
  return lines;
}

function line(name, text, kind = "") {
  return [make("dt", {}, name), make("dd", { class: kind }, text)];
}
