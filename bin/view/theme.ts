/** The page's colours as they are now: canvases do not follow the style sheet by themselves. */
const NAMES = ['ink', 'soft', 'line', 'paper', 'data', 'data-fill', 'mark', 'good', 'bad', 'bad-fill', 'rest', 'event-0', 'event-1', 'event-2', 'event-3'] as const;

export type Theme = Readonly<Record<(typeof NAMES)[number], string>>;

export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Theme;
}

export const FONT = '12px system-ui, sans-serif';

/** Calls `redraw` when the colours have changed: by day and night, and for paper. */
export function onTheme(redraw: () => void): void {
  for (const query of ['(prefers-color-scheme: dark)', 'print']) matchMedia(query).addEventListener('change', redraw);
  addEventListener('beforeprint', redraw);
  addEventListener('afterprint', redraw);
}
