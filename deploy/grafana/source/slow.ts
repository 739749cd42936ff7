import { activityPanels } from './activities.js';
import { dashboard, instance, job, line } from './dashboard.js';
import { graph, heatmap, stat, table, text, type Levels } from './panels.js';
import { byRoute, increase, increaseOverRange, topTenPeaks, max, overall, rate, ratio, requests, service, sum, topTen } from './promql.js';

const responses = 'http_server_responses_total';
const slowRequests = 'http_server_slow_requests_total';
const duration = 'http_server_request_duration_seconds';
const active = `http_server_active_requests{${service}}`;

const routeLegend = '{{http_request_method}} {{http_route}}';
const shareLevels: Levels = ['green', [0.001, 'orange'], [0.01, 'red']];
const faults = ['gmicro_scrape_errors_total', 'gmicro_observer_errors_total', 'gmicro_sampler_restarts_total'];
const troubleLevels: Levels = ['green', [1, 'red']];

function slowShare(by: string[] = [], rated = rate): string {
  return ratio(sum(rated(slowRequests, requests), by), sum(rated(responses, requests), by));
}

export const slow = dashboard({
  uid: 'gmicro-slow',
  title: 'gmicro / Slow requests and requests in flight',
  description: 'What is slow, what is running, where the time goes, and whether the measurement can be trusted.',
  variables: [
    job(responses),
    instance,
    { name: 'route', label: 'Route', from: `${responses}{job="$job"}`, of: 'http_route', multi: true },
  ],
  rows: {
    'Now': [
      line(4,
        stat({
          title: 'Slow requests per minute',
          description: 'How many requests took longer than their threshold, and ended?',
          unit: 'none',
          levels: ['green', [1, 'orange'], [10, 'red']],
          queries: [{
            expr: `60 * (${sum(rate(slowRequests, requests))} or 0 * ${sum(rate(responses, requests))})`,
            legend: 'slow',
          }],
        }),
        stat({
          title: 'Share of slow requests',
          description: 'What share of the requests is that?',
          unit: 'percentunit',
          levels: shareLevels,
          queries: [{ expr: slowShare(), legend: 'slow' }],
        }),
        stat({
          title: 'Longest request',
          description: 'How long did the longest request take that ended in about the last two minutes?',
          unit: 's',
          levels: ['green', [1, 'orange'], [10, 'red']],
          queries: [{ expr: max(`${duration}_max{${requests}}`), legend: 'longest' }],
        }),
        stat({
          title: 'In flight',
          description: 'How many requests are being answered at this moment, by all instances and of all routes?',
          unit: 'none',
          levels: ['blue'],
          queries: [{ expr: sum(active), legend: 'requests' }],
        }),
        stat({
          title: 'Trouble of the measurement',
          description: 'Has anything gone wrong in gmicro itself in the time shown? The last row says what.',
          unit: 'none',
          levels: troubleLevels,
          queries: [{
            expr: faults.map((metric) => `(${sum(increaseOverRange(metric, service))} or vector(0))`).join(' + '),
            legend: 'faults',
          }],
        }),
        stat({
          title: 'Folded',
          description: 'Did routes, methods or requests go past a bound, so that they are counted without their name, in the time shown?',
          unit: 'none',
          levels: ['green', [1, 'orange']],
          queries: [{ expr: sum(increaseOverRange('gmicro_overflow_total', service)), legend: 'folded' }],
        })),
    ],
    'Slow requests': [
      line(9,
        graph({
          title: 'Slow requests by route',
          description: 'Which ten routes have the most requests above their threshold, and since when?',
          unit: 'reqps',
          queries: [{ expr: topTen(byRoute, (rated) => sum(rated(slowRequests, requests), byRoute)), legend: routeLegend }],
        }),
        graph({
          title: 'Share of slow requests by route',
          description: 'Is a route slow for everybody or for few? The ten with the highest share.',
          unit: 'percentunit',
          levels: shareLevels,
          queries: [{ expr: topTen(byRoute, (rated) => slowShare(byRoute, rated)), legend: routeLegend }],
        }),
        graph({
          title: 'Slow requests by status code',
          description: 'Do slow requests still get their answer (2xx), fail (5xx), or does the client give up (499)?',
          unit: 'reqps',
          stacked: true,
          colors: { '/^[123]/': 'green', '/^4/': 'orange', '/^5/': 'red' },
          queries: [{
            expr: sum(rate(slowRequests, requests), ['http_response_status_code']),
            legend: '{{http_response_status_code}}',
          }],
        })),
      line(9,
        graph({
          title: 'Longest request by route',
          description: 'How far out are the slowest requests that no quantile shows? The ten routes with the longest.',
          unit: 's',
          levels: ['green', [10, 'red']],
          queries: [{
            expr: topTenPeaks(byRoute, `${duration}_max{${requests}}`),
            legend: routeLegend,
          }],
        }),
        heatmap({
          title: 'Durations, all of them',
          description: 'Are slow requests the end of one long tail or a group of their own?',
          unit: 's',
          expr: sum(rate(`${duration}_bucket`, requests), ['le']),
        })),
      line(9,
        table({
          title: 'Slow requests by route, all the time shown',
          description: 'Where to look first: which route was slow how often, and what share of its requests?',
          labels: { http_request_method: 'Method', http_route: 'Route' },
          sortBy: 'Slow per minute',
          columns: [
            {
              title: 'Slow per minute',
              unit: 'none',
              levels: ['text', [1, 'orange'], [10, 'red']],
              expr: `60 * ${sum(overall(slowRequests, requests), byRoute)}`,
            },
            { title: 'Share', unit: 'percentunit', levels: shareLevels, expr: slowShare(byRoute, overall) },
          ],
        }),
        text({
          title: 'Why are they slow?',
          description: 'Where are the timelines and stacks of slow requests?',
          markdown: [
            'Every instance keeps a hundred slow requests, of each route and minute the first and the slowest, with a timeline of',
            'what they did and their stacks. `/debug/requests` shows them, and what runs now. Enable it with',
            '`gmicro.http.slow-requests.endpoint.enabled=true`. By default it only answers requests from the same host with the',
            'token that start-up logs:',
            '',
            '```',
            'kubectl port-forward POD 8080        # or: ssh -L 8080:localhost:8080 HOST',
            'curl -H "Accept: text/plain" "localhost:8080/debug/requests?token=$TOKEN"',
            'go tool pprof -top -cum "http://localhost:8080/debug/requests/slow.pb.gz?token=$TOKEN"',
            '```',
            '',
            'The link at the top explains what stands there.',
          ].join('\n'),
        })),
    ],
    'Where the time goes': [
      line(10, ...activityPanels({
        of: 'requests',
        by: { label: 'http_route', title: 'Route' },
        time: 'gmicro_http_server_time_seconds_total',
        duration,
        labels: requests,
      })),
    ],
    'In flight': [
      line(9,
        graph({
          title: 'In flight by instance',
          description: 'Do requests pile up, and where? A line that climbs while the traffic does not is a dependency that hangs.',
          unit: 'none',
          levels: ['green', [200, 'red']],
          queries: [{ expr: sum(active, ['instance']), legend: '{{instance}}' }],
        }),
        graph({
          title: 'In flight by method',
          description: 'Is it reading or writing that piles up?',
          unit: 'none',
          stacked: true,
          queries: [{ expr: sum(active, ['http_request_method']), legend: '{{http_request_method}}' }],
        }),
        graph({
          title: 'In flight by route',
          description: 'How many requests of a route were running on average? Rate times duration: the ten routes that keep the service busiest.',
          unit: 'none',
          queries: [{ expr: topTen(byRoute, (rated) => sum(rated(`${duration}_sum`, requests), byRoute)), legend: routeLegend }],
        })),
    ],
    'The measurement itself': [
      line(8,
        graph({
          title: 'Faults',
          description: 'Are scrapes refused or incomplete, do observers throw, did the sampler have to be restarted?',
          unit: 'none',
          levels: troubleLevels,
          queries: [
            { expr: sum(increase('gmicro_scrape_errors_total', service), ['instance']), legend: 'scrape errors {{instance}}' },
            { expr: sum(increase('gmicro_observer_errors_total', service), ['instance']), legend: 'observer errors {{instance}}' },
            { expr: sum(increase('gmicro_sampler_restarts_total', service), ['instance']), legend: 'sampler restarts {{instance}}' },
          ],
        }),
        graph({
          title: 'Folded into a shared label',
          description: 'Which bound is reached? Sums stay exact; the names past the bound are lost.',
          unit: 'none',
          queries: [{ expr: sum(increase('gmicro_overflow_total', service), ['label']), legend: '{{label}}' }],
        }),
        graph({
          title: 'Samples of a scrape',
          description: 'How many series does an instance have, and does it grow? deploy/prometheus drops a scrape with more than 20,000.',
          unit: 'none',
          levels: ['green', [16000, 'orange'], [20000, 'red']],
          queries: [{ expr: `scrape_samples_scraped{${service}}`, legend: '{{instance}}' }],
        }),
        graph({
          title: 'Duration of a scrape',
          description: 'How long does Prometheus wait for the metrics? It gives up after 10 s.',
          unit: 's',
          levels: ['green', [5, 'orange'], [10, 'red']],
          queries: [{ expr: `scrape_duration_seconds{${service}}`, legend: '{{instance}}' }],
        })),
      line(7,
        graph({
          title: 'CPU time of the sampler',
          description: 'What share of one CPU does sampling take? Where it would be more than gmicro.sampling.max-cpu, by default 0.01, looks are rarer.',
          unit: 'percentunit',
          max: 0.02,
          levels: ['green', [0.01, 'orange']],
          queries: [{ expr: sum(rate('gmicro_sampler_cpu_seconds_total', service), ['instance']), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Looks and stacks per second',
          description: 'How many samples is the time by activity made from? Fewer looks in the same time mean larger errors.',
          unit: 'cps',
          queries: [
            { expr: sum(rate('gmicro_sampler_looks_total', service), ['instance']), legend: 'looks {{instance}}' },
            { expr: sum(rate('gmicro_sampler_stacks_total', service), ['instance']), legend: 'stacks {{instance}}' },
          ],
        }),
        graph({
          title: 'Lateness of the sampler',
          description: 'How late is a look on average? Where it is many milliseconds, threads wait for a CPU, and the time by activity is less exact.',
          unit: 's',
          levels: ['green', [0.01, 'orange']],
          queries: [{
            expr: `${sum(rate('gmicro_sampler_late_seconds_total', service), ['instance'])} / `
              + sum(rate('gmicro_sampler_looks_total', service), ['instance']),
            legend: '{{instance}}',
          }],
        })),
    ],
  },
});
