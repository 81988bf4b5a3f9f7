// What the theme leaves out for readers who hear the page or have no mouse.

document.querySelector(".md-search")?.setAttribute("aria-label", "search");
for (const box of document.querySelectorAll("figure, .md-typeset__scrollwrap, pre > code")) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}
