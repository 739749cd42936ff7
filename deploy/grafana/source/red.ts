import { dashboard, instance, job, line } from './dashboard.js';
import { graph, heatmap, stat, table, timeline, type Levels, type Query } from './panels.js';
import { byRoute, max, overall, quantile, rate, ratio, requests, service, sum, topTen } from './promql.js';

const responses = 'http_server_responses_total';
const duration = 'http_server_request_duration_seconds';
const serverErrors = `${requests}, http_response_status_code=~"5.."`;
const clientErrors = `${requests}, http_response_status_code=~"4.."`;

const errorLevels: Levels = ['green', [0.001, 'orange'], [0.01, 'red']];
const durationLevels: Levels = ['green', [1, 'orange'], [10, 'red']];

const statusColors = { '/^[123]/': 'green', '/^4/': 'orange', '/^5/': 'red' };

function errorRatio(labels: string, by: string[] = [], rated = rate): string {
  return ratio(sum(rated(responses, labels), by), sum(rated(responses, requests), by));
}

function quantiles(...quantiles: number[]): Query[] {
  return quantiles.map((q) => ({ expr: quantile(q, duration, requests), legend: `p${q * 100}`, exemplars: true }));
}

const cpu = 'gmicro_http_server_cpu_seconds_total';
const allocated = 'gmicro_http_server_allocated_bytes_total';
const byTemplate = ['http_route'];

const routeLegend = '{{http_request_method}} {{http_route}}';

