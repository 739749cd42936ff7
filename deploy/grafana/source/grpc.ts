import { activityPanels } from './activities.js';
import { dashboard, instance, job, line } from './dashboard.js';
import { graph, heatmap, stat, table, type Levels, type Query } from './panels.js';
import { calls, overall, quantile, rate, ratio, sum, topTen } from './promql.js';

/** The same as in deploy/prometheus/rules. All other codes are the client's business. */
const serverCodes = 'UNKNOWN|DEADLINE_EXCEEDED|INTERNAL|UNAVAILABLE|DATA_LOSS';

const serverErrors = `${calls}, rpc_status_code=~"${serverCodes}"`;

/** To a client every call that did not succeed has failed. */
const clientErrors = `${calls}, rpc_status_code!="OK"`;

const byMethod = ['rpc_method'];
const errorLevels: Levels = ['green', [0.001, 'orange'], [0.01, 'red']];
const durationLevels: Levels = ['green', [1, 'orange'], [10, 'red']];

const codeColors = { '/^OK$/': 'green', [`/^(${serverCodes})$/`]: 'red' };

interface Side {
  responses: string;
  duration: string;
  sent: string;
  received: string;
  errors: string;
}

function side(of: 'server' | 'client', errors: string): Side {
  return {
    responses: `rpc_${of}_responses_total`,
    duration: `rpc_${of}_call_duration_seconds`,
    sent: `rpc_${of}_messages_sent_total`,
    received: `rpc_${of}_messages_received_total`,
    errors,
  };
}

const server = side('server', serverErrors);
const client = side('client', clientErrors);

function errorRatio(of: Side, by: string[] = [], rated = rate): string {
  return ratio(sum(rated(of.responses, of.errors), by), sum(rated(of.responses, calls), by));
}

function quantiles(of: Side, ...quantiles: number[]): Query[] {
  return quantiles.map((q) => ({ expr: quantile(q, of.duration, calls), legend: `p${q * 100}`, exemplars: true }));
}

/** Every code of every method has a series from the start; those that never came are left out. */
function byCode(of: Side): Query[] {
  return [{
    expr: `${sum(rate(of.responses, calls), ['rpc_status_code'])} > 0`,
    legend: '{{rpc_status_code}}',
  }];
}

