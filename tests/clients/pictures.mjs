// Opens the pages of pictures as a person might, and prints what is wrong with each.

import { browse, violations } from "./browser.mjs";

const [root, ...paths] = process.argv.slice(2);
const WAYS = [
  { lang: "en", viewport: { width: 1100, height: 900 }, colorScheme: "light" },
  { lang: "zh-Hans", viewport: { width: 320, height: 700 }, colorScheme: "dark" },
];

await browse(root, async (open) => {
  const seen = [];
  for (const path of paths) {
    for (const { lang, ...options } of WAYS) {
      const page = await open(`${path}?lang=${lang}`, options);
      const shown = await page.evaluate(() => {
        const texts = [...document.querySelectorAll("svg.picture text")].map((node) => [node.textContent, node.getBoundingClientRect()]);
        const overlaps = [];
        texts.forEach(([words, one], index) => {
          for (const [others, other] of texts.slice(index + 1)) {
            // Two pixels above and below a line of text are empty.
            const across = one.left < other.right - 1 && other.left < one.right - 1;
            if (across && one.top < other.bottom - 2 && other.top < one.bottom - 2) overlaps.push(`${words} × ${others}`);
          }
        });
        const { scrollWidth, clientWidth } = document.documentElement;
        const solid = [...document.querySelectorAll("svg.picture .mark.hedged, svg.picture .mark.hedged *")]
          .filter((node) => ["rect", "circle", "path"].includes(node.localName))
          .filter((node) => {
            const style = getComputedStyle(node);
            const paper = getComputedStyle(node.closest("svg.picture")).backgroundColor;
            const isLine = style.fill === "none";
            return isLine ? node.classList.contains("tie") && style.strokeDasharray === "none" : style.fill !== paper;
          });
        // What of a picture can be seen before it is swiped.
        const marks = [...document.querySelectorAll("figure svg.picture .mark")].filter((node) => node.checkVisibility());
        const seen = marks.filter((node) => {
          const [mark, frame] = [node, node.closest("figure > div")].map((each) => each.getBoundingClientRect());
          return mark.right <= Math.min(frame.right, innerWidth) + 1;
        });
        return { marks: marks.length, seen: seen.length, overlaps, beyond: scrollWidth - clientWidth, texts: texts.length, solid: solid.map((node) => node.outerHTML.slice(0, 90)) };
      });
      seen.push({ path, lang, ...shown, axe: await violations(page), faults: page.faults, outside: page.outside });
      await page.context().close();
    }
  }
  return seen;
});
