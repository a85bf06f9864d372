/** The pages of `perfsim view`, as a browser shows them: skipped where Debian's package chromium is not installed. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { hasChromium, launchChromium } from '../support/chromium.ts';
import { ROOT } from '../support/source-file.ts';

const PERFSIM = join(ROOT, 'dist/bin/perfsim.cjs');
const ARTIFACTS = join(ROOT, 'test-artifacts');
const MOST_BYTES = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'perfsim-view-'));
afterAll(() => rmSync(folder, { recursive: true }));

function perfsim(...args: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [PERFSIM, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stderr };
}

const RECORD = ['record', '--seed', '8', '-e', 'cycles,cycles,cycles', 'noploop', '10'];

beforeAll(() => {
  perfsim(...RECORD.slice(0, -1), '1');
  writeFileSync(join(folder, 'throws.ts'), "import { V6_18 } from 'perfsim/kernel';\nexport class Mine extends V6_18 { override perf_output_end(): void { throw new Error('oh'); } }\n");
  const made = [
    perfsim('view', '-k', 'v3.1,v3.2', '-o', 'runs.html', '--', ...RECORD),
    perfsim('view', 'explore', 'poll-vs-set-output', '--kernel', 'no-mmap-mutex', '-o', 'race.html'),
    perfsim('view', '-o', 'recording.html'),
  ];
  expect(made).toEqual(made.map(() => ({ status: 0, stderr: '' })));
});

describe('a page', () => {
  test.each(['runs.html', 'race.html', 'recording.html'])('%s is one small file that names nothing to fetch', (name) => {
    expect(statSync(join(folder, name)).size).toBeLessThan(MOST_BYTES);
    const html = readFileSync(join(folder, name), 'utf8');
    expect(html.match(/(?:src|href)="(?!data:,)[^"]*"/g)).toBeNull();
    expect(html.match(/https?:\/\/(?!www\.w3\.org\/2000\/svg)[^\s"'`]+/g) ?? []).toEqual([]);
  });

  test('is the same for the same seed', () => {
    const made = ['a', 'a', 'b'].map((seed) => {
      perfsim('view', '-o', 'page.html', '--', 'record', '--seed', seed, 'noploop', '0.1');
      return readFileSync(join(folder, 'page.html'), 'utf8');
    });
    expect(made[1]).toBe(made[0]);
    expect(made[2]).not.toBe(made[0]);
  });

  test.each([
    [['view', 'explore', 'three-events', '--kernel', 'v3.2'], /^perfsim: there is no counterexample to show: three-events on v3\.2: Never \(complete: .*\)\.\n$/],
    [['view', 'explore', 'three-events'], /^perfsim: a page shows one counterexample: .*\n$/],
    [['view', '-k', 'v3.1', 'perf.data'], /^perfsim: options of a run need a command to run: .*\n$/],
    [['view', '-o', 'no/page.html'], /^perfsim: cannot write 'no\/page\.html': no such file or directory\.\n$/],
    [['view', '-k', './throws.ts', '--', 'record', 'noploop', '0.1'], /^perfsim: the kernel '\.\/throws\.ts' fails in perf_output_end \(throws\.ts:2\): oh\.\n$/],
    [['view', 'no.data'], /^perfsim: cannot read 'no\.data': no such file or directory\.\n$/],
  ])('is refused for %j in one sentence', (words, sentence) => {
    const { status, stderr } = perfsim(...words);
    expect(stderr).toMatch(sentence);
    expect(status).toBe(2);
  });
});

(hasChromium ? describe : describe.skip)(`in Chromium${hasChromium ? '' : ', which is not installed'}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  /** Opens the page, lets `use` work with it, keeps a picture of it; nothing may be fetched and nothing go wrong. */
  async function using(name: string, [width, height]: readonly [number, number], use: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage({ viewport: { width, height } });
    const wrong: string[] = [];
    page.on('console', (message) => wrong.push(message.text()));
    page.on('pageerror', ({ message }) => wrong.push(message));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) wrong.push(request.url());
    });
    await page.goto(`file://${join(folder, name)}`);
    await page.waitForSelector('svg, canvas');
    await use(page);
    mkdirSync(ARTIFACTS, { recursive: true });
    await page.screenshot({ path: join(ARTIFACTS, `${name}-${width}.png`), fullPage: true });
    expect(wrong).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.close();
  }

  const DESK = [1200, 900] as const;
  const PHONE = [390, 844] as const;

  test('the experiment of 2011: both kernels, a sentence for each, a close look at the lost wakeup and back', async () => {
    await using('runs.html', DESK, async (page) => {
      expect(await page.locator('h2').allTextContents()).toEqual(['Linux 3.1', 'Linux 3.2']);
      expect(await page.locator('.headline').allTextContents()).toEqual([
        'The reader sleeps through the only wakeup: 19,078 of 30,010 samples are lost.',
        'Every wakeup finds the reader: all 30,010 samples arrive.',
      ]);
      const shown = page.locator('output');
      const whole = await shown.textContent();
      await page.getByRole('button', { name: /a wakeup is sent through event 3/ }).first().click();
      const near = await shown.textContent();
      expect(near).toMatch(/^1\.8226\d* to 1\.8246\d* s$/);
      await page.getByRole('button', { name: 'whole run' }).click();
      expect(await shown.textContent()).toBe(whole);
    });
  });

  test('a drag zooms all charts, a double click undoes it, and the pointer tells what there is', async () => {
    await using('runs.html', DESK, async (page) => {
      const over = page.locator('.u-over').first();
      const { x, y, width, height } = (await over.boundingBox())!;
      await page.mouse.move(x + width * 0.25, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + width * 0.5, y + height / 2, { steps: 4 });
      await page.mouse.up();
      const [from, to] = (await page.locator('output').textContent())!.match(/[\d.]+/g)!.map(Number);
      expect(from).toBeCloseTo(2.5, 1);
      expect(to).toBeCloseTo(5, 1);
      await page.mouse.move(x + width * 0.7, y + height / 2);
      expect(await page.locator('.tooltip.shown').innerText()).toMatch(/^4\.\d{6} s: 524,256 of 524,288 bytes\nwakeup beyond 524,288\n3\.643669 s: the buffer is full/);
      await page.mouse.dblclick(x + width * 0.5, y + height / 2);
      expect(await page.locator('output').textContent()).toMatch(/^the whole run/);
    });
  });

  test('a counterexample longer than the window keeps the names of its threads in sight', async () => {
    perfsim('view', 'explore', 'runaway-stamp', '--kernel', 'v3.1', '-o', 'long.html');
    await using('long.html', [1200, 420], async (page) => {
      await page.keyboard.press('End');
      await page.waitForFunction('scrollY > 300');
      const head = (await page.locator('.lanes-head').boundingBox())!;
      const toolbar = (await page.locator('.toolbar').boundingBox())!;
      expect(Math.abs(head.y - (toolbar.y + toolbar.height))).toBeLessThanOrEqual(1);
    });
  });

  test('a counterexample: step by step to the lost wakeup, with the state and the source at each', async () => {
    await using('race.html', DESK, async (page) => {
      const now = page.locator('.step.now .time');
      const { stdout } = spawnSync(process.execPath, [PERFSIM, 'explore', 'poll-vs-set-output', '--kernel', 'no-mmap-mutex', '--format', 'json'], { encoding: 'utf8' });
      const { steps } = JSON.parse(stdout) as { steps: { function: string }[] };
      expect(await page.locator('.step .function').allTextContents()).toEqual(steps.map((step) => step.function));
      expect(await page.locator('.headline').textContent()).toBe('Lost wakeup: T1 sleeps on event 1, whose buffer has 32 bytes for it.');
      const picture = page.locator('.state svg');
      expect(await picture.getAttribute('aria-label')).toContain('event 1 writes into buffer 2, T1 on its wait queue');
      expect(await picture.getAttribute('aria-label')).toContain('buffer 1 holds 0 bytes and wakes events 1; buffer 2 holds 32 bytes and wakes nobody');
      await page.keyboard.press('ArrowLeft');
      expect(await now.textContent()).toBe('t4');
      await page.keyboard.press('Home');
      expect(await picture.getAttribute('aria-label')).toContain('event 1 writes into buffer 1;');
      await page.getByRole('button', { name: 'one step forward' }).click();
      expect(await now.textContent()).toBe('t0');
      expect(await page.locator('.source .here').textContent()).toContain('const rb = rcu_dereference(event.rb);');
      await page.keyboard.press('End');
    });
  });

  test.each(['runs.html', 'race.html', 'recording.html'])('%s fits a phone', async (name) => {
    await using(name, PHONE, async (page) => {
      expect(await page.locator('h1').isVisible()).toBe(true);
    });
  });

  test('a recording says what it cannot tell', async () => {
    await using('recording.html', DESK, async (page) => {
      expect(await page.locator('.headline').textContent()).toMatch(/^3,\d{3} samples of 3 events in 1\.\d+ s; no loss is reported\.$/);
      expect(await page.locator('.unknown li').count()).toBe(4);
    });
  });
});