export const grpc = dashboard({
  uid: 'gmicro-grpc',
  title: 'gmicro / gRPC',
  description: 'Rate, errors and duration of gRPC calls: those the service answers, and those it makes.',
  variables: [
    job('{__name__=~"rpc_(server|client)_responses_total"}'),
    instance,
    {
      name: 'method', label: 'Method', from: '{__name__=~"rpc_(server|client)_responses_total", job="$job"}',
      of: 'rpc_method', multi: true,
    },
  ],
  rows: {
    'Now': [
      line(4,
        stat({
          title: 'Calls per second',
          description: 'How much is asked of the service?',
          unit: 'reqps',
          levels: ['blue'],
          queries: [{ expr: sum(rate(server.responses, calls)), legend: 'calls' }],
        }),
        stat({
          title: 'Server errors',
          description: 'What share of the calls fails by fault of the service?',
          unit: 'percentunit',
          levels: errorLevels,
          queries: [{ expr: errorRatio(server), legend: 'errors' }],
        }),
        stat({
          title: 'p99 of the duration',
          description: 'How long do all but one in a hundred calls take at most?',
          unit: 's',
          levels: durationLevels,
          queries: quantiles(server, 0.99),
        }),
        stat({
          title: 'Calls made per second',
          description: 'How much does the service ask of others?',
          unit: 'reqps',
          levels: ['blue'],
          queries: [{ expr: sum(rate(client.responses, calls)), legend: 'calls' }],
        }),
        stat({
          title: 'Calls made that failed',
          description: 'What share of the calls it makes does not succeed, for whatever reason?',
          unit: 'percentunit',
          levels: errorLevels,
          queries: [{ expr: errorRatio(client), legend: 'failed' }],
        }),
        stat({
          title: 'p99 of calls made',
          description: 'How long does the service wait for others?',
          unit: 's',
          levels: durationLevels,
          queries: quantiles(client, 0.99),
        })),
    ],
    'Calls that the service answers': [
      line(9,
        graph({
          title: 'Calls by code',
          description: 'How many calls are there, and how do they end? Red codes are faults of the server.',
          unit: 'reqps',
          stacked: true,
          colors: codeColors,
          queries: byCode(server),
        }),
        graph({
          title: 'Share of server errors by method',
          description: 'Which ten methods fail the most, and since when?',
          unit: 'percentunit',
          max: 0.05,
          levels: errorLevels,
          queries: [{ expr: topTen(byMethod, (rated) => errorRatio(server, byMethod, rated)), legend: '{{rpc_method}}' }],
        }),
        graph({
          title: 'Duration',
          description: 'How long do calls take? Points are single calls with a trace, where the service has a tracer.',
          unit: 's',
          levels: durationLevels,
          queries: quantiles(server, 0.5, 0.95, 0.99),
        })),
      line(9,
        graph({
          title: 'p99 by method',
          description: 'Since when are the ten slowest methods slow?',
          unit: 's',
          levels: durationLevels,
          queries: [{
            expr: topTen(byMethod, (rated) => quantile(0.99, server.duration, calls, byMethod, rated)),
            legend: '{{rpc_method}}',
            exemplars: true,
          }],
        }),
        heatmap({
          title: 'Durations, all of them',
          description: 'Are there two kinds of calls, fast and slow, that quantiles blend into one number?',
          unit: 's',
          expr: sum(rate(`${server.duration}_bucket`, calls), ['le']),
        }),
        graph({
          title: 'Slow calls by method',
          description: 'Which ten methods have the most unary calls above their threshold? Their stacks are at /debug/requests.',
          unit: 'reqps',
          queries: [{
            expr: topTen(byMethod, (rated) => sum(rated('rpc_server_slow_calls_total', calls), byMethod)),
            legend: '{{rpc_method}}',
          }],
        })),
      line(10, ...activityPanels({
        of: 'calls',
        by: { label: 'rpc_method', title: 'Method' },
        time: 'gmicro_rpc_server_time_seconds_total',
        duration: server.duration,
        labels: calls,
      })),
      line(10,
        table({
          title: 'Methods',
          description: 'Which method is busy, fails or is slow, over all the time shown?',
          labels: { rpc_method: 'Method' },
          sortBy: 'Calls per second',
          columns: [
            { title: 'Calls per second', unit: 'reqps', expr: sum(overall(server.responses, calls), byMethod) },
            { title: 'Server errors', unit: 'percentunit', levels: errorLevels, expr: errorRatio(server, byMethod, overall) },
            ...[0.5, 0.95, 0.99].map((q) => ({
              title: `p${q * 100}`, unit: 's', levels: durationLevels,
              expr: quantile(q, server.duration, calls, byMethod, overall),
            })),
          ],
        })),
      line(8,
        graph({
          title: 'Calls by instance',
          description: 'Does every instance get its share? Long-lived connections of gRPC often leave new instances idle.',
          unit: 'reqps',
          queries: [{ expr: sum(rate(server.responses, calls), ['instance']), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Server errors by instance',
          description: 'Is it one instance that fails, or all of them?',
          unit: 'percentunit',
          max: 0.05,
          levels: errorLevels,
          queries: [{ expr: errorRatio(server, ['instance']), legend: '{{instance}}' }],
        }),
        graph({
          title: 'p99 by instance',
          description: 'Is it one instance that is slow, or all of them?',
          unit: 's',
          levels: durationLevels,
          queries: [{ expr: quantile(0.99, server.duration, calls, ['instance']), legend: '{{instance}}', exemplars: true }],
        }),
        graph({
          title: 'Messages',
          description: 'How much goes through streams while their calls are still running?',
          unit: 'cps',
          queries: [
            { expr: sum(rate(server.received, calls)), legend: 'received' },
            { expr: sum(rate(server.sent, calls)), legend: 'sent' },
          ],
        })),
    ],
    'Calls that the service makes': [
      line(9,
        graph({
          title: 'Calls made, by code',
          description: 'How do the calls to others end?',
          unit: 'reqps',
          stacked: true,
          colors: codeColors,
          queries: byCode(client),
        }),
        graph({
          title: 'Calls made that failed, by method',
          description: 'Which ten methods of others let this service down?',
          unit: 'percentunit',
          max: 0.05,
          levels: errorLevels,
          queries: [{ expr: topTen(byMethod, (rated) => errorRatio(client, byMethod, rated)), legend: '{{rpc_method}}' }],
        }),
        graph({
          title: 'p99 of calls made, by method',
          description: 'Which ten methods of others is this service waiting for? Retries and the wait for a connection are in it.',
          unit: 's',
          levels: durationLevels,
          queries: [{
            expr: topTen(byMethod, (rated) => quantile(0.99, client.duration, calls, byMethod, rated)),
            legend: '{{rpc_method}}',
            exemplars: true,
          }],
        }),
        graph({
          title: 'Messages of calls made',
          description: 'How much goes through the streams that this service has opened?',
          unit: 'cps',
          queries: [
            { expr: sum(rate(client.sent, calls)), legend: 'sent' },
            { expr: sum(rate(client.received, calls)), legend: 'received' },
          ],
        })),
    ],
  },
});
