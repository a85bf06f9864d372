/** The page's own program: reads the data that the page carries, and draws it. */
import type { RunsPage } from '../../perf/view/page-data.ts';
import { runsPage } from './runs.ts';
import type { StepsPage } from './steps-data.ts';
import { stepsPage } from './steps-page.ts';

const page = JSON.parse(document.getElementById('data')!.textContent) as RunsPage | StepsPage;
const main = document.querySelector('main')!;
document.title = page.title;
if (page.kind === 'runs') runsPage(page, main);
else stepsPage(page, main);
