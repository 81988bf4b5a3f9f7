// The table of all stages: value, gradient, and how both came about.

let lines = [];
let seen = false; // a table that is out of sight is written when it comes into sight, or when nothing else happens
loaders.push(() => {
  byId("rows").replaceChildren();
  lines = nodes.flatMap((node, index) => (node.constant ? [] : [tableRow(node, index)]));
});
views.push(() => (seen || everything) && drawTable());
new IntersectionObserver(([entry]) => {
  seen = entry.isIntersecting;
  if (seen && run) drawTable();
}, { rootMargin: "200px" }).observe(byId("rows"));

function tableRow(node, index) {
  const cells = ["number", "name", "formula", "value", "gradient", "backward", "gate"];
  const [number_, name, formula, value, gradient, backward, gate] = cells.map((kind) => make("td", { class: kind }));
  number_.textContent = node.number ?? "";
  name.append(make("b", {}, node.name));
  formula.textContent = node.formula ?? "input";
  gate.textContent = node.gate ?? "";
  const row = make("tr", {}, number_, name, formula, value, gradient, backward, gate);
  row.addEventListener("mouseenter", () => change({ hovered: index }));
  row.addEventListener("mouseleave", () => change({ hovered: null }));
  row.addEventListener("click", () => change({ chosen: state.chosen === index ? null : index }));
  byId("rows").append(row);
  return { row, value, gradient, backward, index };
}

function drawTable() {
  const red = state.show === "tangent" ? "tangent" : "gradient";
  say(byId("second"), red === "tangent" ? `∂/∂${seedName()}` : "gradient");
  for (const { row, value, gradient, backward, index } of lines) {
    say(value, valueKnown(index) ? shown(run.values[index], index) : "");
    const known = red === "tangent" ? valueKnown(index) : gradientKnown(index);
    say(gradient, known ? shown(red === "tangent" ? tangent[index] : (run.gradients[index] ?? 0), index) : "");
    say(backward, gradientKnown(index) && red !== "tangent" ? sources(index) : "");
    toggle(row, { current: current()?.index === index, chosen: state.chosen === index, hovered: state.hovered === index });
  }
}

function sources(index) {
  const known = users[index].filter(([target, slot]) => contribution(run, target, slot) !== null);
  const terms = known.map(([target, slot]) => handsBackText(target, slot));
  if (index === facts.output) terms.unshift("seed");
  const kept = terms.length > 6 ? [...terms.slice(0, 4), `… (${terms.length - 4} more)`] : terms;
  return kept.join(" + ") || "nothing";
}
