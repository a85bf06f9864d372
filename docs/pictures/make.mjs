/** `npm run pictures`: the pictures of the README, taken of the program's own pages by day and by night. Needs the built command and Debian's chromium. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const HERE = dirname(fileURLToPath(import.meta.url));
const PERFSIM = join(HERE, '../../dist/bin/perfsim.cjs');

/** What is for hands, not for eyes, is left out. */
const STILL = '.toolbar, .command, details, .note, .unknown { display: none !important; } main { padding: 18px 24px !important; }';

const PICTURES = [
  {
    name: '2011', width: 1000, words: ['-k', 'v3.1,v3.2', '--', 'record', '--seed', '8', '-e', 'cycles,cycles,cycles', 'noploop', '10'],
    style: `${STILL} header, .samples { display: none; } .run:first-of-type { margin-top: 0; }`,
  },
  { name: 'race', width: 1100, words: ['explore', 'poll-vs-set-output', '--kernel', 'no-mmap-mutex'], style: `${STILL} .source { display: none; }` },
];

const folder = mkdtempSync(join(tmpdir(), 'perfsim-pictures-'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
for (const { name, words, width, style } of PICTURES) {
  const path = join(folder, `${name}.html`);
  const at = words.includes('--') ? words.indexOf('--') : words.length;
  spawnSync(process.execPath, [PERFSIM, 'view', ...words.slice(0, at), '-o', path, ...words.slice(at)], { stdio: 'inherit' });
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width, height: 500 }, deviceScaleFactor: 1.5, colorScheme });
    await page.goto(`file://${path}`);
    await page.addStyleTag({ content: style });
    await page.waitForTimeout(300);
    await page.locator('main').screenshot({ path: join(HERE, `${name}${colorScheme === 'dark' ? '-dark' : ''}.png`) });
    await page.close();
  }
}
await browser.close();
rmSync(folder, { recursive: true });
