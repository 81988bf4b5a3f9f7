// The link that carries the state: #at=3,-4&step=12&show=tangent&wrt=0&style=circuit&way=LR&theme=dark&predict=1

const SHOWS = ["value", "gradient", "tangent", "symbols"];
let saving = 0;
views.push(() => {
  clearTimeout(saving);
  saving = setTimeout(() => history.replaceState(null, "", link()), 200);
});
addEventListener("hashchange", restore);
byId("link").addEventListener("click", (event) => {
  event.preventDefault();
  history.replaceState(null, "", link());
  navigator.clipboard?.writeText(location.href).then(
    () => say(byId("link"), "link copied"),
    () => say(byId("link"), "link in the address bar"),
  );
  setTimeout(() => say(byId("link"), "copy link"), 2000);
});

function link() {
  const parts = { at: state.inputs.join(","), step: state.step, show: state.show, style: state.style, way: state.direction, theme: state.theme };
  if (state.show === "tangent") parts.wrt = state.wrt;
  if (state.predict) parts.predict = 1;
  return `#${Object.entries(parts).map(([name, value]) => `${name}=${value}`).join("&")}`;
}

// Takes over what the link says, as far as it makes sense here.
function restore() {
  const said = new URLSearchParams(location.hash.slice(1));
  const some = {};
  const inputs = (said.get("at") ?? "").split(",").map(Number);
  if (facts.live && said.get("at") && inputs.length === state.inputs.length && inputs.every(Number.isFinite)) some.inputs = inputs;
  const wrt = Number(said.get("wrt") ?? NaN);
  if (wrt in facts.inputs) some.wrt = wrt;
  if (/^\d+$/.test(said.get("step") ?? "")) some.step = Number(said.get("step"));
  if (SHOWS.includes(said.get("show"))) some.show = said.get("show");
  if (facts.pictures.some(({ style }) => style === said.get("style"))) some.style = said.get("style");
  if (["LR", "TB"].includes(said.get("way"))) some.direction = said.get("way");
  if ([...byId("theme").options].some(({ value }) => value === said.get("theme"))) some.theme = said.get("theme");
  if (said.get("predict") === "1") some.predict = true;
  change(some);
}
