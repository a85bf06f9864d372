/** The page's own program: reads the data that the page carries, and draws it. */
import type { RunsPage } from '../../perf/view/page-data.ts';
import { runsPage } from './runs.ts';

const page = JSON.parse(document.getElementById('data')!.textContent) as RunsPage;
const main = document.querySelector('main')!;
document.title = page.title;
runsPage(page, main);
