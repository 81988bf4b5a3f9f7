// The picture as it stands, as a file: SVG with its colours and its font inside, or PNG.

byId("save-svg").addEventListener("click", async () => save(".svg", "image/svg+xml", await pictureText()));
byId("save-png").addEventListener("click", async () => savePng(await pictureText()));

// The SVG of the picture that is seen: what is not yet known is left out, colours are those of the theme.
async function pictureText() {
  const { svg, width, height } = chosenPicture();
  const copy = svg.cloneNode(true);
  const [all, copies] = [[...svg.querySelectorAll("*")], [...copy.querySelectorAll("*")]];
  const gone = [];
  all.forEach((element, i) => {
    const look = getComputedStyle(element);
    if (look.visibility === "hidden" || look.opacity === "0" || look.display === "none") return gone.push(copies[i]);
    settle_(copies[i], look);
  });
  gone.forEach((element) => element.remove());
  const behind = getComputedStyle(document.querySelector(".stage")).backgroundColor;
  copy.prepend(svgElement("rect", { width: "100%", height: "100%", fill: behind }), make("style", {}));
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = await fontRules();
  copy.querySelector("style").replaceWith(style);
  const about = { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, "font-family": "Cgviz Sans, Inter, Helvetica, Arial, sans-serif" };
  for (const name of [...copy.getAttributeNames()]) copy.removeAttribute(name);
  for (const [name, value] of Object.entries({ ...about, role: "img", "aria-label": svg.getAttribute("aria-label") })) copy.setAttribute(name, value);
  return new XMLSerializer().serializeToString(copy);
}

function settle_(element, look) {
  for (const name of ["class", "style", "tabindex", "role", "aria-label", "data-node", "data-on"]) element.removeAttribute(name);
  for (const name of ["fill", "stroke"]) if (look[name] && element.tagName !== "g") element.setAttribute(name, look[name]);
  if (look.strokeWidth !== "1px" && element.hasAttribute("stroke")) element.setAttribute("stroke-width", look.strokeWidth);
  if (Number(look.opacity) < 1) element.setAttribute("opacity", look.opacity);
}

// The rules of the page's font, its files inside.
async function fontRules() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule instanceof CSSFontFaceRule);
  return (await Promise.all(rules.map(inlined))).join("\n");
}

async function inlined(rule) {
  const found = rule.cssText.match(/url\("?([^")]+)"?\)/);
  if (!found || found[1].startsWith("data:")) return rule.cssText;
  const response = await fetch(new URL(found[1], rule.parentStyleSheet.href ?? location.href));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return rule.cssText.replace(found[0], `url(data:font/ttf;base64,${btoa(text)})`);
}

const PNG_SCALE = 2;
function savePng(text) {
  const image = new Image();
  const { width, height } = chosenPicture();
  const factor = Math.min(PNG_SCALE, 8000 / Math.max(width, height));
  image.onload = () => {
    const canvas = make("canvas", { width: Math.ceil(width * factor), height: Math.ceil(height * factor) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    save(".png", null, canvas.toDataURL("image/png"));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}

// Hands the reader a file, named by the output. `content` is a text of that media type, or a data URL where there is none.
function save(ending, media, content) {
  const href = media ? `data:${media};charset=utf-8,${encodeURIComponent(content)}` : content;
  make("a", { href, download: idOf(facts.output) + ending }).click();
}
