// Expressions, so that every panel asks in the same way.

/** What the dashboards of a service show of it. */
export const service = 'job="$job", instance=~"$instance"';

export const requests = `${service}, http_route=~"$route"`;

export const calls = `${service}, rpc_method=~"$method"`;

export const byRoute = ['http_request_method', 'http_route'];

type Rate = (metric: string, labels: string) => string;

/** The range follows the interval of scrapes and the width of the graph, and is never less than four scrapes. */
export const rate: Rate = (metric, labels) => `rate(${metric}{${labels}}[$__rate_interval])`;

/** Over all that the dashboard shows, the same at every point of it. */
export const overall: Rate = (metric, labels) => `rate(${metric}{${labels}}[$__range] @ end())`;

export function increase(metric: string, labels: string): string {
  return `increase(${metric}{${labels}}[$__rate_interval])`;
}

export function sum(expression: string, by: string[] = []): string {
  return aggregate('sum', expression, by);
}

export function max(expression: string, by: string[] = []): string {
  return aggregate('max', expression, by);
}

function aggregate(operator: string, expression: string, by: string[]): string {
  return by.length === 0 ? `${operator}(${expression})` : `${operator} by (${by.join(', ')}) (${expression})`;
}

/** 0 where the part has not been seen yet, so that a service without errors has a line and not a gap. */
export function ratio(part: string, whole: string): string {
  return `(${part} or 0 * ${whole}) / ${whole}`;
}

export function quantile(q: number, histogram: string, labels: string, by: string[] = [], rated = rate): string {
  return `histogram_quantile(${q}, ${sum(rated(`${histogram}_bucket`, labels), ['le', ...by])})`;
}

/** Over all the time that is shown. */
export function increaseOverRange(metric: string, labels: string): string {
  return `increase(${metric}{${labels}}[$__range])`;
}

/** The ten with the highest peak in all that is shown: the same ten at every point of the graph. */
export function topTenPeaks(by: string[], gauge: string): string {
  return `${max(gauge, by)} and on (${by.join(', ')}) topk(10, ${max(`max_over_time(${gauge}[$__range] @ end())`, by)})`;
}

/** The ten that are highest over all that is shown: the same ten at every point of the graph. */
export function topTen(by: string[], expression: (rated: Rate) => string): string {
  return `(${expression(rate)}) and on (${by.join(', ')}) topk(10, ${expression(overall)})`;
}
