/** A page in one file: its program, its style sheet and its data inside it, nothing fetched. */
import { readFileSync } from 'node:fs';
import type { RunsPage } from '../perf/view/page-data.ts';
import { builtFile } from './places.ts';
import type { StepsPage } from './view/steps-data.ts';

const TEMPLATE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="perfsim view">
<link rel="icon" href="data:,">
<title>TITLE</title>
<style>STYLE</style>
<main><noscript>This page draws its pictures with a program that it carries; please allow it.</noscript></main>
<script type="application/json" id="data">DATA</script>
<script>PROGRAM</script>
</html>
`;

export function pageHtml(page: RunsPage | StepsPage): string {
  const parts: Record<string, string> = {
    TITLE: page.title.replace(/[<&]/g, (character) => (character === '<' ? '&lt;' : '&amp;')),
    STYLE: asset('style.css'),
    // A text in a script element ends at the first '</script'.
    DATA: JSON.stringify(page).replaceAll('<', '\\u003c'),
    PROGRAM: asset('main.js').replaceAll('</script', '<\\/script'),
  };
  return TEMPLATE.replace(/TITLE|STYLE|DATA|PROGRAM/g, (part) => parts[part]);
}

/** What the build has made for browsers. */
function asset(name: string): string {
  return readFileSync(builtFile(`view/${name}`, 'a page needs'), 'utf8').trim();
}
