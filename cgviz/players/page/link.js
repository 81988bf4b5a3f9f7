// The link that carries the state: #at=3,-4&step=12&show=tangent&wrt=0&style=circuit&way=LR&theme=dark&predict=1
// An array in `at` is its elements with semicolons between them.

const SHOWS = ["value", "gradient", "tangent", "symbols"];
let saving = 0;
let program = () => ({}); // what a playground adds to the link: the program that it shows, or the text as it is typed
let isOfEntry = () => true; // is what is shown that of this entry of the history
views.push(() => {
  clearTimeout(saving);
  saving = setTimeout(() => isOfEntry() && history.replaceState(history.state, "", link()), 200);
});
addEventListener("hashchange", () => restore());
byId("link").addEventListener("click", (event) => {
  event.preventDefault();
  history.replaceState(history.state, "", link("typed"));
  navigator.clipboard?.writeText(location.href).then(
    () => say(byId("link"), "link copied"),
    () => say(byId("link"), "link in the address bar"),
  );
  setTimeout(() => say(byId("link"), "copy link"), 2000);
});

function link(text = "shown") {
  const at = state.inputs.map((value) => (isArray(value) ? value.join(";") : value)).join(",");
  const own = program(text);
  const parts = { ...own, ...(own.program ? {} : { at }), step: state.step, show: state.show, style: state.style, way: state.direction, theme: state.theme };
  if (state.show === "tangent") parts.wrt = state.wrt;
  if (state.predict) parts.predict = 1;
  return `#${Object.entries(parts).map(([name, value]) => `${name}=${value}`).join("&")}`;
}

// Takes over what a link says, as far as it makes sense here.
function restore(hash = location.hash) {
  const said = new URLSearchParams(hash.slice(1).replace(/\+/g, "%2B"));
  const some = {};
  const inputs = inputsIn(said.get("at") ?? "");
  if (movable() && inputs) some.inputs = inputs;
  const wrt = Number(said.get("wrt") ?? NaN);
  if (wrt in seeds) some.wrt = wrt;
  if (SHOWS.includes(said.get("show"))) some.show = said.get("show");
  if (/^\d+$/.test(said.get("step") ?? "")) some.step = Number(said.get("step"));
  if (facts.pictures.some(({ style }) => style === said.get("style"))) some.style = said.get("style");
  if (["LR", "TB"].includes(said.get("way"))) some.direction = said.get("way");
  if ([...byId("theme").options].some(({ value }) => value === said.get("theme"))) some.theme = said.get("theme");
  if (said.get("predict") === "1") some.predict = true;
  change(some);
}

// The values of `at`; null where they are not those of this program.
function inputsIn(text) {
  const found = text.split(",").map((one, place) => (isArray(state.inputs[place]) ? one.split(";").map(Number) : Number(one)));
  const isOurs = (value, place) => [value].flat().every(Number.isFinite) && [value].flat().length === [state.inputs[place]].flat().length;
  return text && found.length === state.inputs.length && found.every(isOurs) ? found : null;
}
