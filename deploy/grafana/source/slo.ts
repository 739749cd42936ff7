import { dashboard, job, line } from './dashboard.js';
import { graph, stat, table, timeline, type Levels } from './panels.js';
import { max } from './promql.js';

const slo = 'job="$job", slo=~"$slo"';
const bySlo = ['job', 'slo'];
const errorsAllowed = `on (job, slo) (1 - ${max(`slo:objective:ratio{${slo}}`, bySlo)})`;
const budgetLeft = max(`slo:error_budget_remaining:ratio{${slo}}`, bySlo);
const budgetLevels: Levels = ['red', [0, 'orange'], [0.25, 'green']];

/** Of deploy/prometheus/rules: what a service without an objective of its own is held to. */
const defaultObjective = 0.999;

/** How many times faster than allowed the budget is spent: at 1 it is gone when its 30 days are. */
function burn(window: string): string {
  return `${max(`slo:http_server_errors:ratio_rate${window}{${slo}}`, bySlo)} / ${errorsAllowed}`;
}

function defaultBurn(kind: 'http' | 'rpc', window: string): string {
  return `job:${kind}_server_errors:ratio_rate${window}{job="$job"} / (1 - ${defaultObjective})`;
}

function alerts(state: 'firing' | 'pending'): string {
  return `ALERTS{job="$job", alertstate="${state}"}`;
}

/** The alert ErrorBudgetBurn fires while both windows are above the factor. */
function burnGraph(long: string, short: string, factor: number, severity: string) {
  return graph({
    title: `Burn rate over ${long} and ${short}`,
    description: `Is the budget spent at more than ${factor} times the speed that is allowed? Where both windows say so, ErrorBudgetBurn fires with the severity ${severity}.`,
    unit: 'none',
    levels: ['green', [factor, severity === 'page' ? 'red' : 'orange']],
    queries: [
      { expr: burn(long), legend: `${long} {{slo}}` },
      { expr: burn(short), legend: `${short} {{slo}}` },
    ],
  });
}

export const objectives = dashboard({
  uid: 'gmicro-slo',
  title: 'gmicro / Service level objectives',
  // A budget is for 30 days.
  from: 'now-30d',
  description: 'Are the objectives kept, how much may still go wrong, and who is woken? Needs the rules of deploy/prometheus/rules.',
  variables: [
    job('{__name__=~"slo:objective:ratio|job:http_server_errors:ratio_rate5m"}'),
    { name: 'slo', label: 'Objective', from: 'slo:objective:ratio{job="$job"}', of: 'slo', multi: true },
  ],
  rows: {
    'Now': [
      line(7,
        stat({
          title: 'Error budget that is left',
          description: 'How much may still go wrong? 100 %: nothing has gone wrong yet. Below 0 the objective is missed.',
          unit: 'percentunit',
          levels: budgetLevels,
          queries: [{ expr: budgetLeft, legend: '{{slo}}' }],
        }),
        table({
          title: 'Objectives',
          description: 'What was promised, what is left of the budget, and how fast is it spent?',
          labels: { slo: 'Objective', job: 'Job' },
          columns: [
            { title: 'Promised', unit: 'percentunit', expr: max(`slo:objective:ratio{${slo}}`, bySlo) },
            { title: 'Budget left', unit: 'percentunit', levels: budgetLevels, expr: budgetLeft },
            { title: 'Burn rate 1h', unit: 'none', levels: ['green', [1, 'orange'], [14.4, 'red']], expr: burn('1h') },
            { title: '6h', unit: 'none', levels: ['green', [1, 'orange'], [6, 'red']], expr: burn('6h') },
            { title: '1d', unit: 'none', levels: ['green', [1, 'orange'], [3, 'red']], expr: burn('1d') },
            { title: '3d', unit: 'none', levels: ['green', [1, 'red']], expr: burn('3d') },
          ],
        })),
      line(7,
        timeline({
          title: 'Alerts',
          description: 'Which alerts of the service are pending or fire, and since when? Their pages are in docs/runbooks.',
          unit: 'none',
          states: { 1: { text: 'pending', color: 'orange' }, 2: { text: 'firing', color: 'red' } },
          queries: [{
            expr: max(`2 * ${alerts('firing')} or ${alerts('pending')}`, ['alertname', 'slo', 'severity']),
            legend: '{{alertname}} {{slo}} {{severity}}',
          }],
        })),
    ],
    'Burn rates': [
      line(9, burnGraph('1h', '5m', 14.4, 'page'), burnGraph('6h', '30m', 6, 'page')),
      line(9, burnGraph('1d', '2h', 3, 'ticket'), burnGraph('3d', '6h', 1, 'ticket')),
    ],
    'Budgets': [
      line(9,
        graph({
          title: 'Error budget over time',
          description: 'When was the budget spent: bit by bit, or in one incident?',
          unit: 'percentunit',
          levels: budgetLevels,
          negative: true,
          queries: [{ expr: budgetLeft, legend: '{{slo}}' }],
        }),
        graph({
          title: 'Bad requests',
          description: 'What share of the requests was answered with 5xx or slower than promised?',
          unit: 'percentunit',
          max: 0.01,
          queries: [{ expr: max(`slo:http_server_errors:ratio_rate5m{${slo}}`, bySlo), legend: '{{slo}}' }],
        })),
    ],
    'Against 99.9 %, for services without objectives': [
      line(9,
        graph({
          title: 'Burn rate of HTTP',
          description: 'How many times more requests than one in a thousand are answered with 5xx? Above 14.4 over 1h and 5m, or 6 over 6h and 30m, somebody is woken.',
          unit: 'none',
          levels: ['green', [6, 'orange'], [14.4, 'red']],
          queries: ['5m', '1h', '6h', '3d'].map((window) => ({ expr: defaultBurn('http', window), legend: window })),
        }),
        graph({
          title: 'Burn rate of gRPC',
          description: 'How many times more calls than one in a thousand fail by fault of the service?',
          unit: 'none',
          levels: ['green', [6, 'orange'], [14.4, 'red']],
          queries: ['5m', '1h', '6h', '3d'].map((window) => ({ expr: defaultBurn('rpc', window), legend: window })),
        })),
    ],
  },
});