export const red = dashboard({
  uid: 'gmicro-red',
  title: 'gmicro / HTTP requests',
  description: 'Rate, errors and duration of HTTP requests: of the service, by route and by instance.',
  variables: [
    job(responses),
    instance,
    { name: 'route', label: 'Route', from: `${responses}{job="$job"}`, of: 'http_route', multi: true },
  ],
  rows: {
    'Now': [
      line(4,
        stat({
          title: 'Instances',
          description: 'Can Prometheus reach the instances, and how many should there be?',
          unit: 'none',
          levels: ['red', [1, 'green']],
          queries: [
            { expr: sum(`up{${service}}`), legend: 'up' },
            { expr: `count(up{${service}})`, legend: 'known' },
          ],
        }),
        stat({
          title: 'Requests per second',
          description: 'How much is asked of the service? Every answer counts, those of errors and of streams too.',
          unit: 'reqps',
          levels: ['blue'],
          queries: [{ expr: sum(rate(responses, requests)), legend: 'requests' }],
        }),
        stat({
          title: 'Server errors',
          description: 'What share of the requests is answered with 5xx?',
          unit: 'percentunit',
          levels: errorLevels,
          queries: [{ expr: errorRatio(serverErrors), legend: '5xx' }],
        }),
        stat({
          title: 'p50 of the duration',
          description: 'How long does half of the requests take at most?',
          unit: 's',
          levels: durationLevels,
          queries: quantiles(0.5),
        }),
        stat({
          title: 'p99 of the duration',
          description: 'How long do all but one in a hundred requests take at most? Red from the default threshold of slow requests on.',
          unit: 's',
          levels: durationLevels,
          queries: quantiles(0.99),
        }),
        stat({
          title: 'In flight on one instance',
          description: 'How many requests does the busiest instance answer at this moment? Tomcat has 200 threads unless told otherwise.',
          unit: 'none',
          levels: ['green', [100, 'orange'], [200, 'red']],
          queries: [{ expr: max(sum(`http_server_active_requests{${service}}`, ['instance'])), legend: 'requests' }],
        })),
    ],
    'Service': [
      line(9,
        graph({
          title: 'Requests by status code',
          description: 'How many requests are there, and how are they answered? 499: the client went away before it had the whole answer.',
          unit: 'reqps',
          stacked: true,
          colors: statusColors,
          queries: [{
            expr: sum(rate(responses, requests), ['http_response_status_code']),
            legend: '{{http_response_status_code}}',
          }],
        }),
        graph({
          title: 'Share of errors',
          description: 'What share of the requests fails, by fault of the service (5xx) or of its clients (4xx)?',
          unit: 'percentunit',
          max: 0.05,
          levels: errorLevels,
          colors: statusColors,
          queries: [
            { expr: errorRatio(serverErrors), legend: '5xx' },
            { expr: errorRatio(clientErrors), legend: '4xx' },
          ],
        })),
      line(9,
        graph({
          title: 'Duration',
          description: 'How long do requests take? Points are single requests with a trace, where the service has a tracer.',
          unit: 's',
          levels: durationLevels,
          queries: quantiles(0.5, 0.95, 0.99),
        }),
        heatmap({
          title: 'Durations, all of them',
          description: 'Are there two kinds of requests, fast and slow, that quantiles blend into one number?',
          unit: 's',
          expr: sum(rate(`${duration}_bucket`, requests), ['le']),
        })),
    ],
    'Routes': [
      line(10,
        table({
          title: 'Routes',
          description: 'Which route is busy, fails or is slow, over all the time shown? A route leads to its slow requests.',
          labels: { http_request_method: 'Method', http_route: 'Route' },
          sortBy: 'Requests per second',
          links: {
            Route: {
              title: 'Slow requests of this route',
              url: '/d/gmicro-slow?${datasource:queryparam}&${job:queryparam}&${instance:queryparam}'
                + '&var-route=${__value.raw:percentencode}&${__url_time_range}',
            },
          },
          columns: [
            { title: 'Requests per second', unit: 'reqps', expr: sum(overall(responses, requests), byRoute) },
            { title: '5xx', unit: 'percentunit', levels: errorLevels, expr: errorRatio(serverErrors, byRoute, overall) },
            { title: '4xx', unit: 'percentunit', expr: errorRatio(clientErrors, byRoute, overall) },
            ...[0.5, 0.95, 0.99].map((q) => ({
              title: `p${q * 100}`, unit: 's', levels: durationLevels,
              expr: quantile(q, duration, requests, byRoute, overall),
            })),
          ],
        })),
      line(9,
        graph({
          title: 'Requests by route',
          description: 'How does the traffic of the ten busiest routes change?',
          unit: 'reqps',
          queries: [{ expr: topTen(byRoute, (rated) => sum(rated(responses, requests), byRoute)), legend: routeLegend }],
        }),
        graph({
          title: 'Server errors by route',
          description: 'Since when do the ten routes with the most errors fail, and what share of their requests?',
          unit: 'percentunit',
          max: 0.05,
          levels: errorLevels,
          queries: [{
            expr: topTen(byRoute, (rated) => errorRatio(serverErrors, byRoute, rated)),
            legend: routeLegend,
          }],
        }),
        graph({
          title: 'p99 by route',
          description: 'Since when are the ten slowest routes slow?',
          unit: 's',
          levels: durationLevels,
          queries: [{
            expr: topTen(byRoute, (rated) => quantile(0.99, duration, requests, byRoute, rated)),
            legend: routeLegend,
            exemplars: true,
          }],
        })),
    ],
    'Instances': [
      line(9,
        graph({
          title: 'Requests by instance',
          description: 'Does every instance get its share of the traffic?',
          unit: 'reqps',
          queries: [{ expr: sum(rate(responses, requests), ['instance']), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Server errors by instance',
          description: 'Is it one instance that fails, or all of them?',
          unit: 'percentunit',
          max: 0.05,
          levels: errorLevels,
          queries: [{ expr: errorRatio(serverErrors, ['instance']), legend: '{{instance}}' }],
        }),
        graph({
          title: 'p99 by instance',
          description: 'Is it one instance that is slow, or all of them?',
          unit: 's',
          levels: durationLevels,
          queries: [{
            expr: quantile(0.99, duration, requests, ['instance']),
            legend: '{{instance}}',
            exemplars: true,
          }],
        })),
      line(6,
        timeline({
          title: 'Instances that Prometheus reaches',
          description: 'Which instance was away, and when? Purple marks on other graphs are starts.',
          unit: 'none',
          states: { 0: { text: 'down', color: 'red' }, 1: { text: 'up', color: 'green' } },
          queries: [{ expr: `up{${service}}`, legend: '{{instance}}' }],
        })),
    ],
    'Bodies': [
      line(8,
        graph({
          title: 'Bytes answered, by route',
          description: 'Which ten routes send the most, before compression?',
          unit: 'Bps',
          queries: [{
            expr: topTen(byRoute, (rated) => sum(rated('http_server_response_body_size_bytes_sum', requests), byRoute)),
            legend: routeLegend,
          }],
        }),
        graph({
          title: 'Size of an answer, by route',
          description: 'Which ten routes have the largest answers on average?',
          unit: 'bytes',
          queries: [{ expr: topTen(byRoute, (rated) => meanSize('response', rated)), legend: routeLegend }],
        }),
        graph({
          title: 'Size of a request, by route',
          description: 'Which ten routes are sent the largest bodies on average? Requests without a Content-Length are not measured.',
          unit: 'bytes',
          queries: [{ expr: topTen(byRoute, (rated) => meanSize('request', rated)), legend: routeLegend }],
        })),
    ],
    'Cost': [
      line(9,
        graph({
          title: 'CPU seconds per request by route',
          description: 'Which ten routes use the most CPU time per request? Without gmicro.http.cost.enabled=true, this row is empty.',
          unit: 's',
          queries: [{ expr: topTen(byTemplate, (rated) => perRequest(cpu, rated)), legend: '{{http_route}}' }],
        }),
        graph({
          title: 'Ten most expensive routes',
          description: 'Which ten routes use the most CPU time? The values are CPUs: 0.5 is half of one.',
          unit: 'none',
          stacked: true,
          queries: [{
            expr: topTen(byTemplate, (rated) => sum(rated(cpu, `${requests}, http_route!="_BACKGROUND"`), byTemplate)),
            legend: '{{http_route}}',
          }],
        }),
        graph({
          title: 'Bytes per request by route',
          description: 'Which ten routes allocate the most memory per request, and so keep the garbage collector busy?',
          unit: 'bytes',
          queries: [{ expr: topTen(byTemplate, (rated) => perRequest(allocated, rated)), legend: '{{http_route}}' }],
        })),
    ],
  },
});

function meanSize(of: 'request' | 'response', rated: typeof rate): string {
  const size = `http_server_${of}_body_size_bytes`;
  return `${sum(rated(`${size}_sum`, requests), byRoute)} / ${sum(rated(`${size}_count`, requests), byRoute)}`;
}

function perRequest(cost: string, rated: typeof rate): string {
  return `${sum(rated(cost, requests), byTemplate)} / (${sum(rated(responses, requests), byTemplate)} > 0)`;
}
