// Opens pages of every kind as people might, and prints what is wrong with each.

import { browse, violations } from "./browser.mjs";

const [root, ...paths] = process.argv.slice(2);
const DESK = { width: 1100, height: 900 };
const WAYS = {
  light: { lang: "en", viewport: DESK, colorScheme: "light" },
  dark: { lang: "zh-Hant", viewport: DESK, colorScheme: "dark" },
  phone: { lang: "en", viewport: { width: 320, height: 700 }, colorScheme: "light" },
  zh: { lang: "zh-Hans", viewport: DESK, colorScheme: "light" },
};
const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";

await browse(root, async (open) => {
  const seen = [];
  const visit = async ([way, { lang, ...options }]) => {
    // One window for each way: opening one takes longer than a page.
    const page = await open("/about", options);
    for (const path of paths) {
      page.faults = [];
      page.outside = [];
      await page.goto(`${root}${path}${path.includes("?") ? "&" : "?"}lang=${lang}`);
      const shown = await page.evaluate((focusable) => {
        const { scrollWidth, clientWidth } = document.documentElement;
        const stops = [...document.querySelectorAll(focusable)].filter((node) => node.checkVisibility());
        return { beyond: scrollWidth - clientWidth, stops: stops.length };
      }, FOCUSABLE);
      seen.push({ path, way, ...shown, axe: await violations(page), faults: page.faults, outside: page.outside });
    }
    await page.context().close();
  };
  await Promise.all(Object.entries(WAYS).map(visit));
  return seen;
});
