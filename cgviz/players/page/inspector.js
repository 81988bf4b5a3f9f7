// What one node says: how it was computed, its local derivatives, and where its gradient comes from.

views.push(drawInspector);

function drawInspector() {
  const index = spoken();
  const node = nodes[index];
  const title = node.number ? `(${node.number}) ${node.name} = ${node.formula}` : `input ${node.name}`;
  say(byId("node-title"), title);
  const lines = [];
  if (valueKnown(index)) lines.push(line("value", shown(run.values[index], index), "value"));
  if (node.args.length && valueKnown(index)) lines.push(line("computed", forwardCaption(index).text));
  if (node.says) lines.push(line("gate", node.says));
  node.args.forEach((source, slot) => {
    if (nodes[source].constant) return;
    lines.push(line(partial(source, index), localText(index, slot)));
  });
  lines.push(...gradientLines(index));
  if (state.show === "tangent" && seeds.length) lines.push(line(rate(index), shown(tangent[index], index), "tangent"));
  const remarkable = state.predict || !valueKnown(index) ? "" : remark(index);
  if (remarkable) lines.push(line("note", remarkable, "flag"));
  byId("node-facts").replaceChildren(...lines.flat());
}

function localText(index, slot) {
  const node = nodes[index];
  const slope = node.slopes[slot];
  if (node.hands?.[slot]) return `hands back ${node.hands[slot]}`;
  if (slope === null) return "nothing flows back";
  const local = run.slopes[index][slot];
  return valueKnown(index) && typeof local === "number" ? joined([slope, number(local)]) : (slope ?? "");
}

// The gradient as the sum of its contributions, upstream × local, as far as they are known.
function gradientLines(index) {
  const symbol = partial(index);
  if (run.gradients[index] === null) return [line(symbol, `0: no gradient flows to ${nodes[index].name}`, "gradient")];
  const known = users[index].filter(([target, slot]) => contributionKnown(target, slot) && contribution(run, target, slot) !== null);
  const lines = known.map(([target, slot]) => {
    const parts = [handsBackText(target, slot), handsBackNumbers(target, slot), shown(contribution(run, target, slot), index)];
    return line(`from ${nodes[target].name}`, joined(parts));
  });
  if (gradientKnown(index)) lines.push(line(symbol, shown(run.gradients[index], index), "gradient"));
  return lines;
}

function line(name, text, kind = "") {
  return [make("dt", {}, name), make("dd", { class: kind }, text)];
}
