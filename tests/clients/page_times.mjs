// Opens pages one after another, each in a window of its own that has nothing in its cache, and
// prints for each how many milliseconds passed until its first byte and until it was loaded.

import { launch } from "./browser.mjs";

const [root, ...paths] = process.argv.slice(2);

// Other hosts have no address; to intercept requests, as the other tests do, would take time.
const browser = await launch("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
try {
  const times = {};
  for (const path of paths) {
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const response = await page.goto(root + path, { waitUntil: "load" });
    // It is set when the handlers of the event have run.
    await page.waitForFunction(() => performance.getEntriesByType("navigation")[0].loadEventEnd > 0);
    const [firstByte, loaded] = await page.evaluate(() => {
      const [{ responseStart, loadEventEnd }] = performance.getEntriesByType("navigation");
      return [responseStart, loadEventEnd];
    });
    times[path] = { status: response.status(), firstByte, loaded };
    if (await page.$("form[data-editor]")) {
      await page.waitForFunction(() => performance.getEntriesByName("editor").length);
      times[path].editor = await page.evaluate(() => performance.getEntriesByName("editor")[0].startTime);
    }
    await context.close();
  }
  console.log(JSON.stringify(times));
} finally {
  await browser.close();
}
